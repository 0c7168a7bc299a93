package witness

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// State is what Terraform remembers.
type State struct {
	Serial    int64
	Lineage   string
	Resources []Resource
	// Text is the whole file, with the private state beside it in the clear.
	Text string
	// Broken says why the file can't be read.
	Broken string
}

// Resource is an object as the state has it.
type Resource struct {
	Address, Type string
	// ID is "cluster" or "cluster/name", UID the object's.
	ID, UID string
	Tainted bool
}

// Has reports whether the state has an object of that ID.
func (s State) Has(id string) bool {
	for _, r := range s.Resources {
		if r.ID == id {
			return true
		}
	}
	return false
}

type stateFile struct {
	Version          int             `json:"version"`
	TerraformVersion string          `json:"terraform_version"`
	Serial           int64           `json:"serial"`
	Lineage          string          `json:"lineage"`
	Outputs          json.RawMessage `json:"outputs"`
	Resources        []stateResource `json:"resources"`
	CheckResults     json.RawMessage `json:"check_results"`
}

type stateResource struct {
	Module    string            `json:"module,omitempty"`
	Mode      string            `json:"mode"`
	Type      string            `json:"type"`
	Name      string            `json:"name"`
	Provider  string            `json:"provider"`
	Instances []json.RawMessage `json:"instances"`
}

// ReadState reads the state of a working directory; a missing one is empty.
func ReadState(dir string) State {
	data, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	if errors.Is(err, fs.ErrNotExist) {
		return State{}
	}
	if err != nil {
		return State{Broken: err.Error()}
	}
	// Terraform makes the file when it locks it, and writes into it later.
	if len(data) == 0 {
		return State{}
	}
	s := State{Text: string(data)}
	var file stateFile
	if err := json.Unmarshal(data, &file); err != nil {
		s.Broken = err.Error()
		return s
	}
	s.Serial, s.Lineage = file.Serial, file.Lineage
	for _, resource := range file.Resources {
		for _, one := range resource.Instances {
			var instance struct {
				Status     string         `json:"status"`
				IndexKey   any            `json:"index_key"`
				Private    []byte         `json:"private"`
				Attributes map[string]any `json:"attributes"`
			}
			if err := json.Unmarshal(one, &instance); err != nil {
				s.Broken = err.Error()
				return s
			}
			r := Resource{Address: resource.Type + "." + resource.Name, Type: resource.Type, Tainted: instance.Status == "tainted"}
			if instance.IndexKey != nil {
				r.Address += fmt.Sprintf("[%v]", instance.IndexKey)
			}
			r.ID, _ = instance.Attributes["id"].(string)
			r.UID, _ = instance.Attributes["uid"].(string)
			s.Resources = append(s.Resources, r)
			s.Text += privateText(instance.Private)
		}
	}
	return s
}

// privateText is a resource's private state with the values in it, which are JSON in base64.
func privateText(private []byte) string {
	var text strings.Builder
	fmt.Fprintf(&text, "\n%s", private)
	var keys map[string][]byte
	if json.Unmarshal(private, &keys) == nil {
		for key, value := range keys {
			fmt.Fprintf(&text, "\n%s: %s", key, value)
		}
	}
	return text.String()
}

// SplitState gives each module of a state a state of its own, as if its configuration had
// been the root's. It returns them by the module's name.
func SplitState(data []byte) (map[string][]byte, error) {
	var whole stateFile
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, err
	}
	parts := map[string]*stateFile{}
	for _, resource := range whole.Resources {
		if len(resource.Module) <= len("module.") {
			return nil, fmt.Errorf("%s.%s is in no module", resource.Type, resource.Name)
		}
		name := resource.Module[len("module."):]
		if parts[name] == nil {
			part := whole
			part.Resources, part.Lineage = nil, whole.Lineage+"-"+name
			parts[name] = &part
		}
		resource.Module = ""
		parts[name].Resources = append(parts[name].Resources, resource)
	}
	states := map[string][]byte{}
	for name, part := range parts {
		text, err := json.MarshalIndent(part, "", "  ")
		if err != nil {
			return nil, err
		}
		states[name] = append(text, '\n')
	}
	return states, nil
}

// Encodings are the forms in which a secret would be found.
func Encodings(secret string) []string {
	return []string{secret, base64.StdEncoding.EncodeToString([]byte(secret))}
}
