package cluster

import (
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
)

// privateState is what is remembered of a cluster beside its state. It changes with an
// import, with an apply, and with a label that is lost, so that a refresh is quiet.
type privateState struct {
	Adopted child.Adopted `json:"adopted"`
	// Manager is the name under which the cluster was last written, if it isn't the
	// usual one.
	Manager string `json:"manager,omitempty"`
	// Unlabelled is set where others took the provider's own label off the Namespace.
	Unlabelled bool `json:"unlabelled,omitempty"`
	// Namesake is the UID of the Namespace that is there, where it isn't the state's.
	Namesake string `json:"namesake,omitempty"`
	// Ending is set where a child is being deleted and isn't gone.
	Ending bool `json:"ending,omitempty"`
	// Deleting is set once the API server has accepted the cluster's deletion.
	Deleting bool `json:"deleting,omitempty"`
}

// recordOf is what an import remembers, and sentences on what it left out.
func recordOf(o objects.Observed) (privateState, []string) {
	a, notes := objects.AdoptionOf(o)
	return privateState{Adopted: a}, notes
}
