package store

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// An instance is to blame for what it says itself, and for nothing else.
func TestRefusalKind(t *testing.T) {
	cpu := corev1.ResourceList{"cpu": resource.MustParse("1")}
	sent := &corev1.Pod{Spec: corev1.PodSpec{
		Containers:     []corev1.Container{{Name: "app", Resources: corev1.ResourceRequirements{Requests: cpu}}, {Name: "side", Resources: corev1.ResourceRequirements{Requests: cpu, Limits: cpu}}},
		InitContainers: []corev1.Container{{Name: "init", Resources: corev1.ResourceRequirements{Requests: cpu}}},
		RestartPolicy:  "Sometimes",
	}}
	requests := func(of string) metav1.StatusCause {
		return metav1.StatusCause{Field: "spec." + of + ".resources.requests", Message: `Invalid value: "1": must be less than or equal to cpu limit of 500m`}
	}
	policy := metav1.StatusCause{Field: "spec.restartPolicy", Message: `Unsupported value: "Sometimes": supported values: "Always"`}
	invalid := &kube.RefusedError{Kind: kube.RefusedAsInvalid}
	forbidden := &kube.RefusedError{Kind: kube.RefusedByRBAC}
	for name, c := range map[string]struct {
		causes     []metav1.StatusCause
		asTemplate error
		want       kube.RefusalKind
	}{
		"invalid as a template, too":           {[]metav1.StatusCause{policy}, invalid, kube.RefusedAsInvalid},
		"valid as a template":                  {[]metav1.StatusCause{policy}, nil, kube.RefusedAsChanged},
		"nobody can tell, and it was sent":     {[]metav1.StatusCause{policy}, forbidden, kube.RefusedAsInvalid},
		"nobody can tell, and it wasn't sent":  {[]metav1.StatusCause{{Field: "spec.schedulerName", Message: "no"}}, forbidden, kube.RefusedAsChanged},
		"a default limit":                      {[]metav1.StatusCause{requests("containers[0]")}, nil, kube.RefusedForDefaults},
		"a default limit, as far as one sees":  {[]metav1.StatusCause{requests("containers[0]")}, forbidden, kube.RefusedForDefaults},
		"that of an init container":            {[]metav1.StatusCause{requests("initContainers[0]")}, nil, kube.RefusedForDefaults},
		"a limit that is set, and was changed": {[]metav1.StatusCause{requests("containers[1]")}, nil, kube.RefusedAsChanged},
		"a default limit, and something more":  {[]metav1.StatusCause{requests("containers[0]"), policy}, nil, kube.RefusedAsChanged},
		"a rule that only Pods have":           {[]metav1.StatusCause{{Field: "spec.nodeName", Message: "Forbidden: cannot be set until all schedulingGates have been cleared"}}, nil, kube.RefusedAsChanged},
		"a rule that only Pods have, and sent": {[]metav1.StatusCause{{Field: "spec.restartPolicy", Message: "Forbidden: cannot be set until all schedulingGates have been cleared"}}, nil, kube.RefusedAsInvalid},
	} {
		var texts []string
		for _, cause := range c.causes {
			texts = append(texts, cause.Field+": "+cause.Message)
		}
		err := &apierrors.StatusError{ErrStatus: metav1.Status{Code: 422, Reason: metav1.StatusReasonInvalid, Message: strings.Join(texts, ", "), Details: &metav1.StatusDetails{Causes: c.causes}}}
		var refused *kube.RefusedError
		if !errors.As(kube.Wrap(kube.Ref{}, "create", err), &refused) {
			t.Fatalf("%s: it is no refusal", name)
		}
		if got := refusalKind(refused, sent, c.asTemplate); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
