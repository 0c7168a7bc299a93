package podspec_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// What other tools write down and changes nothing isn't in an import: neither defaults nor a
// container's own name.
func TestRest_leavesOutWhatChangesNothing(t *testing.T) {
	t.Parallel()
	variable := func(container, divisor string) []corev1.EnvVar {
		return []corev1.EnvVar{{Name: "CPUS", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{
			ContainerName: container, Resource: "limits.cpu", Divisor: resource.MustParse(divisor),
		}}}}
	}
	pod := func(change func(*corev1.PodSpec)) corev1.PodSpec {
		spec := corev1.PodSpec{AutomountServiceAccountToken: ptr.To(true), Containers: []corev1.Container{{
			Name: podspec.Main, Image: "web:1", Env: variable("", "1"),
			VolumeMounts: []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
		}}}
		change(&spec)
		return spec
	}
	said := pod(func(*corev1.PodSpec) {})
	for name, c := range map[string]struct {
		live corev1.PodSpec
		want string
	}{
		"a namespace that isn't shared": {pod(func(s *corev1.PodSpec) { s.ShareProcessNamespace = ptr.To(false) }), "null\n"},
		"one that is shared":            {pod(func(s *corev1.PodSpec) { s.ShareProcessNamespace = ptr.To(true) }), "shareProcessNamespace: true\n"},
		"a mount that isn't propagated": {pod(func(s *corev1.PodSpec) {
			s.Containers[0].VolumeMounts[0].MountPropagation = ptr.To(corev1.MountPropagationNone)
		}), "null\n"},
		"the container's own name":      {pod(func(s *corev1.PodSpec) { s.Containers[0].Env = variable(podspec.Main, "1") }), "null\n"},
		"a divisor that isn't there":    {pod(func(s *corev1.PodSpec) { s.Containers[0].Env = variable("", "0") }), "null\n"},
		"a divisor that makes a change": {pod(func(s *corev1.PodSpec) { s.Containers[0].Env = variable("", "1m") }), "containers:\n- env:\n  - name: CPUS\n    valueFrom:\n      resourceFieldRef:\n        divisor: 1m\n  name: app\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := yamlOf(t, podspec.Rest(c.live, said, podspec.Main)); got != c.want {
				t.Errorf("got\n%s", got)
			}
		})
	}
}
