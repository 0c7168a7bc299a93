package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/provider"
)

// recorded is an object of a state as it was written at a time, with the private
// state in plain text.
type recorded struct {
	Type          string          `json:"type"`
	Name          string          `json:"name"`
	SchemaVersion int64           `json:"schema_version"`
	Attributes    json.RawMessage `json:"attributes"`
	// What has written the state may not know of identities.
	IdentityVersion int64           `json:"identity_schema_version,omitempty"`
	Identity        json.RawMessage `json:"identity,omitempty"`
	// Private is what is under each key of the private state.
	Private map[string]json.RawMessage `json:"private"`
}

// recordings are the states that were recorded, by the name of their file.
func recordings(t *testing.T) map[string][]recorded {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "states", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no state was recorded: %v", err)
	}
	all := map[string][]recorded{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var objects []recorded
		if err := json.Unmarshal(text, &objects); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = objects
	}
	return all
}

// TestStates_areReadByThePresentSchema holds that a state which an earlier version
// of the provider has written is read whole. A state of the present version is read
// strictly, for what isn't in the schema gets lost without a word.
func TestStates_areReadByThePresentSchema(t *testing.T) {
	server, err := provider.NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for when, objects := range recordings(t) {
		for _, object := range objects {
			t.Run(when+"/"+object.Type+"."+object.Name, func(t *testing.T) {
				schema, identity := schemas.ResourceSchemas[object.Type], identities.IdentitySchemas[object.Type]
				if schema == nil {
					t.Fatal("there is no such resource any more")
				}
				raw := &tfprotov6.RawState{JSON: object.Attributes}
				if object.SchemaVersion == schema.Version {
					if _, err := raw.Unmarshal(schema.ValueType()); err != nil {
						t.Errorf("the schema has changed without a new version: %v. CONTRIBUTING.md says how to change a schema", err)
					}
				}
				upgraded, err := server.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{TypeName: object.Type, Version: object.SchemaVersion, RawState: raw})
				if err != nil {
					t.Fatal(err)
				}
				report(t, upgraded.Diagnostics)
				if object.IdentityVersion == identity.Version {
					return
				}
				known, err := server.UpgradeResourceIdentity(t.Context(), &tfprotov6.UpgradeResourceIdentityRequest{
					TypeName: object.Type, Version: object.IdentityVersion, RawIdentity: &tfprotov6.RawState{JSON: object.Identity},
				})
				if err != nil {
					t.Fatal(err)
				}
				report(t, known.Diagnostics)
			})
		}
	}
}

func report(t *testing.T, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diagnostics {
		t.Errorf("%s: %s", d.Summary, d.Detail)
	}
}
