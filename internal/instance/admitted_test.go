package instance

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// TestAdmitted_isWhatWasDeclared holds that what an admission policy makes of a
// check is no drift, however the check is spelt since, and another change is.
func TestAdmitted_isWhatWasDeclared(t *testing.T) {
	sent := stateful(t, surrounded()["health-checks"]).model
	pod := visited(t)(desired(t.Context(), surrounded()["health-checks"], making{Nonce: "nonce"}))
	app(pod).LivenessProbe.HTTPGet.Path, app(pod).LivenessProbe.HTTPGet.Port = "/app-health/app/livez", intstr.FromInt32(15020)
	rec, notes := record{}.withAdmitted(sent, observed(pod, sent, nil))
	if len(notes) != 1 || notes[0].Attribute != "health_checks" {
		t.Fatalf("got %v", notes)
	}
	if text, err := json.Marshal(rec); err != nil || strings.Contains(string(text), "app-health") {
		t.Errorf("what the policy wrote is kept: %s, %v", text, err)
	}
	if diff := cmp.Diff(sent, rec.asSent(sent, observed(pod, sent, nil))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	respelt := sent
	respelt.HealthChecks = edited(sent.HealthChecks, checkType(), checkLiveness, "https", types.BoolValue(false))
	if diff := cmp.Diff(respelt, rec.asSent(respelt, observed(pod, respelt, nil))); diff != "" {
		t.Errorf("spelt otherwise (-want +got):\n%s", diff)
	}
	app(pod).LivenessProbe.FailureThreshold = 99
	if seen := observed(pod, sent, nil); !cmp.Equal(seen, rec.asSent(sent, seen)) {
		t.Error("another change went unseen")
	}
	if rec, notes := rec.withAdmitted(sent, sent); len(rec.AdmittedAs)+len(notes) > 0 {
		t.Errorf("a Pod as it was sent leaves %v", rec.AdmittedAs)
	}
	// As an earlier version has noted it.
	app(pod).LivenessProbe.FailureThreshold = app(visited(t)(desired(t.Context(), surrounded()["health-checks"], making{Nonce: "nonce"}))).LivenessProbe.FailureThreshold
	seen := observed(pod, sent, nil)
	rec = record{Admitted: map[string]string{"health_checks": meaningOf(seen.HealthChecks)}}
	if diff := cmp.Diff(sent, rec.asSent(sent, seen)); diff != "" {
		t.Errorf("noted by an earlier version (-want +got):\n%s", diff)
	}
}
