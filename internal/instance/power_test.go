package instance

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestNextMove has a row for every cell of the transition table: what is found,
// and what is done about it by what is wanted, without and with a restart.
func TestNextMove(t *testing.T) {
	type cells struct{ running, stopped, unmanaged string }
	for found, c := range map[presence]struct{ plain, restart cells }{
		{Pod: podNone}:                                    {cells{"create", "create", "create"}, cells{"create", "create", "create"}},
		{Pod: podNone, Template: true}:                    {cells{"start", "none", "none"}, cells{"start", "none", "start"}},
		{Pod: podNone, Template: true, Starting: true}:    {cells{"start", "stop", "start"}, cells{"start", "stop", "start"}},
		{Pod: podLeaving, Template: true, Starting: true}: {cells{"start", "stop", "start"}, cells{"start", "stop", "start"}},
		{Pod: podAlive}:                                   {cells{"none", "stop", "none"}, cells{"restart", "stop", "restart"}},
		{Pod: podAlive, Template: true}:                   {cells{"tidy", "stop", "tidy"}, cells{"restart", "stop", "restart"}},
		{Pod: podFinished}:                                {cells{"none", "stop", "none"}, cells{"restart", "stop", "restart"}},
		{Pod: podFinished, Template: true}:                {cells{"tidy", "stop", "tidy"}, cells{"restart", "stop", "restart"}},
		{Pod: podLeaving}:                                 {cells{"replace", "stop", "replace"}, cells{"replace", "stop", "replace"}},
		{Pod: podLeaving, Template: true}:                 {cells{"start", "none", "none"}, cells{"start", "none", "start"}},
		{Pod: podForeign}:                                 {cells{"refuse", "refuse", "refuse"}, cells{"refuse", "refuse", "refuse"}},
		{Pod: podForeign, Template: true}:                 {cells{"refuse", "none", "none"}, cells{"refuse", "none", "refuse"}},
	} {
		for _, restart := range []bool{false, true} {
			want := c.plain
			if restart {
				want = c.restart
			}
			for status, expected := range map[string]string{powerRunning: want.running, powerStopped: want.stopped, "": want.unmanaged} {
				if got := nextMove(status, found, restart).String(); got != expected {
					t.Errorf("wanted %q, found %+v, restart %t: %s, want %s", status, found, restart, got, expected)
				}
			}
		}
	}
}

// TestTransitionsAreWhole holds that no presence is left out of the table, for a
// missing row would create an instance beside another.
func TestTransitionsAreWhole(t *testing.T) {
	for _, pod := range []podPresence{podNone, podAlive, podFinished, podLeaving, podForeign} {
		for _, template := range []bool{false, true} {
			for _, starting := range []bool{false, true} {
				have := found{Pod: podThatIs(pod)}
				if template {
					have.Template = templateOf(stoppedPod(&corev1.PodTemplate{}), starting)
				}
				seen := presenceOf(have, func(*corev1.Pod) bool { return pod != podForeign })
				if _, ok := transitions()[seen]; !ok || seen.Pod != pod || seen.Template != template {
					t.Errorf("no transition from %+v", seen)
				}
			}
		}
	}
}

func podThatIs(as podPresence) *corev1.Pod {
	pod := &corev1.Pod{}
	switch as {
	case podNone:
		return nil
	case podLeaving:
		pod.DeletionTimestamp = &metav1.Time{}
	case podFinished:
		pod.Status.Phase = corev1.PodSucceeded
	case podAlive, podForeign:
	}
	return pod
}
