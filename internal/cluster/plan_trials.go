package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// plannedName ends the name under which a child is asked about that is to be made
// anew, for a field that can't be changed: its predecessor has the name still.
const plannedName = "-planned"

// settledPlan is the plan with what isn't known yet as it was, or as if it weren't
// declared, and the names of those attributes.
func settledPlan(ctx context.Context, state, plan model) (model, []string) {
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

// differing names the children that the plan declares otherwise than the state,
// and so are written, sorted.
func differing[C any](before, after map[string]C) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if was, there := before[name]; !there || !sameText(was, after[name]) {
			names = append(names, name)
		}
	}
	return names
}

func sameText(a, b any) bool {
	before, err := json.Marshal(a)
	if err != nil {
		return false
	}
	after, err := json.Marshal(b)
	return err == nil && bytes.Equal(before, after)
}

// settingsChanged are the kinds of refusals that the plan changes the settings of,
// so that what is refused so now may be taken by then.
func settingsChanged(state, plan model) []kube.RefusalKind {
	var kinds []kube.RefusalKind
	if !sameMeaning(state.Quota, plan.Quota) || !sameMeaning(state.ScopedQuotas, plan.ScopedQuotas) {
		kinds = append(kinds, kube.RefusedByQuota)
	}
	if !sameMeaning(state.LimitRange, plan.LimitRange) {
		// What a limit range fills in counts for a quota.
		kinds = append(kinds, kube.RefusedByLimitRange, kube.RefusedByQuota)
	}
	if !sameMeaning(state.PodSecurity, plan.PodSecurity) || !plan.LabelsAll.Equal(state.LabelsAll) {
		kinds = append(kinds, kube.RefusedByPodSecurity, kube.RefusedByPolicy)
	}
	if !plan.ServiceAccounts.Equal(state.ServiceAccounts) {
		kinds = append(kinds, kube.RefusedMissingAccount)
	}
	if !sameMeaning(state.Access, plan.Access) {
		kinds = append(kinds, kube.RefusedByRBAC)
	}
	return kinds
}
