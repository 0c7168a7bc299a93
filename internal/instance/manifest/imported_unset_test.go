package manifest

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// TestUnset_isUnsetAgain holds that what a Pod didn't say isn't said when an import of it
// is recreated, for each attribute that has a default, and that a change of the
// attribute is.
func TestUnset_isUnsetAgain(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyAlways, ServiceAccountName: "default",
		Containers: []corev1.Container{{Name: "web", Image: "web:1"}},
	}}
	pod.Name, pod.Namespace = "web", "dev"
	m, _, diags := Imported(t.Context(), pod, "us", fw.Defaults{})
	if diags.HasError() {
		t.Fatal(diags)
	}
	options := Options{Unset: UnsetIn(pod, m)}
	made, _ := Desired(t.Context(), m, options)
	p, c := made.Spec.SecurityContext, made.Spec.Containers[0].SecurityContext
	if p.RunAsNonRoot != nil || p.SeccompProfile != nil || c.ReadOnlyRootFilesystem != nil || c.AllowPrivilegeEscalation != nil || made.Spec.AutomountServiceAccountToken != nil {
		t.Errorf("said is what wasn't: %+v, %+v, %v", p, c, made.Spec.AutomountServiceAccountToken)
	}
	s := model.NewSecurity()
	s.SeccompProfile = types.StringValue(model.ProfileUnconfined)
	m.Security, m.ServiceAccount = s.Object(), types.StringValue("deployer")
	made, _ = Desired(t.Context(), m, options)
	p, c = made.Spec.SecurityContext, made.Spec.Containers[0].SecurityContext
	if !*p.RunAsNonRoot || !*c.ReadOnlyRootFilesystem || *c.AllowPrivilegeEscalation || made.Spec.AutomountServiceAccountToken == nil {
		t.Errorf("a change isn't sent: %+v, %+v", p, c)
	}
}

// TestUnsetIn_whatIsSaidStaysSaid looks at each level.
func TestUnsetIn_whatIsSaidStaysSaid(t *testing.T) {
	unconfined := &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
	for name, c := range map[string]struct {
		pod  corev1.PodSpec
		want bool
	}{
		"nowhere":              {corev1.PodSpec{Containers: []corev1.Container{{}}}, true},
		"for the Pod":          {corev1.PodSpec{SecurityContext: &corev1.PodSecurityContext{SeccompProfile: unconfined}, Containers: []corev1.Container{{}}}, false},
		"for its container":    {corev1.PodSpec{Containers: []corev1.Container{{SecurityContext: &corev1.SecurityContext{SeccompProfile: unconfined}}}}, false},
		"for one of two alone": {corev1.PodSpec{Containers: []corev1.Container{{SecurityContext: &corev1.SecurityContext{SeccompProfile: unconfined}}, {Name: "side"}}}, true},
	} {
		if got := slices.Contains(UnsetIn(&corev1.Pod{Spec: c.pod}, model.NewInstance()), unsetSeccomp); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestImported_othersInheritWhatTheyDid holds that a setting of the main container alone
// doesn't become the whole Pod's where another container has none.
func TestImported_othersInheritWhatTheyDid(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyAlways, ServiceAccountName: "default", AutomountServiceAccountToken: ptr.To(false),
		SecurityContext: &corev1.PodSecurityContext{RunAsGroup: ptr.To[int64](1)},
		Containers: []corev1.Container{
			{Name: "web", Image: "web:1", SecurityContext: &corev1.SecurityContext{RunAsUser: ptr.To[int64](1000), RunAsGroup: ptr.To[int64](2)}},
			{Name: "side", Image: "side:1"},
		},
	}}
	pod.Name, pod.Namespace = "web", "dev"
	m, limited, _ := Imported(t.Context(), pod, "us", fw.Defaults{})
	made, diags := Desired(t.Context(), m, Options{})
	if diags.HasError() {
		t.Fatal(diags)
	}
	whole, app, side := made.Spec.SecurityContext, made.Spec.Containers[0].SecurityContext, made.Spec.Containers[1].SecurityContext
	if whole.RunAsUser != nil || *app.RunAsUser != 1000 || *whole.RunAsGroup != 2 || *side.RunAsGroup != 1 || side.RunAsUser != nil {
		t.Errorf("made is %+v, %+v, %+v", whole, app, side)
	}
	if again := Observed(pod, m, limited); !again.Security.Equal(m.Security) || !again.Pod.Equal(m.Pod) {
		t.Errorf("a second look finds %s, %s", again.Security, again.Pod)
	}
}
