package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// A plan compares what the state and the configuration mean, not how they are written. Two
// values of an attribute are the same if the objects that they mean are the same. So null
// and empty, a default that is left out or written down, and two spellings of an amount, of
// a port or of a range are no difference.

// asPrior plans the prior value of each attribute that means the same as before.
func asPrior(ctx context.Context, state, config, plan resourceModel, a adopted) resourceModel {
	before, diags := desiredOf(ctx, state.model, a)
	valid := !diags.HasError()
	same := func(copyPlanned func(to *model)) func(_, planned attr.Value) bool {
		return func(_, planned attr.Value) bool {
			if !valid || !fullyKnown(ctx, planned) {
				return false
			}
			changed := state.model
			copyPlanned(&changed)
			after, diags := desiredOf(ctx, changed, a)
			return !diags.HasError() && apiequality.Semantic.DeepEqual(before, after)
		}
	}
	fw.KeepAsPrior(ctx, &plan.Quota, state.Quota, config.Quota, same(func(to *model) { to.Quota = plan.Quota }))
	fw.KeepAsPrior(ctx, &plan.ScopedQuotas, state.ScopedQuotas, config.ScopedQuotas, same(func(to *model) { to.ScopedQuotas = plan.ScopedQuotas }))
	fw.KeepAsPrior(ctx, &plan.LimitRange, state.LimitRange, config.LimitRange, same(func(to *model) { to.LimitRange = plan.LimitRange }))
	fw.KeepAsPrior(ctx, &plan.Network, state.Network, config.Network, same(func(to *model) { to.Network = plan.Network }))
	fw.KeepAsPrior(ctx, &plan.Access, state.Access, config.Access, same(func(to *model) { to.Access = plan.Access }))
	fw.KeepAsPrior(ctx, &plan.PodSecurity, state.PodSecurity, config.PodSecurity, same(func(to *model) { to.PodSecurity = plan.PodSecurity }))
	fw.KeepAsPrior(ctx, &plan.Timeouts.Object, state.Timeouts.Object, config.Timeouts.Object, fw.SameDurations)
	return plan
}

// sayingNothingAs writes what says nothing as the prior model does: as null, or as empty.
func sayingNothingAs(ctx context.Context, m, prior model) model {
	fw.SayNothingAs(ctx, &m.Quota, prior.Quota)
	fw.SayNothingAs(ctx, &m.ScopedQuotas, prior.ScopedQuotas)
	fw.SayNothingAs(ctx, &m.LimitRange, prior.LimitRange)
	fw.SayNothingAs(ctx, &m.Access, prior.Access)
	fw.SayNothingAs(ctx, &m.PodSecurity, prior.PodSecurity)
	return m
}
