package kube

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What admission makes of an object isn't its sender's fault.
func TestRefusedError_IsOfSent(t *testing.T) {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Labels: map[string]string{"team": "a b"}},
		Spec: corev1.PodSpec{
			Containers:    []corev1.Container{{Name: "app", Image: "web:1", Env: []corev1.EnvVar{{Name: "A=B"}}, Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("1")}}}},
			RestartPolicy: "Sometimes",
		},
	}
	for name, c := range map[string]struct {
		causes []metav1.StatusCause
		want   bool
	}{
		"a value that was sent":           {[]metav1.StatusCause{{Field: "spec.restartPolicy", Message: `Unsupported value: "Sometimes": supported values: "Always"`}}, true},
		"another value":                   {[]metav1.StatusCause{{Field: "spec.restartPolicy", Message: `Unsupported value: "Never ever": supported values: "Always"`}}, false},
		"a field that wasn't sent":        {[]metav1.StatusCause{{Field: "spec.schedulerName", Message: `Invalid value: "A": no`}}, false},
		"a container that wasn't sent":    {[]metav1.StatusCause{{Field: "spec.containers[1].image", Message: "Required value"}}, false},
		"a required field of what was":    {[]metav1.StatusCause{{Field: "spec.containers[0].terminationMessagePolicy", Message: "Required value"}}, true},
		"a required field of what wasn't": {[]metav1.StatusCause{{Field: "spec.containers[0].livenessProbe.exec.command", Message: "Required value"}}, false},
		"a label's value":                 {[]metav1.StatusCause{{Field: "metadata.labels", Message: `Invalid value: "a b": a valid label must be`}}, true},
		"a label that was added":          {[]metav1.StatusCause{{Field: "metadata.labels", Message: `Invalid value: "c d": a valid label must be`}}, false},
		"an amount":                       {[]metav1.StatusCause{{Field: "spec.containers[0].resources.requests", Message: `Invalid value: "1": must be less than or equal to cpu limit of 500m`}}, true},
		"an amount by its key":            {[]metav1.StatusCause{{Field: "spec.containers[0].resources.requests[cpu]", Message: `Invalid value: "2": no`}}, false},
		"a name that was sent":            {[]metav1.StatusCause{{Field: "spec.containers[0].env[0].name", Message: `Invalid value: "A=B": no`}}, true},
		"one that was sent, one that not": {[]metav1.StatusCause{{Field: "spec.schedulerName", Message: "no"}, {Field: "spec.restartPolicy", Message: "no"}}, true},
		"what is too long":                {[]metav1.StatusCause{{Field: "metadata.labels", Message: "Too long: may not be more than 262144 bytes"}}, true},
		"nothing in particular":           {nil, true},
		"a cause that names no field":     {[]metav1.StatusCause{{Message: "no"}}, true},
	} {
		refused := &RefusedError{Kind: RefusedAsInvalid, Err: status(422, metav1.StatusReasonInvalid, "invalid", c.causes...)}
		if got := refused.IsOfSent(pod); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
