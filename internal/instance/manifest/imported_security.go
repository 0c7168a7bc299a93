package manifest

import (
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// The attribute security holds for the whole Pod, so that every container
// inherits it. Where only the main container of an imported Pod says something,
// and another says nothing, that other would inherit what it didn't have. There
// pod says it, for the main container alone.

// ownContainerLevel names the fields that the main container says for itself
// alone.
func ownContainerLevel(pod *corev1.Pod) []string {
	whole := podspec.Inherited(podSecurityOf(pod.Spec))
	main := MainContainer(pod)
	own := podspec.Inherited(main.SecurityContext)
	var names []string
	for _, name := range podspec.InheritedNames() {
		if whole[name] || !own[name] {
			continue
		}
		for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
			for _, other := range list {
				if other.Name != main.Name && !podspec.Inherited(other.SecurityContext)[name] {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// podSecurityOf is what containers inherit, as one of them would say it.
func podSecurityOf(spec corev1.PodSpec) *corev1.SecurityContext {
	p := ptr.Deref(spec.SecurityContext, corev1.PodSecurityContext{})
	return &corev1.SecurityContext{
		RunAsNonRoot: p.RunAsNonRoot, RunAsUser: p.RunAsUser, RunAsGroup: p.RunAsGroup,
		SeccompProfile: p.SeccompProfile, AppArmorProfile: p.AppArmorProfile, SELinuxOptions: p.SELinuxOptions,
	}
}

// securityBeside reads security of a Pod whose main container says the named fields
// for itself alone.
func securityBeside(pod *corev1.Pod, names []string) types.Object {
	container := ptr.Deref(MainContainer(pod).SecurityContext, corev1.SecurityContext{})
	for _, name := range names {
		switch name {
		case "runAsNonRoot":
			container.RunAsNonRoot = nil
		case "runAsUser":
			container.RunAsUser = nil
		case "runAsGroup":
			container.RunAsGroup = nil
		case "seccompProfile":
			container.SeccompProfile = nil
		case "appArmorProfile":
			container.AppArmorProfile = nil
		case "seLinuxOptions":
			container.SELinuxOptions = nil
		}
	}
	return readSecurity(pod.Spec.SecurityContext, &container).Object()
}
