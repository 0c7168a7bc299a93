package robustness_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/fault"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
)

// mutant is the provider without one of the things that make it robust.
type mutant struct {
	lacks string
	// file is the source file, from the module's root, in which text becomes another.
	file, text, becomes string
	// scenario, fault and address are a run that has to show it, by breaking that rule.
	scenario, fault, address, rule string
}

func mutants() []mutant {
	return []mutant{
		{
			lacks: "the nonce", file: "internal/kube/create.go",
			text:     "case found == Done && held.GetAnnotations()[mar.AnnotationNonce] == nonce:",
			becomes:  "case found == Done && held.GetAnnotations()[mar.AnnotationNonce] == nonce+`!`:",
			scenario: "instance-create", fault: "lost", address: "create pods 1", rule: "ridden",
		},
		{
			lacks: "the UID precondition", file: "internal/kube/delete.go",
			text:     "err := remove(ctx, ref.Name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})",
			becomes:  "err := remove(ctx, ref.Name, metav1.DeleteOptions{})",
			scenario: "instance-destroy", fault: "503", address: "delete pods 1", rule: "deletes",
		},
		{
			lacks: "the repetition", file: "internal/kube/connect/retry.go",
			text:     "repeated := rule.Repeated && ",
			becomes:  "repeated := false && rule.Repeated && ",
			scenario: "instance-destroy", fault: "500", address: "delete pods 1", rule: "ridden",
		},
		{
			lacks: "the rule on state after errors", file: "internal/instance/resource_update.go",
			text:     "out.save(ctx, result.State, result.PrivateState)",
			becomes:  "out.save(ctx, u.Plan, result.PrivateState)",
			scenario: "instance-label-removed", fault: "403", address: "patch pods 1", rule: "same",
		},
	}
}

// TestAccRobustness_mutants takes one thing after the other out of the provider, and holds that
// the suite notices.
func TestAccRobustness_mutants(t *testing.T) {
	onlyInFull(t)
	suite := runner.NewSuite(t, provider(t))
	for _, m := range mutants() {
		t.Run(strings.ReplaceAll(m.lacks, " ", "-"), func(t *testing.T) {
			t.Parallel()
			s := scenarioOf(t, m.scenario)
			f, found := fault.Find(m.fault)
			if !found {
				t.Fatalf("there is no fault %s", m.fault)
			}
			usual := usually(t, suite, s)
			lacking := *suite
			lacking.Provider = mutated(t, m)
			h, struck, err := lacking.World(t, s).Run(t.Context(), t.Name(), usual, runner.Strike{Address: m.address, Fault: f})
			if err != nil {
				t.Fatal(err)
			}
			if struck == 0 {
				t.Fatalf("%s has no request %s", m.scenario, m.address)
			}
			violations := invariant.Check(h)
			if !slices.ContainsFunc(violations, func(v invariant.Violation) bool { return v.Rule == m.rule }) {
				t.Errorf("without %s the suite has to find that %q is broken, and finds %v", m.lacks, m.rule, violations)
			}
		})
	}
}

// source is the file without what the mutant lacks.
func (m mutant) source(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), m.text) != 1 {
		t.Fatalf("%s has %d times %q: say what to take out of it now", m.file, strings.Count(string(text), m.text), m.text)
	}
	return strings.Replace(string(text), m.text, m.becomes, 1)
}

// The mutants that only the full suite builds are of the code as it is.
func TestRobustness_mutantsCanBeMade(t *testing.T) {
	for _, m := range mutants() {
		if changed := m.source(t); !strings.Contains(changed, m.becomes) {
			t.Errorf("without %s %s isn't changed", m.lacks, m.file)
		}
	}
}

// mutated builds the mutant, without touching a source file.
func mutated(t *testing.T, m mutant) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", "..", "..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, []byte(m.source(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "bin", "terraform-provider-mar")
	if err := build(program, nil, "-overlay", filepath.Join(dir, "overlay.json")); err != nil {
		t.Fatal(err)
	}
	return program
}
