package instance

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// validatePlan asks the API server about what an apply of the plan would send, and
// says what it would refuse. It changes nothing of the plan.
func (r *instanceResource) validatePlan(ctx context.Context, p intent, diags *diag.Diagnostics) {
	cluster := p.Plan.Cluster.ValueString()
	if !r.validation.Asks() || cluster == "" || r.validation.Remakes(cluster) {
		return
	}
	p.Defaults = r.defaults
	doing := "update the instance "
	if p.makes() {
		doing = "create the instance "
	}
	doing += key{Cluster: cluster, Name: orElse(p.Plan.Name.ValueString(), toBeNamed)}.String()
	if p.mayBeTaken(r.validation.DryRuns) {
		if taken := r.store.Taken(ctx, p.Plan.key()); taken != nil {
			r.validation.Report(diags, fw.Foretold{Doing: doing, Cluster: cluster, Err: taken, At: path.Root("name")})
			return
		}
	}
	trials, leftOut := p.trials(ctx)
	for _, t := range trials {
		err := r.store.after(t.Manager).Try(ctx, t)
		if t.Pod != nil && (isAwaitedAccount(err) || r.roomAfterPredecessor(ctx, p, err)) {
			continue
		}
		r.report(ctx, diags, fw.Foretold{Doing: doing, Cluster: cluster, Err: err, At: placeOf(err, p.Config.model), LeftOut: leftOut})
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

// roomAfterPredecessor reports whether a quota has no room for the instance only
// as long as the one that it replaces is there.
func (r *instanceResource) roomAfterPredecessor(ctx context.Context, p intent, err error) bool {
	var refused *kube.RefusedError
	if !errors.As(err, &refused) || refused.Kind != kube.RefusedByQuota {
		return false
	}
	return roomAfter(r.store.Predecessor(ctx, p.Plan.Cluster.ValueString(), p.Record.Name, p.Plan.Name.ValueString()), err)
}
