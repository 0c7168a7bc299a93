package robustness_test

import (
	"sync"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// TestAccRobustness_twoStates has two states apply the same names to the same Kubernetes at the
// same time. One makes the object, the other is told of it; neither takes over the other's.
func TestAccRobustness_twoStates(t *testing.T) {
	onlyInFull(t)
	suite := runner.NewSuite(t, provider(t))
	for _, name := range []string{"instance-create", "instance-secrets", "instance-stopped", "cluster-create"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := suite.World(t, scenarioOf(t, name))
			second, err := first.Beside(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			commands := make([]witness.Command, 2)
			worlds := []*runner.World{first, second}
			var group sync.WaitGroup
			for i, w := range worlds {
				group.Go(func() {
					if err := w.Configure(w.Scenario.After); err != nil {
						t.Error(err)
						return
					}
					c, err := w.Terraform(witness.Operation, w.Scenario.Command...)
					if err != nil {
						t.Error(err)
					}
					commands[i] = c
				})
			}
			group.Wait()
			winner, loser := 0, 1
			if commands[0].Exit != 0 {
				winner, loser = 1, 0
			}
			if commands[winner].Exit != 0 || commands[loser].Exit != 1 || len(commands[loser].Imports()) != 1 {
				t.Fatalf("one has to end well, and the other with an import block:\n%s\n%s", commands[0].Output, commands[1].Output)
			}
			scene, err := worlds[loser].Scene(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(scene.State.Resources) > 0 {
				t.Errorf("the one that was refused has %v in its state", scene.State.Resources)
			}
			for _, step := range []struct {
				world *runner.World
				args  []string
				exit  int
			}{
				{worlds[winner], []string{"plan", "-detailed-exitcode"}, 0},
				{worlds[loser], []string{"destroy", "-auto-approve"}, 0},
				{worlds[winner], []string{"plan", "-detailed-exitcode"}, 0},
				{worlds[winner], []string{"destroy", "-auto-approve"}, 0},
			} {
				c, err := step.world.Terraform(step.args[0], step.args...)
				if err != nil {
					t.Fatal(err)
				}
				if c.Exit != step.exit {
					t.Errorf("%v ended with %d:\n%s", step.args, c.Exit, c.Output)
				}
			}
		})
	}
}
