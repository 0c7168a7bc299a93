package cluster

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"

	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
)

// settledPlan is the plan with what isn't known yet as it was, or as if it weren't
// declared, and the names of those attributes.
func settledPlan(ctx context.Context, state, plan model.Cluster) (model.Cluster, []string) {
	var leftOut []string
	settled := plan
	for _, attribute := range []struct {
		name    string
		unknown bool
		reset   func()
	}{
		{"access", !isKnown(ctx, plan.Access), func() { settled.Access = state.Access }},
		{"annotations", !isKnown(ctx, plan.AnnotationsAll), func() { settled.AnnotationsAll = state.AnnotationsAll }},
		{"labels", !isKnown(ctx, plan.LabelsAll), func() { settled.LabelsAll = state.LabelsAll }},
		{"limit_range", !isKnown(ctx, plan.LimitRange), func() { settled.LimitRange = state.LimitRange }},
		{"network", !isKnown(ctx, plan.Network), func() { settled.Network = state.Network }},
		{"pod_security", !isKnown(ctx, plan.PodSecurity), func() { settled.PodSecurity = state.PodSecurity }},
		{"quota", !isKnown(ctx, plan.Quota), func() { settled.Quota = state.Quota }},
		{"region", !isKnown(ctx, plan.Region), func() { settled.Region = state.Region }},
		{"scoped_quotas", !isKnown(ctx, plan.ScopedQuotas), func() { settled.ScopedQuotas = state.ScopedQuotas }},
		{"service_accounts", !isKnown(ctx, plan.ServiceAccounts), func() { settled.ServiceAccounts = state.ServiceAccounts }},
	} {
		if attribute.unknown {
			attribute.reset()
			leftOut = append(leftOut, attribute.name)
		}
	}
	return settled, leftOut
}

func isKnown(ctx context.Context, value attr.Value) bool {
	v, err := value.ToTerraformValue(ctx)
	return err == nil && v.IsFullyKnown()
}

// ofNamespace are the names of those attributes that the Namespace itself has.
func ofNamespace(attributes []string) []string {
	return slices.DeleteFunc(slices.Clone(attributes), func(name string) bool {
		return !slices.Contains([]string{"annotations", "labels", "pod_security", "region"}, name)
	})
}

// settingsChanged names the attributes that the plan changes and that decide what the API
// server takes of what is in the cluster.
func settingsChanged(state, plan model.Cluster) []string {
	var names []string
	for _, attribute := range []struct {
		name string
		same bool
	}{
		{"access", objects.SameMeaning(state.Access, plan.Access)},
		{"annotations", plan.AnnotationsAll.Equal(state.AnnotationsAll)},
		{"labels", plan.LabelsAll.Equal(state.LabelsAll)},
		{"limit_range", objects.SameMeaning(state.LimitRange, plan.LimitRange)},
		{"pod_security", objects.SameMeaning(state.PodSecurity, plan.PodSecurity)},
		{"quota", objects.SameMeaning(state.Quota, plan.Quota)},
		{"region", plan.Region.Equal(state.Region)},
		{"scoped_quotas", objects.SameMeaning(state.ScopedQuotas, plan.ScopedQuotas)},
		{"service_accounts", plan.ServiceAccounts.Equal(state.ServiceAccounts)},
	} {
		if !attribute.same {
			names = append(names, attribute.name)
		}
	}
	return names
}
