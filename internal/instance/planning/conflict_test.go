package planning

import (
	"errors"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func TestPathOf_conflict(t *testing.T) {
	m := fixture.PlannedFull()
	for field, want := range map[string]string{
		".metadata.labels.team":                                        `labels["team"]`,
		".metadata.labels.app.kubernetes.io/managed-by":                "labels_all",
		".metadata.annotations.example.com/owner":                      `annotations["example.com/owner"]`,
		".metadata.annotations.mar.headgym.com/spec":                   "annotations",
		`.spec.containers[name="app"].image`:                           "image",
		`.spec.containers[name="app"].resources.limits.cpu`:            "cpu",
		`.spec.containers[name="app"].resources.limits.nvidia.com/gpu`: `limits["nvidia.com/gpu"]`,
		`.spec.containers[name="app"].resources.requests.cpu`:          `requests["cpu"]`,
		`.spec.containers[name="app"].resources.requests.memory`:       "memory",
		`.spec.containers[name="sidecar"].image`:                       "",
		`.spec.containers[name="app"].securityContext.runAsNonRoot`:    "",
	} {
		err := &kube.ConflictError{Conflicts: []kube.Conflict{{Field: ".spec.tolerations"}, {Field: field}}}
		if got := PathOf(err, m).String(); got != want {
			t.Errorf("%s: got %q, want %q", field, got, want)
		}
	}
	if got := PathOf(errors.New("other"), m).String(); got != "" {
		t.Errorf("got %q", got)
	}
}
