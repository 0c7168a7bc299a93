package instance

import "testing"

// TestNextMove has a row for every cell of the transition table: what is found,
// and what is done about it by what is wanted, without and with a restart.
func TestNextMove(t *testing.T) {
	type cells struct{ running, stopped, unmanaged string }
	for found, c := range map[presence]struct{ plain, restart cells }{
		{podNone, false}:     {cells{"create", "create", "create"}, cells{"create", "create", "create"}},
		{podNone, true}:      {cells{"start", "none", "none"}, cells{"start", "none", "start"}},
		{podAlive, false}:    {cells{"none", "stop", "none"}, cells{"restart", "stop", "restart"}},
		{podAlive, true}:     {cells{"tidy", "stop", "tidy"}, cells{"restart", "stop", "restart"}},
		{podFinished, false}: {cells{"none", "stop", "none"}, cells{"restart", "stop", "restart"}},
		{podFinished, true}:  {cells{"tidy", "stop", "tidy"}, cells{"restart", "stop", "restart"}},
		{podLeaving, false}:  {cells{"replace", "stop", "replace"}, cells{"replace", "stop", "replace"}},
		{podLeaving, true}:   {cells{"start", "none", "none"}, cells{"start", "none", "start"}},
		{podForeign, false}:  {cells{"refuse", "refuse", "refuse"}, cells{"refuse", "refuse", "refuse"}},
		{podForeign, true}:   {cells{"refuse", "none", "none"}, cells{"refuse", "none", "refuse"}},
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
			if _, ok := transitions()[presence{pod, template}]; !ok {
				t.Errorf("no transition from a Pod that is %q with a template: %t", pod, template)
			}
		}
	}
}
