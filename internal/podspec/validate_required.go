package podspec

import (
	"reflect"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// required are the fields that the API server requires in each object of a type
// (pkg/apis/core/validation, which can't be imported). The keys of lists are checked elsewhere.
func required(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[corev1.VolumeMount](), reflect.TypeFor[corev1.PodOS](), reflect.TypeFor[corev1.Sysctl](), reflect.TypeFor[corev1.HTTPHeader](),
		reflect.TypeFor[corev1.SecretEnvSource](), reflect.TypeFor[corev1.ConfigMapEnvSource](), reflect.TypeFor[corev1.PodDNSConfigOption]():
		return []string{"name"}
	case reflect.TypeFor[corev1.ConfigMapKeySelector](), reflect.TypeFor[corev1.SecretKeySelector]():
		return []string{"name", "key"}
	case reflect.TypeFor[corev1.FileKeySelector]():
		return []string{"volumeName", "path", "key"}
	case reflect.TypeFor[corev1.KeyToPath]():
		return []string{"key", "path"}
	case reflect.TypeFor[corev1.DownwardAPIVolumeFile](), reflect.TypeFor[corev1.ServiceAccountTokenProjection](), reflect.TypeFor[corev1.HostPathVolumeSource]():
		return []string{"path"}
	case reflect.TypeFor[corev1.ObjectFieldSelector]():
		return []string{"fieldPath"}
	case reflect.TypeFor[corev1.ResourceFieldSelector]():
		return []string{"resource"}
	case reflect.TypeFor[corev1.ContainerResizePolicy]():
		return []string{"resourceName", "restartPolicy"}
	case reflect.TypeFor[corev1.ContainerRestartRule]():
		return []string{"action", "exitCodes"}
	case reflect.TypeFor[corev1.PodReadinessGate]():
		return []string{"conditionType"}
	case reflect.TypeFor[corev1.SeccompProfile](), reflect.TypeFor[corev1.AppArmorProfile]():
		return []string{"type"}
	case reflect.TypeFor[corev1.HTTPGetAction](), reflect.TypeFor[corev1.TCPSocketAction](), reflect.TypeFor[corev1.GRPCAction]():
		return []string{"port"}
	case reflect.TypeFor[corev1.ExecAction]():
		return []string{"command"}
	case reflect.TypeFor[corev1.PodAffinityTerm]():
		return []string{"topologyKey"}
	case reflect.TypeFor[corev1.TopologySpreadConstraint]():
		return []string{"maxSkew"}
	case reflect.TypeFor[corev1.WeightedPodAffinityTerm]():
		return []string{"weight", "podAffinityTerm"}
	case reflect.TypeFor[corev1.PreferredSchedulingTerm]():
		return []string{"weight"}
	case reflect.TypeFor[corev1.NodeSelector]():
		return []string{"nodeSelectorTerms"}
	case reflect.TypeFor[corev1.NodeSelectorRequirement](), reflect.TypeFor[metav1.LabelSelectorRequirement]():
		return []string{"key", "operator"}
	}
	return requiredOfVolume(t)
}

func requiredOfVolume(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[corev1.PersistentVolumeClaimVolumeSource]():
		return []string{"claimName"}
	case reflect.TypeFor[corev1.CSIVolumeSource]():
		return []string{"driver"}
	case reflect.TypeFor[corev1.NFSVolumeSource]():
		return []string{"server", "path"}
	case reflect.TypeFor[corev1.ISCSIVolumeSource]():
		return []string{"targetPortal", "iqn"}
	case reflect.TypeFor[corev1.ImageVolumeSource]():
		return []string{"reference"}
	case reflect.TypeFor[corev1.EphemeralVolumeSource]():
		return []string{"volumeClaimTemplate"}
	}
	return nil
}

// needed finds the missing fields of an object, as far as everything that goes into it is known.
func (v *checks) needed(p part) {
	if !v.whole {
		return
	}
	for _, name := range required(p.shape.of) {
		if !p.has(name) {
			v.add(p.node, "%s is missing", name)
		}
	}
}
