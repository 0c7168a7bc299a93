package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/store"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var _ datasource.DataSourceWithConfigure = (*clustersDataSource)(nil)

// NewListDataSource returns the data source mar_clusters.
func NewListDataSource() datasource.DataSource { return &clustersDataSource{} }

type clustersDataSource struct {
	store store.Store
}

type clustersModel struct {
	LabelSelector types.String  `tfsdk:"label_selector"`
	Region        types.String  `tfsdk:"region"`
	Clusters      []listedModel `tfsdk:"clusters"`
}

func (d *clustersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + child.TypeName + "s"
}

func (d *clustersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The existing MAR clusters, also those that Terraform didn't create: all Namespaces but those of Kubernetes itself (`default`, `kube-…`).",
		Attributes:          listAttributes(),
	}
}

func (d *clustersDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		d.store = store.Store{Client: data.Client}
	}
}

func (d *clustersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config clustersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, child.ReadTimeout)
	defer cancel()
	selector, err := selectorOf(config.LabelSelector, config.Region)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "list clusters", err, path.Empty())
		return
	}
	namespaces, err := d.store.List(ctx, selector)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "list clusters", err, path.Empty())
		return
	}
	config.Clusters = observedList(namespaces)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
