// Package scenario has what people do with the provider, each as what there is before, what
// is declared then, and the command that is given.
package scenario

import (
	"slices"
	"strings"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Place stands for the run's cluster in a configuration.
const Place = "CLUSTER"

// Image and NewImage are what instances run.
const (
	Image    = "registry.k8s.io/pause:3.10"
	NewImage = "registry.k8s.io/pause:3.9"
)

// Scenario is one thing that somebody does.
type Scenario struct {
	Name string
	// Needs is what of Terraform it takes, if that is new.
	Needs acctest.Feature
	// OwnCluster says that the configuration makes the cluster; otherwise it is there.
	OwnCluster bool
	// Before is the configuration that was applied before, After what the command is given with.
	Before, After string
	// Stateless says that what Before has made is in no state any more, as before an import.
	Stateless bool
	// Command is what is run: Apply where it is empty.
	Command Command
	// Healed is the configuration that the world is brought to at last: After where it is empty.
	Healed string
	// Addresses are the resources of the configuration that it is brought to.
	Addresses []string
	// Secrets are values that must be seen nowhere.
	Secrets []string
	// Unnamed says that the instance's name is generated.
	Unnamed bool
	// Part says that it is among those that each "make test" runs.
	Part bool
}

// Command is a command line of Terraform.
type Command []string

// Apply applies without a question.
func Apply() Command { return Command{"apply", "-auto-approve"} }

// Destroy destroys without a question.
func Destroy() Command { return Command{"destroy", "-auto-approve"} }

// Plan saves its plan.
func Plan() Command { return Command{"plan", "-out=saved.plan"} }

// Refresh writes what is there into the state, and nothing else.
func Refresh() Command { return Command{"apply", "-auto-approve", "-refresh-only"} }

// Invoke carries out an action.
func Invoke(action string) Command {
	return Command{"apply", "-auto-approve", "-invoke=action." + action}
}

// Destroys reports whether the command leaves nothing.
func (c Command) Destroys() bool { return len(c) > 0 && c[0] == "destroy" }

// Invokes reports whether the command runs an action.
func (c Command) Invokes() bool {
	return slices.ContainsFunc(c, func(arg string) bool { return strings.HasPrefix(arg, "-invoke=") })
}

// Given returns the configuration for the run's cluster.
func Given(config, cluster string) string { return strings.ReplaceAll(config, Place, cluster) }

// All is the table of scenarios.
func All() []Scenario {
	all := slices.Concat(clusters(), instances(), powers(), looks(), many(), holds())
	for i := range all {
		s := &all[i]
		if len(s.Command) == 0 {
			s.Command = Apply()
		}
		if s.Healed == "" {
			s.Healed = s.After
		}
		if len(s.Addresses) == 0 && !s.Command.Destroys() {
			s.Addresses = []string{"mar_instance.web"}
			if s.OwnCluster {
				s.Addresses = []string{"mar_cluster.dev"}
			}
		}
	}
	return all
}

// Find returns the scenario of that name.
func Find(name string) (Scenario, bool) {
	for _, s := range All() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}
