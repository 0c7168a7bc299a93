package quota

import (
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

// Step compares amounts and scopes. Scopes in spec.scopes can't be changed,
// and those of a quota that wants none can't be taken away by an apply.
func Step(want *corev1ac.ResourceQuotaApplyConfiguration, live *corev1.ResourceQuota) child.Step {
	wanted := specOf(want)
	scopesDiffer := !apiequality.Semantic.DeepEqual(requirementsOf(wanted), requirementsOf(live.Spec))
	switch {
	case scopesDiffer && (len(live.Spec.Scopes) > 0 || wanted.ScopeSelector == nil):
		return child.Replace
	case scopesDiffer || !apiequality.Semantic.DeepEqual(wanted.Hard, AllInFull(live.Spec.Hard)):
		return child.Apply
	}
	return child.Keep
}

func specOf(want *corev1ac.ResourceQuotaApplyConfiguration) corev1.ResourceQuotaSpec {
	spec := corev1.ResourceQuotaSpec{Hard: *want.Spec.Hard}
	if want.Spec.ScopeSelector == nil {
		return spec
	}
	spec.ScopeSelector = &corev1.ScopeSelector{}
	for _, expression := range want.Spec.ScopeSelector.MatchExpressions {
		spec.ScopeSelector.MatchExpressions = append(spec.ScopeSelector.MatchExpressions, corev1.ScopedResourceSelectorRequirement{
			ScopeName: *expression.ScopeName, Operator: *expression.Operator, Values: expression.Values,
		})
	}
	return spec
}

func AllInFull(hard corev1.ResourceList) corev1.ResourceList {
	full := corev1.ResourceList{}
	for key, quantity := range hard {
		full[InFull(key, hard)] = quantity
	}
	return full
}
