package robustness_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// atOnce is how many worlds one apply prepares.
const atOnce = 25

// TestAccRobustness puts each fault on each request of each scenario, one in each run. A run
// is TestAccRobustness/SCENARIO/FAULT@REQUEST.
func TestAccRobustness(t *testing.T) {
	suite := runner.NewSuite(t, provider(t))
	for i, s := range scenario.All() {
		if !full() && !s.Part {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			usual := usually(t, suite, s)
			strikes := runner.Part(usual.Requests, 5*i)
			if full() {
				strikes = runner.Chosen(usual.Requests, 5*i, s.Part)
			}
			results.Begin(s.Name, len(usual.Requests), len(runner.Product(usual.Requests)))
			batch := suite.NewBatch(t, s, atOnce)
			for _, strike := range strikes {
				t.Run(strike.Name(), func(t *testing.T) {
					world := batch.Reserve()
					t.Parallel()
					w, err := world(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					strikeOnce(t, w, usual, strike)
				})
			}
		})
	}
}

func strikeOnce(t *testing.T, w *runner.World, usual runner.Usual, strike runner.Strike) {
	t.Helper()
	h, struck, err := w.Run(t.Context(), t.Name(), usual, strike)
	if err != nil {
		t.Fatal(err)
	}
	if struck == 0 {
		t.Logf("the run had no request %q, and so no fault", strike.Address)
	}
	violations := invariant.Check(h)
	results.Add(w.Scenario.Name, strike.Fault.Name, violations)
	judge(t, h, violations)
}

// judge fails the test with what is violated, and with all that is known of the run.
func judge(t *testing.T, h witness.History, violations []invariant.Violation) {
	t.Helper()
	if len(violations) == 0 {
		return
	}
	for _, v := range violations {
		t.Error(v)
	}
	var story strings.Builder
	for _, c := range h.Commands {
		fmt.Fprintf(&story, "%s: terraform %s ended with %d after %.1fs: %s\n", c.Title, strings.Join(c.Args, " "), c.Exit, c.Took.Seconds(), strings.Join(c.Changes, ", "))
		for _, d := range c.Diagnostics {
			if strings.Contains(d.Summary, "development overrides") {
				continue
			}
			fmt.Fprintf(&story, "  %s: %s: %s\n", d.Severity, d.Summary, d.Detail)
		}
	}
	for _, r := range h.Requests {
		hit := ""
		if r.Hit {
			hit = "  <- the fault"
		}
		fmt.Fprintf(&story, "  %s %s %s: %d%s\n", r.At.Format("05.000"), r.Address(), r.Name, r.Status, hit)
	}
	t.Logf("run it again with -run '^%s$'\n%s", strings.ReplaceAll(t.Name(), "/", "$/^"), story.String())
}
