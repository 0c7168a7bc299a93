package power

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// TestNext has a row for every cell of the transition table: what is found,
// and what is done about it by what is wanted, without and with a restart.
func TestNext(t *testing.T) {
	type cells struct{ running, stopped, unmanaged string }
	for found, c := range map[State]struct{ plain, restart cells }{
		{Pod: PodNone}:                                        {cells{"create", "create", "create"}, cells{"create", "create", "create"}},
		{Pod: PodNone, Template: true}:                        {cells{"start", "none", "none"}, cells{"start", "none", "start"}},
		{Pod: PodNone, Template: true, Starting: true}:        {cells{"start", "stop", "start"}, cells{"start", "stop", "start"}},
		{Pod: PodTerminating, Template: true, Starting: true}: {cells{"start", "stop", "start"}, cells{"start", "stop", "start"}},
		{Pod: PodAlive}:                                       {cells{"none", "stop", "none"}, cells{"restart", "stop", "restart"}},
		{Pod: PodAlive, Template: true}:                       {cells{"clean up", "stop", "clean up"}, cells{"restart", "stop", "restart"}},
		{Pod: PodFinished}:                                    {cells{"none", "stop", "none"}, cells{"restart", "stop", "restart"}},
		{Pod: PodFinished, Template: true}:                    {cells{"clean up", "stop", "clean up"}, cells{"restart", "stop", "restart"}},
		{Pod: PodTerminating}:                                 {cells{"replace", "stop", "replace"}, cells{"replace", "stop", "replace"}},
		{Pod: PodTerminating, Template: true}:                 {cells{"start", "none", "none"}, cells{"start", "none", "start"}},
		{Pod: PodForeign}:                                     {cells{"refuse", "refuse", "refuse"}, cells{"refuse", "refuse", "refuse"}},
		{Pod: PodForeign, Template: true}:                     {cells{"refuse", "none", "none"}, cells{"refuse", "none", "refuse"}},
	} {
		for _, restart := range []bool{false, true} {
			want := c.plain
			if restart {
				want = c.restart
			}
			for status, expected := range map[string]string{model.PowerRunning: want.running, model.PowerStopped: want.stopped, "": want.unmanaged} {
				if got := Next(status, found, restart).String(); got != expected {
					t.Errorf("wanted %q, found %+v, restart %t: %s, want %s", status, found, restart, got, expected)
				}
			}
		}
	}
}

// TestTransitionsAreWhole holds that the table has a row for every State. A missing row would
// create an instance beside an existing one.
func TestTransitionsAreWhole(t *testing.T) {
	for _, pod := range []PodState{PodNone, PodAlive, PodFinished, PodTerminating, PodForeign} {
		for _, template := range []bool{false, true} {
			for _, starting := range []bool{false, true} {
				have := Existing{Pod: podThatIs(pod)}
				if template {
					have.Template = manifest.TemplateOf(manifest.StoppedPod(&corev1.PodTemplate{}), starting)
				}
				seen := StateOf(have, func(*corev1.Pod) bool { return pod != PodForeign })
				if _, ok := transitions()[seen]; !ok || seen.Pod != pod || seen.Template != template {
					t.Errorf("no transition from %+v", seen)
				}
			}
		}
	}
}

func podThatIs(as PodState) *corev1.Pod {
	pod := &corev1.Pod{}
	switch as {
	case PodNone:
		return nil
	case PodTerminating:
		pod.DeletionTimestamp = &metav1.Time{}
	case PodFinished:
		pod.Status.Phase = corev1.PodSucceeded
	case PodAlive, PodForeign:
	}
	return pod
}
