package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// validateNew asks whether a new cluster's Namespace would be refused. What goes
// into it can't be asked about before it is there.
func (r *clusterResource) validateNew(ctx context.Context, plan model, diags *diag.Diagnostics) {
	r.willChange(plan)
	if !r.validation.Asks() || plan.Name.IsUnknown() {
		return
	}
	known, leftOut := settledPlan(ctx, newModel(plan.Name.ValueString()), plan)
	err := r.store.TryNamespace(ctx, desiredNamespace(known))
	r.validation.Report(diags, fw.Foretold{
		Doing: "create the cluster " + plan.Name.ValueString(), Err: err, At: path.Root("name"), LeftOut: ofNamespace(leftOut),
	})
}

// validateChange asks about what an update would apply.
func (r *clusterResource) validateChange(ctx context.Context, state, plan model, a adopted, diags *diag.Diagnostics) {
	if r.validation.DryRuns == nil {
		return
	}
	changed := settingsChanged(state, plan)
	if len(changed) > 0 {
		r.validation.DryRuns.WillChange(plan.Name.ValueString(), changed...)
	}
	if !r.validation.Asks() {
		return
	}
	known, leftOut := settledPlan(ctx, state, plan)
	// A state that has drifted may hold what no configuration can.
	before, _ := desiredOf(ctx, state, a)
	after, invalid := desiredOf(ctx, known, a)
	if invalid.HasError() {
		return
	}
	doing := "update the cluster " + plan.Name.ValueString()
	for _, err := range r.store.TryChanges(ctx, before, after) {
		r.validation.Report(diags, fw.Foretold{Doing: doing, Err: err, At: placeOf(err, a), LeftOut: ofNamespace(leftOut)})
	}
}

// willChange notes that all of the cluster is made anew, so that nobody asks
// about what would be in it.
func (r *clusterResource) willChange(m model) {
	if r.validation.DryRuns != nil && !m.Name.IsUnknown() {
		r.validation.DryRuns.WillChange(m.Name.ValueString())
	}
}
