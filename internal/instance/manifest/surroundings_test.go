package manifest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
)

func TestDesired_surroundings(t *testing.T) {
	for name, m := range fixture.Surrounded() {
		t.Run(name, func(t *testing.T) {
			pod, diags := Desired(t.Context(), m, Options{Nonce: "nonce"})
			if diags.HasError() {
				t.Fatal(diags)
			}
			fixture.GoldenYAML(t, "desired/"+name+".yaml", pod)
		})
	}
}

func TestDesiredEnv_mayUseWhatComesFromElsewhere(t *testing.T) {
	sources := map[string]*corev1.EnvVarSource{"Z": {}, "B": {}}
	var names []string
	for _, v := range desiredEnv(map[string]string{"A": "$(C)", "C": "$(Z)", "D": ""}, sources) {
		names = append(names, v.Name)
	}
	if want := []string{"Z", "C", "A", "B", "D"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

// TestObserved_undoesDesiredSurroundings holds that each author's own spelling
// comes back, whatever the API server filled in and others added.
func TestObserved_undoesDesiredSurroundings(t *testing.T) {
	for name, m := range fixture.Surrounded() {
		t.Run(name, func(t *testing.T) {
			pod := fixture.Visited(t)(Desired(t.Context(), m, Options{Nonce: "nonce"}))
			want := fixture.Stateful(t, m).Instance
			got := Observed(pod, m, nil)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the model came back otherwise (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, Observed(pod, got, nil)); diff != "" {
				t.Errorf("a second look differs (-first +second):\n%s", diff)
			}
		})
	}
}

// TestObserved_leavesUndeclaredSurroundingsAlone holds that probes, volumes and
// variables which nobody declared are silent.
func TestObserved_leavesUndeclaredSurroundingsAlone(t *testing.T) {
	for name, m := range fixture.Surrounded() {
		pod := fixture.Visited(t)(Desired(t.Context(), m, Options{Nonce: "nonce"}))
		pod.Spec.ServiceAccountName = defaultServiceAccount
		bare := fixture.Planned()
		if diff := cmp.Diff(fixture.Stateful(t, bare).Instance, Observed(pod, bare, nil)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestObserved_ignoresWhatIsSaidBesides holds that a declared volume or check
// which somebody added to is still the declared one.
func TestObserved_ignoresWhatIsSaidBesides(t *testing.T) {
	m := fixture.Surrounded()["volumes"]
	m.HealthChecks = fixture.Surrounded()["health-checks"].HealthChecks
	pod := fixture.Visited(t)(Desired(t.Context(), m, Options{Nonce: "nonce"}))
	app := &pod.Spec.Containers[1]
	app.LivenessProbe.TerminationGracePeriodSeconds = ptr.To[int64](5)
	app.LivenessProbe.HTTPGet.HTTPHeaders = []corev1.HTTPHeader{{Name: "A", Value: "b"}}
	app.VolumeMounts = slices.Insert(app.VolumeMounts, 0, corev1.VolumeMount{Name: "data", MountPath: "/also"})
	for i := range app.VolumeMounts {
		app.VolumeMounts[i].MountPropagation = ptr.To(corev1.MountPropagationNone)
	}
	if diff := cmp.Diff(fixture.Stateful(t, m).Instance, Observed(pod, m, nil)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
