package runner

import (
	"slices"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/fault"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// Product is every fault on every request that it can befall.
func Product(requests []witness.Request) []Strike {
	var all []Strike
	for _, r := range requests {
		for _, f := range fitting(r) {
			all = append(all, Strike{r.Address(), f})
		}
	}
	return all
}

// Chosen thins the product out, by a rule that always chooses the same:
//   - the first write of a class has six faults, in turn, or every one where that is asked for;
//     each further one has one;
//   - the first read of a class has two faults, in turn, further ones have none.
//
// Start says which fault comes first, so that scenarios which do the same have other faults on it.
func Chosen(requests []witness.Request, start int, every bool) []Strike {
	t := turns{next: start}
	for _, r := range requests {
		fits := fitting(r)
		switch {
		case r.Writes() && r.Ordinal == 1 && every:
			t.take(r, fits, len(fits))
		case r.Writes() && r.Ordinal == 1:
			t.take(r, fits, 6)
		case r.Writes():
			t.take(r, brief(fits), 1)
		case r.Ordinal == 1:
			t.take(r, fits, 2)
		}
	}
	return t.taken
}

// Part is what each "make test" runs: the first two writes and the first read of each class,
// each with one fault, in turn.
func Part(requests []witness.Request, start int) []Strike {
	t := turns{next: start}
	for _, r := range requests {
		if r.Writes() && r.Ordinal <= 2 || r.Ordinal == 1 {
			t.take(r, brief(fitting(r)), 1)
		}
	}
	return t.taken
}

// turns takes faults in turn.
type turns struct {
	next  int
	taken []Strike
}

func (t *turns) take(r witness.Request, fits []fault.Fault, n int) {
	// Neighbours in the table are alike, so that a step which has no factor in common with the
	// number of faults mixes them.
	step := 7
	for common(step, len(fits)) > 1 {
		step++
	}
	for range min(n, len(fits)) {
		t.taken = append(t.taken, Strike{r.Address(), fits[t.next*step%len(fits)]})
		t.next++
	}
}

// common is the greatest common divisor.
func common(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func fitting(r witness.Request) []fault.Fault {
	return slices.DeleteFunc(fault.All(), func(f fault.Fault) bool { return !f.Applies(r) })
}

// brief leaves out what is mostly waiting.
func brief(fits []fault.Fault) []fault.Fault {
	return slices.DeleteFunc(slices.Clone(fits), func(f fault.Fault) bool { return f.Slow })
}
