package quota

import (
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

// Step compares amounts and scopes. Scopes in spec.scopes can't be changed,
// and those of a quota that wants none can't be taken away by an apply.
func Step(want, live *corev1.ResourceQuota) child.Step {
	scopesDiffer := !apiequality.Semantic.DeepEqual(requirementsOf(want.Spec), requirementsOf(live.Spec))
	switch {
	case scopesDiffer && (len(live.Spec.Scopes) > 0 || want.Spec.ScopeSelector == nil):
		return child.Replace
	case scopesDiffer || !apiequality.Semantic.DeepEqual(want.Spec.Hard, AllInFull(live.Spec.Hard)):
		return child.Apply
	}
	return child.Keep
}

func AllInFull(hard corev1.ResourceList) corev1.ResourceList {
	full := corev1.ResourceList{}
	for key, quantity := range hard {
		full[InFull(key, hard)] = quantity
	}
	return full
}
