package invariant

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

func ridden(h witness.History) []string {
	operation := h.Command(witness.Operation)
	if !h.Ridden || operation == nil || operation.Exit == 0 {
		return nil
	}
	return []string{fmt.Sprintf("it ended with %d: %s", operation.Exit, operation.Errors())}
}

// done looks at an operation that says that it ended well.
func done(h witness.History) []string {
	operation, heal := h.Command(witness.Operation), h.Command(witness.Heal)
	if operation == nil || operation.Exit != 0 || h.Killed {
		return nil
	}
	if h.Destroys {
		return left(h, h.After, "the destroy")
	}
	var all []string
	if heal != nil && len(heal.Changes) > 0 && !invokes(operation.Args) && !plansOnly(operation.Args) {
		all = append(all, "the next apply still has to "+strings.Join(heal.Changes, ", "))
	}
	return append(all, differences(h.Wanted, h.After, h.Cluster, "after the operation")...)
}

func invokes(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "-invoke") })
}

func plansOnly(args []string) bool { return len(args) > 0 && args[0] == "plan" }

func converges(h witness.History) []string {
	var all []string
	for _, c := range h.Commands {
		switch {
		case c.Title == witness.Operation, c.Title == witness.Heal && h.Killed && len(unknown(h)) > 0 && len(c.Imports()) > 0:
			// The one says of itself how it ended; of the other it is asked that it names what to import.
		case c.Exit != 0:
			all = append(all, fmt.Sprintf("%s ended with %d: %s %s", c.Title, c.Exit, strings.Join(c.Changes, ", "), c.Errors()))
		}
	}
	if h.Command(witness.Destroy) == nil && !h.Destroys {
		return all
	}
	return append(all, left(h, h.Destroyed, "the destroy")...)
}

// left are our objects that there are after a destroy.
func left(h witness.History, scene witness.Scene, after string) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(scene.Objects)) {
		o := scene.Objects[key]
		if _, before := h.Before.Objects[key]; o.Kind == "Namespace" && !o.Ours && before {
			continue
		}
		if o.Ours && !o.Leaving && (!h.Killed || !h.Unnamed) {
			all = append(all, fmt.Sprintf("%s is still there after %s", key, after))
		}
	}
	for _, r := range scene.State.Resources {
		all = append(all, fmt.Sprintf("%s is still in the state after %s", r.Address, after))
	}
	return all
}

func same(h witness.History) []string {
	if h.Destroys || h.Command(witness.Plan) == nil || h.Killed && h.Unnamed {
		return nil
	}
	return differences(h.Wanted, h.Healed, h.Cluster, "once it was applied again")
}

func differences(wanted map[string]string, scene witness.Scene, cluster, when string) []string {
	if wanted == nil {
		return nil
	}
	var all []string
	have := witness.Meanings(scene.Objects, cluster)
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		switch is, found := have[key]; {
		case !found:
			all = append(all, fmt.Sprintf("%s there is no %s", when, key))
		case is != wanted[key]:
			all = append(all, fmt.Sprintf("%s %s is %s, want %s", when, key, is, wanted[key]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if _, found := wanted[key]; !found {
			all = append(all, fmt.Sprintf("%s there is a %s too many", when, key))
		}
	}
	return all
}
