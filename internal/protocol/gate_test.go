package protocol

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLosesState(t *testing.T) {
	for version, want := range map[string]bool{
		"1.8.5": false, "1.13.0": false, "1.15.9": false, "1.16.0": true, "1.16.4": true, "1.17.0-beta1": true, "1.17.9": true, "1.18.0": false, "": false,
	} {
		if got := losesState(version); got != want {
			t.Errorf("%q: got %t", version, got)
		}
	}
}

func TestGate(t *testing.T) {
	const ok, failed = false, true
	for name, c := range map[string]struct {
		answers []bool
		// want is when each passes, in spacings after they all arrived.
		want []int
	}{
		"successes pass together":       {answers: []bool{ok, ok, ok}, want: []int{0, 0, 0}},
		"failures pass one by one":      {answers: []bool{failed, failed, failed}, want: []int{0, 1, 2}},
		"a failure waits for a success": {answers: []bool{ok, failed}, want: []int{0, 1}},
		"a success waits for a failure": {answers: []bool{failed, ok, ok}, want: []int{0, 1, 1}},
		"mixed":                         {answers: []bool{ok, failed, ok, failed, ok}, want: []int{0, 1, 2, 3, 4}},
	} {
		var g gate
		g.close(false)
		now := time.Now()
		for i, answer := range c.answers {
			apart := time.Duration(0)
			if answer == failed {
				apart = spacing
			}
			if got := g.turn(now, apart); got != time.Duration(c.want[i])*spacing {
				t.Errorf("%s: answer %d waits %s, want %d spacings", name, i, got, c.want[i])
			}
		}
	}
}

func TestGate_pass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		start := time.Now()
		g.pass(true)
		g.pass(true)
		if took := time.Since(start); took != 0 {
			t.Errorf("an open gate takes %s", took)
		}
		g.close(false)
		g.pass(true)
		g.pass(true)
		if took := time.Since(start); took != spacing {
			t.Errorf("took %s, want %s", took, spacing)
		}
		g.pass(false)
		if took := time.Since(start); took != 2*spacing {
			t.Errorf("took %s, want %s", took, 2*spacing)
		}
		time.Sleep(time.Minute)
	})
}

// TestGate_spacesSiblings holds that two processes' answers at risk are kept apart, and that
// other answers stay out of the way of both.
func TestGate_spacesSiblings(t *testing.T) {
	t.Chdir(t.TempDir())
	var a, b gate
	a.close(true)
	b.close(true)
	start := time.Now()
	a.pass(true)
	failed := time.Now()
	b.pass(false)
	if waited := time.Since(failed); waited < spacing-20*time.Millisecond {
		t.Errorf("a sibling's answer came %s after a failed create's", waited)
	}
	failed = time.Now()
	b.pass(true)
	if waited := time.Since(failed); waited < spacing {
		t.Errorf("a failed create's answer came %s after a sibling's", waited)
	}
	failed = time.Now()
	a.pass(true)
	if waited := time.Since(failed); waited < 2*spacing-20*time.Millisecond {
		t.Errorf("a failed create's answer came %s after a sibling's", waited)
	}
	if took := time.Since(start); took > 10*spacingLimit {
		t.Errorf("it took %s", took)
	}
}
