package podspec

import (
	"reflect"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// isUnordered reports whether the order of a list without keys has no meaning. The API doesn't say
// so: its merges treat most of these lists as one value.
func isUnordered(in reflect.Type, name string) bool {
	switch in {
	case reflect.TypeFor[corev1.PodSpec]():
		return name == "tolerations" || name == "readinessGates" || name == "schedulingGates"
	case reflect.TypeFor[corev1.PodSecurityContext]():
		return name == "supplementalGroups" || name == "sysctls"
	case reflect.TypeFor[corev1.Container]():
		return name == "resizePolicy"
	case reflect.TypeFor[corev1.ContainerRestartRuleOnExitCodes](), reflect.TypeFor[corev1.NodeSelectorRequirement](), reflect.TypeFor[metav1.LabelSelectorRequirement]():
		return name == "values"
	case reflect.TypeFor[corev1.TopologySpreadConstraint]():
		return name == "matchLabelKeys"
	case reflect.TypeFor[corev1.PersistentVolumeClaimSpec]():
		return name == "accessModes"
	case reflect.TypeFor[corev1.ConfigMapVolumeSource](), reflect.TypeFor[corev1.SecretVolumeSource](), reflect.TypeFor[corev1.DownwardAPIVolumeSource](),
		reflect.TypeFor[corev1.ConfigMapProjection](), reflect.TypeFor[corev1.SecretProjection](), reflect.TypeFor[corev1.DownwardAPIProjection]():
		return name == "items"
	case reflect.TypeFor[corev1.Capabilities](),
		reflect.TypeFor[corev1.NodeAffinity](), reflect.TypeFor[corev1.PodAffinity](), reflect.TypeFor[corev1.PodAntiAffinity](), reflect.TypeFor[corev1.PodAffinityTerm](),
		reflect.TypeFor[corev1.NodeSelector](), reflect.TypeFor[corev1.NodeSelectorTerm](), reflect.TypeFor[metav1.LabelSelector]():
		return true
	}
	return false
}

// sameInAnyOrder reports whether two lists have the same elements.
func (s *shape) sameInAnyOrder(a, b []any) bool {
	taken := make([]bool, len(b))
	for _, item := range a {
		found := false
		for i, other := range b {
			if !taken[i] && s.elem.same(item, other) {
				taken[i], found = true, true
				break
			}
		}
		if !found {
			return false
		}
	}
	return len(a) == len(b)
}
