package limits

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

// Step compares with what the API server makes of the wanted limits.
func Step(want, live *corev1.LimitRange) child.Step {
	have := limiting(live.Spec.Limits)
	if len(want.Spec.Limits) != len(have) {
		return child.Apply
	}
	for _, wanted := range want.Spec.Limits {
		if item := FilledIn(wanted); !apiequality.Semantic.DeepEqual(item, itemOf(have, item.Type)) {
			return child.Apply
		}
	}
	return child.Keep
}

// FilledIn is the item with all that the API server derives.
func FilledIn(item corev1.LimitRangeItem) corev1.LimitRangeItem {
	if item.Type != corev1.LimitTypeContainer {
		return item
	}
	filled := withDefaults(item)
	requests := derivedRequests(filled)
	maps.Copy(requests, item.DefaultRequest)
	filled.DefaultRequest = requests
	return filled
}
