package kube

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func forbiddenBecause(text string) *RefusedError {
	var refused *RefusedError
	errors.As(Wrap(Ref{Kind: "Pod", Namespace: "dev", Name: "web"}, "create", status(403, metav1.StatusReasonForbidden, `pods "web" is forbidden: `+text)), &refused)
	return refused
}

func TestRefusedError_Excess(t *testing.T) {
	refused := forbiddenBecause("exceeded quota: mar-quota, requested: limits.cpu=500m,pods=1, used: limits.cpu=3750m,pods=4, limited: limits.cpu=4,pods=4")
	excess, ok := refused.Excess()
	if !ok {
		t.Fatalf("no figures in %q", refused.Message)
	}
	amounts := func(cpu, pods string) corev1.ResourceList {
		return corev1.ResourceList{"limits.cpu": resource.MustParse(cpu), "pods": resource.MustParse(pods)}
	}
	for name, c := range map[string]struct {
		freed corev1.ResourceList
		want  bool
	}{
		"nothing":             {nil, false},
		"enough of both":      {amounts("250m", "1"), true},
		"too little of one":   {amounts("249m", "1"), false},
		"none of the other":   {corev1.ResourceList{"limits.cpu": resource.MustParse("1")}, false},
		"something unrelated": {corev1.ResourceList{"limits.memory": resource.MustParse("1Gi")}, false},
	} {
		if got := excess.FitsWithout(c.freed); got != c.want {
			t.Errorf("with %s freed it fits: %t", name, got)
		}
	}
	if _, ok := forbiddenBecause("failed quota: q: must specify limits.cpu for: app").Excess(); ok {
		t.Error("there are no figures where none are given")
	}
}

func TestRefusedError_Resources(t *testing.T) {
	for text, want := range map[string][]string{
		"exceeded quota: q, requested: limits.cpu=2,pods=1, used: limits.cpu=3,pods=1, limited: limits.cpu=4,pods=1":                                     {"limits.cpu", "pods"},
		"failed quota: q: must specify limits.cpu for: app; limits.memory for: app":                                                                      {"limits.cpu", "limits.memory"},
		"maximum cpu usage per Container is 1, but limit is 2":                                                                                           {"cpu"},
		"[minimum memory usage per Pod is 1Gi, but request is 512Mi, cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000]": {"cpu", "memory"},
		"violates PodSecurity \"restricted:latest\": privileged":                                                                                         nil,
	} {
		if got := forbiddenBecause(text).Resources(); !slices.Equal(got, want) {
			t.Errorf("%s\nnames %v, want %v", text, got, want)
		}
	}
}

// Who reads it knows neither the name that the server made up for a dry run nor
// the instance that asked first.
func TestWrapDryRun_namesTheObjectThatIsMeant(t *testing.T) {
	invalid := &apierrors.StatusError{ErrStatus: metav1.Status{
		Code: 422, Reason: metav1.StatusReasonInvalid, Message: `Pod "web-x7k2p" is invalid: spec.containers[0].image: Required value`,
		Details: &metav1.StatusDetails{Name: "web-x7k2p", Causes: []metav1.StatusCause{{Field: "spec.containers[0].image"}}},
	}}
	var refused *RefusedError
	if !errors.As(WrapDryRun(Ref{Kind: "Pod", Namespace: "dev", Name: "api"}, "create", invalid), &refused) {
		t.Fatal("it isn't a refusal")
	}
	if want := `Pod "api" is invalid: spec.containers[0].image: Required value`; refused.Message != want {
		t.Errorf("got %q", refused.Message)
	}
	if diff := cmp.Diff([]string{"spec.containers[0].image"}, refused.Fields()); diff != "" {
		t.Error(diff)
	}
}
