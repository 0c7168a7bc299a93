package objects

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// A plan compares what the state and the configuration mean, not how they are written. Two
// values of an attribute are the same if the objects that they mean are the same. So null
// and empty, a default that is left out or written down, and two spellings of an amount, of
// a port or of a range are no difference.

// AsPrior plans the prior value of each attribute that means the same as before.
func AsPrior(ctx context.Context, state, config, plan model.Resource, a child.Adopted) model.Resource {
	before, diags := DesiredOf(ctx, state.Cluster, a)
	valid := !diags.HasError()
	same := func(copyPlanned func(to *model.Cluster)) func(_, planned attr.Value) bool {
		return func(_, planned attr.Value) bool {
			if !valid || !access.FullyKnown(ctx, planned) {
				return false
			}
			changed := state.Cluster
			copyPlanned(&changed)
			after, diags := DesiredOf(ctx, changed, a)
			return !diags.HasError() && apiequality.Semantic.DeepEqual(before, after)
		}
	}
	fw.KeepAsPrior(ctx, &plan.Quota, state.Quota, config.Quota, same(func(to *model.Cluster) { to.Quota = plan.Quota }))
	fw.KeepAsPrior(ctx, &plan.ScopedQuotas, state.ScopedQuotas, config.ScopedQuotas, same(func(to *model.Cluster) { to.ScopedQuotas = plan.ScopedQuotas }))
	fw.KeepAsPrior(ctx, &plan.LimitRange, state.LimitRange, config.LimitRange, same(func(to *model.Cluster) { to.LimitRange = plan.LimitRange }))
	fw.KeepAsPrior(ctx, &plan.Network, state.Network, config.Network, same(func(to *model.Cluster) { to.Network = plan.Network }))
	fw.KeepAsPrior(ctx, &plan.Access, state.Access, config.Access, same(func(to *model.Cluster) { to.Access = plan.Access }))
	fw.KeepAsPrior(ctx, &plan.PodSecurity, state.PodSecurity, config.PodSecurity, same(func(to *model.Cluster) { to.PodSecurity = plan.PodSecurity }))
	fw.KeepAsPrior(ctx, &plan.Timeouts.Object, state.Timeouts.Object, config.Timeouts.Object, fw.SameDurations)
	return plan
}

// sayingNothingAs writes what says nothing as the prior model does: as null, or as empty.
func sayingNothingAs(ctx context.Context, m, prior model.Cluster) model.Cluster {
	fw.SayNothingAs(ctx, &m.Quota, prior.Quota)
	fw.SayNothingAs(ctx, &m.ScopedQuotas, prior.ScopedQuotas)
	fw.SayNothingAs(ctx, &m.LimitRange, prior.LimitRange)
	fw.SayNothingAs(ctx, &m.Access, prior.Access)
	fw.SayNothingAs(ctx, &m.PodSecurity, prior.PodSecurity)
	return m
}
