package cluster

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// validateNew asks whether a new cluster's Namespace would be refused. What goes
// into it can't be asked about before it is there.
func (r *clusterResource) validateNew(ctx context.Context, plan model.Cluster, diags *diag.Diagnostics) {
	r.willRemake(plan)
	if !r.validation.Asks() || plan.Name.IsUnknown() {
		return
	}
	known, leftOut := settledPlan(ctx, model.NewCluster(plan.Name.ValueString()), plan)
	err := r.store.TryNamespace(ctx, objects.DesiredNamespace(known))
	r.validation.Report(diags, fw.Foretold{
		Doing: "create the cluster " + plan.Name.ValueString(), Err: err, At: placeOfNew(err), LeftOut: ofNamespace(leftOut),
	})
}

// placeOfNew is the attribute that an error about a new Namespace is about.
func placeOfNew(err error) path.Path {
	var exists *kube.ExistsError
	if errors.As(err, &exists) {
		return path.Root("name")
	}
	return placeOf(err, child.Adopted{})
}

// validateChange asks about what an update would apply.
func (r *clusterResource) validateChange(ctx context.Context, state, plan model.Cluster, rec privateState, diags *diag.Diagnostics) {
	r.validation.WillChange(diags, plan.Name.ValueString(), settingsChanged(state, plan))
	if !r.validation.Asks() {
		return
	}
	known, leftOut := settledPlan(ctx, state, plan)
	// A state that has drifted may hold what no configuration can.
	before, _ := objects.DesiredOf(ctx, state, rec.Adopted)
	after, invalid := objects.DesiredOf(ctx, known, rec.Adopted)
	if invalid.HasError() {
		return
	}
	doing := "update the cluster " + plan.Name.ValueString()
	for _, err := range r.store.After(rec.Manager).TryChanges(ctx, before, after) {
		r.validation.Report(diags, fw.Foretold{
			Doing: doing, Cluster: settledBy(plan, err), Err: err, At: placeOf(err, rec.Adopted), LeftOut: ofNamespace(leftOut),
		})
	}
}

// settledBy is the cluster whose planned settings may take what its present ones refuse: its
// own quota counts its children, too. Rights aren't among them: to change who may do what is
// itself what lacks a right.
func settledBy(plan model.Cluster, err error) string {
	var refused *kube.RefusedError
	if errors.As(err, &refused) && refused.Kind == kube.RefusedByRBAC {
		return ""
	}
	return plan.Name.ValueString()
}

// willRemake notes that all of the cluster is made anew, so that nobody asks
// about what would be in it.
func (r *clusterResource) willRemake(m model.Cluster) {
	if !m.Name.IsUnknown() {
		r.validation.WillRemake(m.Name.ValueString())
	}
}
