package instance

import (
	"encoding/json"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

// NoteState takes note of an instance that the state has, so that a plan which replaces it
// doesn't say that its name is taken. A state that isn't readable is for others to report.
func NoteState(client *connect.Client, state []byte) {
	var known struct{ Cluster, Name string }
	if err := json.Unmarshal(state, &known); err == nil && known.Name != "" {
		client.DryRuns.NoteInState(model.Key{Cluster: known.Cluster, Name: known.Name}.String())
	}
}
