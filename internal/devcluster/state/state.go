package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/process"
)

// formatVersion changes when an older file can no longer be read as it was meant.
const formatVersion = 1

// State is what the supervisor remembers between its runs.
type State struct {
	Version    int                `json:"version"`
	Ports      controlplane.Ports `json:"ports"`
	Components []Component        `json:"components"`
}

// Component is one started process, with all that it was started from: when any of it changes, it is started anew.
type Component struct {
	Name      string           `json:"name"`
	Process   process.Identity `json:"process"`
	StartedAt time.Time        `json:"startedAt"`
	Args      []string         `json:"args"`
	Binary    Binary           `json:"binary"`
}

// Binary tells one build of the binary from another.
type Binary struct {
	Path    string `json:"path"`
	SHA256  string `json:"sha256"`
	Version string `json:"version"`
}

// SameBuild ignores the path: a binary that was only moved is still the same.
func (b Binary) SameBuild(other Binary) bool {
	return b.SHA256 == other.SHA256 && b.Version == other.Version
}

// Find returns the component's record, if it was ever started.
func (s State) Find(name string) (Component, bool) {
	for _, component := range s.Components {
		if component.Name == name {
			return component, true
		}
	}
	return Component{}, false
}

// With returns the state with this component's record in it, in place of an older one.
func (s State) With(component Component) State {
	components := make([]Component, 0, len(s.Components)+1)
	for _, existing := range s.Components {
		if existing.Name != component.Name {
			components = append(components, existing)
		}
	}
	s.Components = append(components, component)
	return s
}

// Read returns the state, or ok=false where nothing was ever started.
func Read(path string) (state State, ok bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, false, nil
	}
	if err != nil {
		return State{}, false, fmt.Errorf("reading the cluster's state: %w", err)
	}
	state, err = Decode(data)
	if err != nil {
		return State{}, false, fmt.Errorf("%s can't be read as a cluster's state: %w; "+
			"if no process of this cluster is running any more, remove the folder it lies in and start again", path, err)
	}
	return state, true, nil
}

// Decode parses a state file.
func Decode(data []byte) (State, error) {
	var state State
	if err := json.Unmarshal(data, &state); err != nil {
		return State{}, err
	}
	if state.Version != formatVersion {
		return State{}, fmt.Errorf("its version is %d, and this program knows version %d", state.Version, formatVersion)
	}
	return state, nil
}

// Write replaces the file in one step, so that a killed supervisor leaves the old or the new one.
func Write(path string, state State) error {
	state.Version = formatVersion
	data, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the cluster's state: %w", err)
	}
	temporary := path + ".new"
	if err := os.WriteFile(temporary, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the cluster's state: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("writing the cluster's state: %w", err)
	}
	return nil
}
