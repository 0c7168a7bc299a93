package instance

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/attributes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/instance/store"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var _ datasource.DataSourceWithConfigure = (*instanceDataSource)(nil)

// NewDataSource returns the data source mar_instance.
func NewDataSource() datasource.DataSource { return &instanceDataSource{} }

type instanceDataSource struct {
	store *store.Store
}

func (d *instanceDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName
}

func (d *instanceDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A MAR instance as it is now, also if Terraform didn't create it: what it runs, and its status. In Kubernetes it is a Pod, or a PodTemplate while it is stopped. An instance that doesn't exist is an error.",
		Attributes:          attributes.DataSource(),
	}
}

func (d *instanceDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		d.store = store.New(data.Client)
	}
}

func (d *instanceDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model.DataSource
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	k := config.Key()
	ctx, cancel := kube.WithTimeout(ctx, model.DefaultReadTimeout)
	defer cancel()
	have, err := d.store.Find(ctx, k)
	seen := power.StateIn(have, model.Resource{}, true)
	switch {
	case err == nil && seen.Gone():
		addMissing(&resp.Diagnostics, k)
	case err != nil:
		fw.AddError(&resp.Diagnostics, "read the instance "+k.String(), err, path.Empty())
	default:
		subject := have.EffectivePod(seen)
		now := time.Now()
		m := manifest.ObservedNow(subject, d.store.EventsOf(ctx, subject, now), now)
		rest, diags := manifest.RestNow(ctx, subject, m.Instance)
		m.Pod = rest
		resp.Diagnostics.Append(diags...)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

func addMissing(diags *diag.Diagnostics, k model.Key) {
	diags.AddAttributeError(path.Root("name"), "No such instance",
		fmt.Sprintf("There is no instance %s in the cluster %s: %s doesn't exist. Check both names. If this configuration creates the instance, refer to the resource's attributes instead, so that Terraform creates it first.", k.Name, k.Cluster, k.Ref()))
}
