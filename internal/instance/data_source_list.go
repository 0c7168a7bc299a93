package instance

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/attributes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/store"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var _ datasource.DataSourceWithConfigure = (*instancesDataSource)(nil)

// NewListDataSource returns the data source mar_instances.
func NewListDataSource() datasource.DataSource { return &instancesDataSource{} }

type instancesDataSource struct {
	store *store.Store
}

type instancesModel struct {
	Cluster           types.String  `tfsdk:"cluster"`
	LabelSelector     types.String  `tfsdk:"label_selector"`
	Status            types.String  `tfsdk:"status"`
	IncludeControlled types.Bool    `tfsdk:"include_controlled"`
	Instances         []listedModel `tfsdk:"instances"`
}

func (d *instancesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName + "s"
}

func (d *instancesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The instances of a MAR cluster as they are now, also those that Terraform didn't create, with their status. In Kubernetes they are Pods.",
		Attributes:          attributes.List(),
	}
}

func (d *instancesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		d.store = store.New(data.Client)
	}
}

func (d *instancesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config instancesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, model.DefaultReadTimeout)
	defer cancel()
	cluster := config.Cluster.ValueString()
	pods, err := d.store.List(ctx, store.Selection{Cluster: cluster, Labels: config.LabelSelector.ValueString(), Status: config.Status.ValueString()})
	if err != nil {
		addListError(&resp.Diagnostics, cluster, err)
		return
	}
	config.Instances = observedList(pods, config.IncludeControlled.ValueBool(), time.Now())
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}

// addListError says why the instances of a cluster can't be listed.
func addListError(diags *diag.Diagnostics, cluster string, err error) {
	if kube.IsGone(err) {
		diags.AddAttributeError(path.Root("cluster"), "No such cluster",
			fmt.Sprintf("There is no Namespace %s. Check the name, and that the provider is connected to the right API server. If this configuration creates the cluster, refer to it as `mar_cluster.….name`, so that Terraform creates it first.", cluster))
		return
	}
	fw.AddError(diags, "list the instances of the cluster "+cluster, err, path.Root("cluster"))
}
