// Package invariant judges a run by its history: what must hold whatever goes wrong.
package invariant

import (
	"fmt"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// Outcome is the column of the report that a violation counts in.
type Outcome string

const (
	// Lost: an object that no state knows, or a state of what isn't there.
	Lost Outcome = "lost"
	// Doubled: two objects for one address.
	Doubled Outcome = "doubled"
	// Stuck: applying again doesn't bring what was asked for.
	Stuck Outcome = "not converged"
	// Other: anything else that must not be.
	Other Outcome = "other"
)

// Violation is one thing that must not be.
type Violation struct {
	Outcome Outcome
	// Rule is the name of the invariant, What what was found.
	Rule, What string
}

func (v Violation) String() string { return fmt.Sprintf("%s: %s: %s", v.Outcome, v.Rule, v.What) }

// Rule is one invariant.
type Rule struct {
	Name string
	// Promise says it for people.
	Promise string
	outcome Outcome
	check   func(witness.History) []string
}

// Rules is the table of invariants.
func Rules() []Rule {
	return []Rule{
		{"known", "Each object that the provider has made is in the state, or it has deleted it. Only SIGKILL may leave one that isn't, and the next apply names it.", Lost, known},
		{"named", "What SIGKILL has left is named by the next apply, with the block that imports it.", Lost, named},
		{"real", "What is in the state exists, or the next plan says that it doesn't.", Lost, exists},
		{"state", "The state can be read, its lineage stays, and its serial never goes back.", Lost, stateGrows},
		{"single", "There are never two objects for one address.", Doubled, single},
		{"ridden", "A fault that passes by is ridden out: the command ends well.", Stuck, ridden},
		{"done", "What a command that ended well says is done is done, and the next one has nothing to do.", Stuck, done},
		{"converges", "One apply brings what was asked for; the plan after that is empty; a destroy leaves nothing.", Stuck, converges},
		{"same", "Once it has converged all is as it would have been without the fault.", Stuck, same},
		{"strangers", "Nobody else's object is written or deleted.", Other, strangers},
		{"deletes", "Each deletion names the object's UID.", Other, deletesByUID},
		{"secrets", "No secret is in a state, a plan or a message.", Other, secrets},
		{"ends", "Each command ends in its time, and its provider with it.", Other, ends},
		{"bounded", "A fault causes a bounded number of requests.", Other, bounded},
	}
}

// Check returns what a history violates.
func Check(h witness.History) []Violation {
	var all []Violation
	for _, rule := range Rules() {
		for _, what := range rule.check(h) {
			all = append(all, Violation{rule.outcome, rule.Name, what})
		}
	}
	return all
}
