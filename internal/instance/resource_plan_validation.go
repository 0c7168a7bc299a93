package instance

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/store"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// validatePlan asks the API server about what an apply of the plan would send, and
// says what it would refuse. It changes nothing of the plan.
func (r *instanceResource) validatePlan(ctx context.Context, p planning.PlannedChange, diags *diag.Diagnostics) {
	cluster := p.Plan.Cluster.ValueString()
	if !r.validation.Asks() || cluster == "" || r.validation.Remakes(cluster) {
		return
	}
	p.Defaults = r.defaults
	doing := "update the instance "
	if p.Makes() {
		doing = "create the instance "
	}
	doing += model.Key{Cluster: cluster, Name: waiting.OrElse(p.Plan.Name.ValueString(), planning.ToBeNamed)}.String()
	if p.MayBeTaken(r.validation.DryRuns) {
		if taken := r.store.Taken(ctx, p.Plan.Key()); taken != nil {
			r.validation.Report(diags, fw.Foretold{Doing: doing, Cluster: cluster, Err: taken, At: path.Root("name")})
			return
		}
	}
	trials, leftOut := p.DryRuns(ctx)
	for _, t := range trials {
		err := r.store.After(t.Manager).Try(ctx, t)
		if t.Pod != nil && (store.IsAwaitedAccount(err) || r.roomAfterPredecessor(ctx, p, err)) {
			continue
		}
		r.report(ctx, diags, fw.Foretold{Doing: doing, Cluster: cluster, Err: err, At: planning.PlaceOf(err, p.Config.Instance), LeftOut: leftOut})
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
func (r *instanceResource) roomAfterPredecessor(ctx context.Context, p planning.PlannedChange, err error) bool {
	var refused *kube.RefusedError
	if !errors.As(err, &refused) || refused.Kind != kube.RefusedByQuota {
		return false
	}
	return planning.RoomAfter(r.store.Predecessor(ctx, p.Plan.Cluster.ValueString(), p.Record.Name, p.Plan.Name.ValueString()), err)
}
