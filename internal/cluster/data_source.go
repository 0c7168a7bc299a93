package cluster

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/status"
	"github.com/headgym/terraform-provider-mar/internal/cluster/store"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var _ datasource.DataSourceWithConfigure = (*clusterDataSource)(nil)

// NewDataSource returns the data source mar_cluster.
func NewDataSource() datasource.DataSource { return &clusterDataSource{} }

type clusterDataSource struct {
	store      store.Store
	validation fw.PlanValidation
}

type dataSourceModel struct {
	model.Cluster
	Status         types.String `tfsdk:"status"`
	StatusReason   types.String `tfsdk:"status_reason"`
	Usage          types.Map    `tfsdk:"usage"`
	InstanceCounts types.Map    `tfsdk:"instance_counts"`
}

func (d *clusterDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + child.TypeName
}

func (d *clusterDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: description + " This data source reads an existing one, also if Terraform didn't create it.",
		Attributes:          dataSourceAttributes(),
	}
}

func (d *clusterDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		d.store, d.validation = store.Store{Client: data.Client}, data.PlanValidation
	}
}

func (d *clusterDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config dataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, child.ReadTimeout)
	defer cancel()

	name := config.Name.ValueString()
	have, around, err := d.store.Census(ctx, name)
	if kube.IsGone(err) {
		resp.Diagnostics.AddAttributeError(path.Root("name"), "No such cluster",
			fmt.Sprintf("There is no %s. Check the name, and that the provider is connected to the right API server.", child.ClusterRef(name)))
		return
	}
	if err != nil {
		fw.AddError(&resp.Diagnostics, "read the cluster "+name, err, path.Root("name"))
		return
	}
	d.validation.OnlyReads(&resp.Diagnostics, name)
	now := time.Now()
	if why := status.Unkept(around, now); why != "" {
		resp.Diagnostics.AddWarning("The deletion of the cluster "+name+" doesn't finish", why)
	}
	state, diags := observedNow(ctx, have, around, now)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}
