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
		for _, f := range fault.All() {
			if f.Applies(r) {
				all = append(all, Strike{r.Address(), f})
			}
		}
	}
	return all
}

// Chosen thins the product out, by a rule that always chooses the same:
//   - a write has every fault, up to the third of its class; later ones have one each, in turn;
//   - of the reads of one class the first has every fault, the second and the third have one
//     each, in turn;
//   - silence, which is 20 s of waiting, befalls the first request of each class.
func Chosen(requests []witness.Request) []Strike {
	var all []Strike
	turn := 0
	for _, r := range requests {
		fits := fitting(r)
		switch {
		case len(fits) == 0:
		case r.Ordinal == 1, r.Writes() && r.Ordinal <= 3:
			for _, f := range fits {
				if f.Name != "silence" || r.Ordinal == 1 {
					all = append(all, Strike{r.Address(), f})
				}
			}
		case r.Writes() || r.Ordinal <= 3:
			all = append(all, Strike{r.Address(), fits[turn%len(fits)]})
			turn++
		}
	}
	return all
}

// Part is what each "make test" runs: each write and each class of reads once, with another
// fault each time. Start says which fault comes first, so that scenarios differ.
func Part(requests []witness.Request, start int) []Strike {
	var all []Strike
	turn := start
	for _, r := range requests {
		fits := slices.DeleteFunc(fitting(r), func(f fault.Fault) bool { return f.Name == "silence" || f.Name == "watch-silent" })
		if len(fits) == 0 || !r.Writes() && r.Ordinal > 1 || r.Ordinal > 3 {
			continue
		}
		// A step that has no factor in common with the number of faults passes through all of them.
		const step = 7
		all = append(all, Strike{r.Address(), fits[turn*step%len(fits)]})
		turn++
	}
	return all
}

func fitting(r witness.Request) []fault.Fault {
	return slices.DeleteFunc(fault.All(), func(f fault.Fault) bool { return !f.Applies(r) })
}
