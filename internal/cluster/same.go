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
	keepAsPrior(ctx, &plan.Quota, state.Quota, config.Quota, same(func(to *model) { to.Quota = plan.Quota }))
	keepAsPrior(ctx, &plan.ScopedQuotas, state.ScopedQuotas, config.ScopedQuotas, same(func(to *model) { to.ScopedQuotas = plan.ScopedQuotas }))
	keepAsPrior(ctx, &plan.LimitRange, state.LimitRange, config.LimitRange, same(func(to *model) { to.LimitRange = plan.LimitRange }))
	keepAsPrior(ctx, &plan.Network, state.Network, config.Network, same(func(to *model) { to.Network = plan.Network }))
	keepAsPrior(ctx, &plan.Access, state.Access, config.Access, same(func(to *model) { to.Access = plan.Access }))
	keepAsPrior(ctx, &plan.PodSecurity, state.PodSecurity, config.PodSecurity, same(func(to *model) { to.PodSecurity = plan.PodSecurity }))
	keepAsPrior(ctx, &plan.Timeouts.Object, state.Timeouts.Object, config.Timeouts.Object, fw.SameDurations)
	return plan
}

func keepAsPrior[T attr.Value](ctx context.Context, plan *T, prior, config T, same func(prior, plan attr.Value) bool) {
	if value, ok := fw.AsPrior(ctx, prior, config, *plan, same).(T); ok {
		*plan = value
	}
}

// sayingNothingAs writes what says nothing as the prior model does: as null, or as empty.
func (m model) sayingNothingAs(ctx context.Context, prior model) model {
	sayNothingAs(ctx, &m.Quota, prior.Quota)
	sayNothingAs(ctx, &m.ScopedQuotas, prior.ScopedQuotas)
	sayNothingAs(ctx, &m.LimitRange, prior.LimitRange)
	sayNothingAs(ctx, &m.Access, prior.Access)
	sayNothingAs(ctx, &m.PodSecurity, prior.PodSecurity)
	return m
}

func sayNothingAs[T attr.Value](ctx context.Context, seen *T, prior T) {
	if value, ok := fw.SayingNothingAs(ctx, prior, *seen).(T); ok {
		*seen = value
	}
}
