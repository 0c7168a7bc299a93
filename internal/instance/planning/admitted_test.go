package planning

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// TestAdmitted_isWhatWasDeclared holds that what an admission policy makes of a
// check is no drift, however the check is spelt since, and another change is.
func TestAdmitted_isWhatWasDeclared(t *testing.T) {
	sent := fixture.Stateful(t, fixture.Surrounded()["health-checks"]).Instance
	pod := fixture.Visited(t)(manifest.Desired(t.Context(), fixture.Surrounded()["health-checks"], manifest.Options{Nonce: "nonce"}))
	fixture.App(pod).LivenessProbe.HTTPGet.Path, fixture.App(pod).LivenessProbe.HTTPGet.Port = "/app-health/app/livez", intstr.FromInt32(15020)
	private, warnings := PrivateState{}.withAdmitted(sent, manifest.Observed(pod, sent, nil))
	if len(warnings) != 1 || warnings[0].Attribute != "health_checks" {
		t.Fatalf("got %v", warnings)
	}
	if text, err := json.Marshal(private); err != nil || strings.Contains(string(text), "app-health") {
		t.Errorf("what the policy wrote is kept: %s, %v", text, err)
	}
	if diff := cmp.Diff(sent, private.AsSent(sent, manifest.Observed(pod, sent, nil))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	respelt := sent
	respelt.HealthChecks = fixture.Edited(sent.HealthChecks, model.CheckType(), model.CheckLiveness, "https", types.BoolValue(false))
	if diff := cmp.Diff(respelt, private.AsSent(respelt, manifest.Observed(pod, respelt, nil))); diff != "" {
		t.Errorf("spelt otherwise (-want +got):\n%s", diff)
	}
	fixture.App(pod).LivenessProbe.FailureThreshold = 99
	if seen := manifest.Observed(pod, sent, nil); !cmp.Equal(seen, private.AsSent(sent, seen)) {
		t.Error("another change went unseen")
	}
	if private, warnings := private.withAdmitted(sent, sent); len(private.AdmittedAs)+len(warnings) > 0 {
		t.Errorf("a Pod as it was sent leaves %v", private.AdmittedAs)
	}
	// As an earlier version has noted it.
	fixture.App(pod).LivenessProbe.FailureThreshold = fixture.App(fixture.Visited(t)(manifest.Desired(t.Context(), fixture.Surrounded()["health-checks"], manifest.Options{Nonce: "nonce"}))).LivenessProbe.FailureThreshold
	seen := manifest.Observed(pod, sent, nil)
	private = PrivateState{Admitted: map[string]string{"health_checks": meaningOf(seen.HealthChecks)}}
	if diff := cmp.Diff(sent, private.AsSent(sent, seen)); diff != "" {
		t.Errorf("noted by an earlier version (-want +got):\n%s", diff)
	}
}
