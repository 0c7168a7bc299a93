package instance

import (
	"cmp"
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/store"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// validatePlan sends what an apply would send as dry runs, and reports what the API server would
// refuse. It doesn't change the plan.
func (r *instanceResource) validatePlan(ctx context.Context, p planning.PlannedChange, diags *diag.Diagnostics) {
	cluster := p.Plan.Cluster.ValueString()
	if !r.validation.Asks() || cluster == "" || r.validation.Remakes(cluster) {
		return
	}
	p.Defaults = r.defaults
	doing := "update the instance "
	if p.Creates() {
		doing = "create the instance "
	}
	doing += model.Key{Cluster: cluster, Name: cmp.Or(p.Plan.Name.ValueString(), planning.ToBeNamed)}.String()
	if p.MayBeTaken(r.validation.DryRuns) {
		if taken := r.store.NameTaken(ctx, p.Plan.Key()); taken != nil {
			r.validation.Report(diags, fw.Foretold{Doing: doing, Cluster: cluster, Err: taken, At: path.Root("name")})
			return
		}
	}
	runs, leftOut := p.DryRuns(ctx)
	for _, run := range runs {
		err := r.store.WithManager(run.Manager).Try(ctx, run)
		if run.Pod != nil && (store.IsAwaitedAccount(err) || r.roomAfterPredecessor(ctx, p, err)) {
			continue
		}
		r.report(ctx, diags, fw.Foretold{Doing: doing, Cluster: cluster, Err: err, At: planning.PathOf(err, p.Config.Instance), LeftOut: leftOut})
	}
}

// report says what was foretold, where it matters after a look whether the cluster is one that
// the plan may change.
func (r *instanceResource) report(ctx context.Context, diags *diag.Diagnostics, f fw.Foretold) {
	if r.validation.WantsToKnow(f) && r.store.IsUnmanaged(ctx, f.Cluster) {
		r.validation.OnlyReads(diags, f.Cluster)
	}
	r.validation.LookOut(ctx, f)
	r.validation.Report(diags, f)
}

// roomAfterPredecessor reports whether a quota has no room only because the predecessor still
// exists.
func (r *instanceResource) roomAfterPredecessor(ctx context.Context, p planning.PlannedChange, err error) bool {
	var refused *kube.RefusedError
	if !errors.As(err, &refused) || refused.Kind != kube.RefusedByQuota {
		return false
	}
	return planning.RoomAfter(r.store.Predecessor(ctx, p.Plan.Cluster.ValueString(), p.PrivateState.Name, p.Plan.Name.ValueString()), err)
}
