package robustness_test

import (
	"sync"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
)

// usuals are what scenarios come to without a fault, each tried out once.
var usuals sync.Map

type usual struct {
	once sync.Once
	of   runner.Usual
	err  error
}

// usually runs the scenario without a fault, where no other test has done so yet. It skips the
// test where Terraform is too old for the scenario.
func usually(t *testing.T, suite *runner.Suite, s scenario.Scenario) runner.Usual {
	t.Helper()
	if s.Needs != "" {
		acctest.Needs(t, s.Needs)
	}
	entry, _ := usuals.LoadOrStore(s.Name, &usual{})
	u, ok := entry.(*usual)
	if !ok {
		t.Fatalf("%T", entry)
	}
	u.once.Do(func() { u.of, u.err = suite.World(t, s).Dry(t.Context()) })
	if u.err != nil {
		t.Fatal(u.err)
	}
	return u.of
}

// scenarioOf is the scenario of that name.
func scenarioOf(t *testing.T, name string) scenario.Scenario {
	t.Helper()
	s, found := scenario.Find(name)
	if !found {
		t.Fatalf("there is no scenario %s", name)
	}
	return s
}
