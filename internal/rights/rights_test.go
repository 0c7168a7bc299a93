package rights_test

import (
	"slices"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/rights"
)

// TestRoles_keepToThePromise holds what no role of its kind may contain.
func TestRoles_keepToThePromise(t *testing.T) {
	for _, role := range rights.Roles() {
		for _, right := range rights.Each(role.Rules()) {
			if right.Resource == "secrets" && (right.Verb == "list" || right.Verb == "watch") {
				t.Errorf("%s may %s, which is to read them all", role.Name, right)
			}
			for _, word := range []string{right.Verb, right.Group, right.Resource} {
				if word == "*" {
					t.Errorf("%s has a wildcard: %s", role.Name, right)
				}
			}
			grants := slices.Contains([]string{"escalate", "bind", "impersonate"}, right.Verb)
			if grants != (role.Name == rights.GrantAccess().Name) {
				t.Errorf("%s may %s", role.Name, right)
			}
		}
	}
	for _, role := range []rights.Role{rights.Plan(), rights.PlanInstances()} {
		for _, right := range rights.Each(role.Rules()) {
			if right.Resource == "secrets" || right.Verb != "get" && right.Verb != "list" {
				t.Errorf("%s may %s", role.Name, right)
			}
		}
	}
}

// TestRoles_applyIncludesPlan holds for both pairs. It also holds that a role for one cluster's
// instances has nothing that the whole role lacks, because the tests show that the whole role is
// needed.
func TestRoles_applyIncludesPlan(t *testing.T) {
	for _, pair := range [][2]rights.Role{
		{rights.Plan(), rights.Apply()},
		{rights.PlanInstances(), rights.ApplyInstances()},
		{rights.ApplyInstances(), rights.Apply()},
		{rights.PlanInstances(), rights.Plan()},
	} {
		whole := rights.Each(pair[1].Rules())
		for _, right := range rights.Each(pair[0].Rules()) {
			if !slices.Contains(whole, right) {
				t.Errorf("%s may %s, and %s may not", pair[0].Name, right, pair[1].Name)
			}
		}
	}
}

func TestLess(t *testing.T) {
	rules := rights.Apply().Rules()
	all := rights.Each(rules)
	for _, lost := range all {
		left := rights.Each(rights.Less(rules, lost))
		if slices.Contains(left, lost) || len(left) != len(all)-1 {
			t.Errorf("without %s there are %d of %d rights", lost, len(left), len(all))
		}
	}
}
