package runner_test

import (
	"slices"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

func requests() []witness.Request {
	return []witness.Request{
		{Verb: "get", Resource: "/version", Ordinal: 1},
		{Verb: "get", Resource: "pods", Ordinal: 1},
		{Verb: "create", Resource: "pods", Namespace: "dev", Ordinal: 1},
		{Verb: "watch", Resource: "pods", Ordinal: 1},
		{Verb: "create", Resource: "pods", Namespace: "dev", Ordinal: 2},
		{Verb: "get", Resource: "pods", Ordinal: 2},
	}
}

func names(strikes []runner.Strike) (all []string) {
	for _, s := range strikes {
		all = append(all, s.Name())
	}
	return all
}

func TestChosen_isAlwaysTheSameAndHasEveryFaultOfAWrite(t *testing.T) {
	chosen := names(runner.Chosen(requests(), 3, true))
	if again := names(runner.Chosen(requests(), 3, true)); !slices.Equal(chosen, again) {
		t.Errorf("first %v, then %v", chosen, again)
	}
	product := names(runner.Product(requests()))
	for _, name := range product {
		if isFirstWrite := len(name) > 14 && name[len(name)-14:] == "@create-pods-1"; isFirstWrite && !slices.Contains(chosen, name) {
			t.Errorf("%s isn't chosen", name)
		}
	}
	if len(chosen) >= len(product) {
		t.Errorf("%d of %d are chosen", len(chosen), len(product))
	}
	seen := map[string]bool{}
	for _, name := range chosen {
		if seen[name] {
			t.Errorf("%s is chosen twice", name)
		}
		seen[name] = true
	}
}

func TestPart_hasEachClassOnce(t *testing.T) {
	if part := runner.Part(requests(), 0); len(part) != 5 {
		t.Errorf("%v", names(part))
	}
}
