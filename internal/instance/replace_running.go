package instance

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// replaceRunning plans a replacement for what can't be changed on a Pod. A
// stopped instance has none: it takes up the change when it is started.
type replaceRunning struct{}

var (
	_ planmodifier.Bool    = replaceRunning{}
	_ planmodifier.Dynamic = replaceRunning{}
	_ planmodifier.Int64   = replaceRunning{}
	_ planmodifier.List    = replaceRunning{}
	_ planmodifier.Map     = replaceRunning{}
	_ planmodifier.Set     = replaceRunning{}
	_ planmodifier.String  = replaceRunning{}
)

func (replaceRunning) Description(context.Context) string {
	return "A change replaces the instance, unless it is stopped."
}

func (m replaceRunning) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (replaceRunning) PlanModifyBool(ctx context.Context, req planmodifier.BoolRequest, resp *planmodifier.BoolResponse) {
	resp.RequiresReplace = replacesRunning(ctx, req.State, req.Plan, req.StateValue, req.PlanValue)
}

func (replaceRunning) PlanModifyDynamic(ctx context.Context, req planmodifier.DynamicRequest, resp *planmodifier.DynamicResponse) {
	resp.RequiresReplace = replacesRunning(ctx, req.State, req.Plan, req.StateValue, req.PlanValue)
}

func (replaceRunning) PlanModifyInt64(ctx context.Context, req planmodifier.Int64Request, resp *planmodifier.Int64Response) {
	resp.RequiresReplace = replacesRunning(ctx, req.State, req.Plan, req.StateValue, req.PlanValue)
}

func (replaceRunning) PlanModifyList(ctx context.Context, req planmodifier.ListRequest, resp *planmodifier.ListResponse) {
	resp.RequiresReplace = replacesRunning(ctx, req.State, req.Plan, req.StateValue, req.PlanValue)
}

func (replaceRunning) PlanModifyMap(ctx context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	resp.RequiresReplace = replacesRunning(ctx, req.State, req.Plan, req.StateValue, req.PlanValue)
}

func (replaceRunning) PlanModifySet(ctx context.Context, req planmodifier.SetRequest, resp *planmodifier.SetResponse) {
	resp.RequiresReplace = replacesRunning(ctx, req.State, req.Plan, req.StateValue, req.PlanValue)
}

func (replaceRunning) PlanModifyString(ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	resp.RequiresReplace = replacesRunning(ctx, req.State, req.Plan, req.StateValue, req.PlanValue)
}

func replacesRunning(ctx context.Context, state tfsdk.State, plan tfsdk.Plan, before, after attr.Value) bool {
	if state.Raw.IsNull() || plan.Raw.IsNull() || before.Equal(after) {
		return false
	}
	var status, desired types.String
	if diags := state.GetAttribute(ctx, path.Root("status"), &status); diags.HasError() {
		return true
	}
	if diags := plan.GetAttribute(ctx, path.Root("desired_status"), &desired); diags.HasError() {
		return true
	}
	return status.ValueString() != statusStopped && desired.ValueString() != powerStopped
}
