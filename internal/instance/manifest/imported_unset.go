package manifest

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// An attribute with a default has a value in each state, also in that of a Pod
// which says nothing of it: what Kubernetes makes of nothing. Said or not said
// isn't always the same to a node or to an admission policy. So what an imported
// Pod didn't say is remembered, and isn't said when the Pod is made again, as long
// as the attribute has that value.

const (
	unsetNonRoot    = "run_as_non_root"
	unsetReadOnly   = "read_only_root_filesystem"
	unsetEscalation = "allow_privilege_escalation"
	unsetSeccomp    = "seccomp_profile"
	// unsetToken is followed by the service account.
	unsetToken = "token "
)

// UnsetIn names what a Pod doesn't say, of what has an attribute with a default.
func UnsetIn(pod *corev1.Pod, m model.Instance) []string {
	p := ptr.Deref(pod.Spec.SecurityContext, corev1.PodSecurityContext{})
	c := ptr.Deref(MainContainer(pod).SecurityContext, corev1.SecurityContext{})
	alone := ownContainerLevel(pod)
	saidAbove := func(field string, whole, own bool) bool { return whole || own && !slices.Contains(alone, field) }
	var names []string
	for _, said := range []struct {
		name string
		is   bool
	}{
		{unsetNonRoot, saidAbove("runAsNonRoot", p.RunAsNonRoot != nil, c.RunAsNonRoot != nil)},
		{unsetReadOnly, c.ReadOnlyRootFilesystem != nil},
		{unsetEscalation, c.AllowPrivilegeEscalation != nil},
		{unsetSeccomp, saidAbove("seccompProfile", p.SeccompProfile != nil, c.SeccompProfile != nil)},
		{unsetToken + m.ServiceAccount.ValueString(), pod.Spec.AutomountServiceAccountToken != nil},
	} {
		if !said.is {
			names = append(names, said.name)
		}
	}
	return names
}

// unsetAgain leaves out of a spec what the imported Pod didn't say, where the
// model still has what Kubernetes makes of that.
func (options Options) unsetAgain(spec corev1.PodSpec, m model.Instance) corev1.PodSpec {
	if len(options.Unset) == 0 {
		return spec
	}
	spec = *spec.DeepCopy()
	unset := func(name string) bool { return slices.Contains(options.Unset, name) }
	if p := spec.SecurityContext; p != nil {
		if unset(unsetNonRoot) && !ptr.Deref(p.RunAsNonRoot, false) {
			p.RunAsNonRoot = nil
		}
		if unset(unsetSeccomp) && p.SeccompProfile != nil && p.SeccompProfile.Type == corev1.SeccompProfileTypeUnconfined {
			p.SeccompProfile = nil
		}
	}
	if c := MainOf(&spec).SecurityContext; c != nil {
		if unset(unsetReadOnly) && !ptr.Deref(c.ReadOnlyRootFilesystem, false) {
			c.ReadOnlyRootFilesystem = nil
		}
		if unset(unsetEscalation) && ptr.Deref(c.AllowPrivilegeEscalation, true) {
			c.AllowPrivilegeEscalation = nil
		}
	}
	if asked := spec.AutomountServiceAccountToken; unset(unsetToken+m.ServiceAccount.ValueString()) && asked != nil && *asked == !m.ServiceAccount.IsNull() {
		spec.AutomountServiceAccountToken = nil
	}
	return spec
}
