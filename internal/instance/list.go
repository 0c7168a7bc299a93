package instance

import (
	"context"
	"fmt"
	"strings"

	fwlist "github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/attributes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/instance/store"
)

func identityAttributes() map[string]identityschema.Attribute {
	return map[string]identityschema.Attribute{
		"cluster": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The cluster (Namespace) that the instance runs in.",
		},
		"name": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The instance's name, which is its Pod's.",
		},
	}
}

var _ fwlist.ListResourceWithConfigure = (*instanceResource)(nil)

// NewListResource returns the list resource mar_instance. It is the resource
// itself, which reads what it lists as it reads what is imported.
func NewListResource() fwlist.ListResource { return &instanceResource{} }

type listConfig struct {
	Cluster           types.String `tfsdk:"cluster"`
	LabelSelector     types.String `tfsdk:"label_selector"`
	Status            types.String `tfsdk:"status"`
	IncludeControlled types.Bool   `tfsdk:"include_controlled"`
}

func (c listConfig) selection() store.Selection {
	return store.Selection{Cluster: c.Cluster.ValueString(), Labels: c.LabelSelector.ValueString(), Status: c.Status.ValueString()}
}

func (r *instanceResource) ListResourceConfigSchema(_ context.Context, _ fwlist.ListResourceSchemaRequest, resp *fwlist.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds MAR instances, also those that Terraform didn't create, so that they can be imported: all Pods without a controller, and the stopped instances.",
		Attributes:          attributes.Query(),
	}
}

// List yields the instances in the order of their IDs, and asks for no more of
// them than are wanted.
func (r *instanceResource) List(ctx context.Context, req fwlist.ListRequest, stream *fwlist.ListResultsStream) {
	var config listConfig
	if diags := req.Config.Get(ctx, &config); diags.HasError() {
		stream.Results = fwlist.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(fwlist.ListResult) bool) {
		which, left := config.selection(), req.Limit
		var unfit []string
		for have, err := range r.store.Each(ctx, which) {
			if err != nil {
				push(listFailure(which, err))
				return
			}
			one := candidateOf(have)
			switch {
			case one.Controller != "" && !config.IncludeControlled.ValueBool(), one.Reserved:
				continue
			case one.Unfit:
				unfit = append(unfit, one.Key.String())
				continue
			}
			if !push(r.listed(ctx, req, have, one)) {
				return
			}
			if left--; left == 0 {
				break
			}
		}
		if len(unfit) > 0 {
			push(unfitNames(unfit))
		}
	}
}

func (r *instanceResource) listed(ctx context.Context, req fwlist.ListRequest, have power.Existing, one candidate) fwlist.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = one.String()
	result.Diagnostics.Append(result.Identity.Set(ctx, one.Identity())...)
	if !req.IncludeResource {
		return result
	}
	var state model.Resource
	if err := r.read(ctx, &state, &planning.PrivateState{}, have, one.State, true, &result.Diagnostics); err != nil {
		fw.AddError(&result.Diagnostics, "read the Secret of the instance "+one.Key.String(), err, path.Empty())
		return result
	}
	result.Diagnostics.Append(result.Resource.Set(ctx, state)...)
	return result
}

func listFailure(which store.Selection, err error) fwlist.ListResult {
	if which.Cluster == "" {
		return fw.ListFailure("list the instances of all clusters", err)
	}
	var result fwlist.ListResult
	addListError(&result.Diagnostics, which.Cluster, err)
	return result
}

func unfitNames(names []string) fwlist.ListResult {
	var result fwlist.ListResult
	result.Diagnostics.AddWarning("Pods left out of the list",
		fmt.Sprintf("These Pods can't be managed here, because an instance's name has only lower-case letters, digits and hyphens, at most 63: %s.", strings.Join(names, ", ")))
	return result
}
