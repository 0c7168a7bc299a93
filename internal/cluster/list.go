package cluster

import (
	"context"

	fwlist "github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var _ fwlist.ListResourceWithConfigure = (*clusterResource)(nil)

// NewListResource returns the list resource mar_cluster. It is the resource
// itself, which reads what it lists as it reads what is imported.
func NewListResource() fwlist.ListResource { return &clusterResource{} }

type listConfig struct {
	LabelSelector types.String `tfsdk:"label_selector"`
	Region        types.String `tfsdk:"region"`
}

func (r *clusterResource) ListResourceConfigSchema(_ context.Context, _ fwlist.ListResourceSchemaRequest, resp *fwlist.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds MAR clusters, also those that Terraform didn't create, so that they can be imported: all Namespaces but those of Kubernetes itself (`default`, `kube-…`).",
		Attributes:          queryAttributes(),
	}
}

// List yields the clusters in the order of their names, and asks for no more of
// them than are wanted.
func (r *clusterResource) List(ctx context.Context, req fwlist.ListRequest, stream *fwlist.ListResultsStream) {
	var config listConfig
	if diags := req.Config.Get(ctx, &config); diags.HasError() {
		stream.Results = fwlist.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(fwlist.ListResult) bool) {
		selector, err := selectorOf(config.LabelSelector, config.Region)
		if err != nil {
			push(fw.ListFailure("list clusters", err))
			return
		}
		left := req.Limit
		for namespace, err := range r.store.Each(ctx, selector) {
			if err != nil {
				push(fw.ListFailure("list clusters", err))
				return
			}
			one := candidateOf(namespace)
			if one.Reserved {
				continue
			}
			result := r.listed(ctx, req, one)
			if result == nil {
				continue
			}
			if !push(*result) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// listed is nil where the cluster is gone meanwhile.
func (r *clusterResource) listed(ctx context.Context, req fwlist.ListRequest, one candidate) *fwlist.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = one.String()
	result.Diagnostics.Append(result.Identity.Set(ctx, identity{Name: types.StringValue(one.Name)})...)
	if !req.IncludeResource {
		return &result
	}
	ctx, cancel := kube.WithTimeout(ctx, child.ReadTimeout)
	defer cancel()
	have, found, err := r.store.Get(ctx, one.Name)
	switch {
	case err != nil:
		fw.AddError(&result.Diagnostics, "read the cluster "+one.Name, err, path.Empty())
		return &result
	case !found:
		return nil
	}
	state, _ := r.imported(ctx, have, &result.Diagnostics)
	result.Diagnostics.Append(result.Resource.Set(ctx, state)...)
	return &result
}
