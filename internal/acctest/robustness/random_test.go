package robustness_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
)

// envSeed repeats one random run.
const envSeed = "MAR_ROBUSTNESS_SEED"

// TestAccRobustness_severalFaults puts two to four faults, chosen by a seed, on a scenario that
// the seed chooses too. A run is repeated with the seed in its name: MAR_ROBUSTNESS_SEED=7.
func TestAccRobustness_severalFaults(t *testing.T) {
	onlyInFull(t)
	suite := runner.NewSuite(t, provider(t))
	for _, seed := range seeds(t) {
		t.Run(fmt.Sprintf("seed-%d", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			all := scenario.All()
			s := all[random.IntN(len(all))]
			usual := usually(t, suite, s)
			strikes := several(random, usual)
			var names []string
			for _, strike := range strikes {
				names = append(names, strike.Name())
			}
			story := fmt.Sprintf("seed %d: %s with %s", seed, s.Name, strings.Join(names, ", "))
			h, _, err := suite.World(t, s).Run(t.Context(), story, usual, strikes...)
			if err != nil {
				t.Fatalf("%s: %v", story, err)
			}
			violations := invariant.Check(h)
			results.Add("several faults at once", "several", violations)
			if len(violations) > 0 {
				t.Log(story)
			}
			judge(t, h, violations)
		})
	}
}

// several are faults of which each befalls another request, and at most one ends the run.
func several(random *rand.Rand, usual runner.Usual) []runner.Strike {
	product := runner.Product(usual.Requests)
	random.Shuffle(len(product), func(i, j int) { product[i], product[j] = product[j], product[i] })
	var chosen []runner.Strike
	struck, ended := map[string]bool{}, false
	for count := 2 + random.IntN(3); len(chosen) < count && len(product) > 0; product = product[1:] {
		s := product[0]
		ends := s.Fault.Lasting || s.Fault.Kills || strings.HasPrefix(s.Fault.Name, "sig")
		if struck[s.Address] || s.Fault.Slow || ends && ended {
			continue
		}
		struck[s.Address], ended = true, ended || ends
		chosen = append(chosen, s)
	}
	return chosen
}

// seeds are those of a full run, which begin at another number each day, or the one to repeat.
func seeds(t *testing.T) []uint64 {
	t.Helper()
	const count = 60
	if text := os.Getenv(envSeed); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return []uint64{seed}
	}
	first := uint64(time.Now().Unix() / (24 * 60 * 60) * count)
	t.Logf("seeds %d to %d", first, first+count-1)
	var all []uint64
	for i := range uint64(count) {
		all = append(all, first+i)
	}
	return all
}
