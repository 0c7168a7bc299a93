package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

var record = flag.String("record", "", "write the state of the present version as testdata/states/NAME.json")

// state is the part of a state file that recordings are made of.
type state map[string]any

func (s state) resources() []map[string]any { return objects(s["resources"]) }

// TestAccStates_planEmpty holds that of a state which an earlier version has
// written a plan finds nothing to do, read anew or not.
func TestAccStates_planEmpty(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	if *record == "" {
		acctest.Needs(t, acctest.WriteOnly, acctest.ImportByIdentity)
	}
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(recordedConfig(t))
	variable := "-var=name=" + name
	terraform.Must(0, "apply", "-auto-approve", variable)
	t.Cleanup(func() { terraform.Must(0, "destroy", "-auto-approve", variable) })

	now := terraform.Read("terraform.tfstate")
	var made state
	if err := json.Unmarshal([]byte(now), &made); err != nil {
		t.Fatal(err)
	}
	passing := []string{name, "CLUSTER"}
	for _, resource := range made.resources() {
		passing = append(passing, passingOf(t, resource)...)
	}
	if *record != "" {
		write(t, *record, made, name)
	}
	if !acctest.Has(t, acctest.ImportByIdentity) {
		return
	}
	for when, objects := range recordings(t) {
		replay(t, terraform, now, objects, passing)
		for _, refresh := range []string{"-refresh=false", "-refresh=true"} {
			if output, code := terraform.Run("plan", "-detailed-exitcode", refresh, variable); code != 0 {
				t.Errorf("of the state %s a plan with %s ends with %d:\n%s", when, refresh, code, output)
			}
		}
		if objects[0].Identity != nil {
			continue
		}
		for _, run := range [][]string{{"apply"}, {"apply", "-refresh-only"}} {
			replay(t, terraform, now, objects, passing)
			terraform.Must(0, append(run, "-auto-approve", variable)...)
			if diff := cmp.Diff(identities(t, now), identities(t, terraform.Read("terraform.tfstate"))); diff != "" {
				t.Errorf("of the state %s %v leaves other identities, -want +got:\n%s", when, run, diff)
			}
		}
	}
	terraform.Write("terraform.tfstate", now)
}

// recordedConfig is the configuration that states are recorded of. A Terraform that has no
// write-only arguments gets it without them.
func recordedConfig(t *testing.T) string {
	t.Helper()
	if acctest.Has(t, acctest.WriteOnly) {
		return readFile(t, filepath.Join("states", "main.tf"))
	}
	return recordedConfigWithoutSecrets(t)
}

func recordedConfigWithoutSecrets(t *testing.T) string {
	t.Helper()
	return regexp.MustCompile(`(?m)^ *secret_env_wo.*\n`).ReplaceAllString(readFile(t, filepath.Join("states", "main.tf")), "")
}

// identities are the identities in a state, by address, with their versions.
func identities(t *testing.T, text string) map[string][]any {
	t.Helper()
	var s state
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	all := map[string][]any{}
	for _, resource := range s.resources() {
		instance := objects(resource["instances"])[0]
		all[fmt.Sprint(resource["type"], ".", resource["name"])] = []any{instance["identity_schema_version"], instance["identity"]}
	}
	return all
}

// replay puts the recorded objects into the state in place of those that were
// made just now.
func replay(t *testing.T, terraform *acctest.CLI, now string, past []recorded, passing []string) {
	t.Helper()
	var s state
	if err := json.Unmarshal([]byte(now), &s); err != nil {
		t.Fatal(err)
	}
	replaced := 0
	for _, resource := range s.resources() {
		for _, old := range past {
			if resource["type"] != old.Type || resource["name"] != old.Name {
				continue
			}
			replaced++
			instance := objects(resource["instances"])[0]
			instance["schema_version"], instance["attributes"] = old.SchemaVersion, old.Attributes
			instance["identity_schema_version"], instance["identity"] = old.IdentityVersion, old.Identity
			if old.Identity == nil {
				delete(instance, "identity_schema_version")
				delete(instance, "identity")
			}
			private := map[string][]byte{}
			for key, value := range old.Private {
				private[key] = []byte(restored(string(value), passing))
			}
			instance["private"] = base64.StdEncoding.EncodeToString(mustMarshal(t, private))
		}
	}
	if replaced != len(past) {
		t.Fatalf("of %d recorded objects %d are in the configuration", len(past), replaced)
	}
	terraform.Write("terraform.tfstate", restored(string(mustMarshal(t, s)), passing))
}

// write records a state.
func write(t *testing.T, name string, s state, cluster string) {
	t.Helper()
	var all []recorded
	for _, resource := range s.resources() {
		// Without its Secret it isn't what the configuration says.
		if resource["name"] == "test" && resource["type"] == "mar_instance" && !acctest.Has(t, acctest.WriteOnly) {
			continue
		}
		passing := append([]string{cluster, "CLUSTER"}, passingOf(t, resource)...)
		instance := objects(resource["instances"])[0]
		instance["type"], instance["name"] = resource["type"], resource["name"]
		instance["private"] = privateOf(t, instance)
		var r recorded
		if err := json.Unmarshal([]byte(strings.NewReplacer(passing...).Replace(string(mustMarshal(t, instance)))), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", "states", name+".json"), append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// privateOf is an instance's private state, which a state file has in base64,
// twice over.
func privateOf(t *testing.T, instance map[string]any) map[string]json.RawMessage {
	t.Helper()
	plain := map[string]json.RawMessage{}
	encoded, ok := instance["private"].(string)
	if !ok {
		return plain
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	var byKey map[string][]byte
	if err := json.Unmarshal(text, &byKey); err != nil {
		t.Fatal(err)
	}
	for key, value := range byKey {
		plain[key] = value
	}
	return plain
}

// passingOf are what a resource has another one of each time, names, UIDs,
// addresses, each before the word that stands for it in a recording.
func passingOf(t *testing.T, resource map[string]any) []string {
	t.Helper()
	instance := objects(resource["instances"])[0]
	var known struct {
		Attributes struct {
			Name, UID, IP, Node string
			CreatedAt           string `json:"created_at"`
		}
	}
	if err := json.Unmarshal(mustMarshal(t, instance), &known); err != nil {
		t.Fatal(err)
	}
	var remembered struct {
		Secret struct{ Name, UID string }
	}
	if err := json.Unmarshal(privateOf(t, instance)["differs"], &remembered); err != nil && resource["type"] == "mar_instance" {
		t.Fatal(err)
	}
	var passing []string
	is := known.Attributes
	for word, value := range map[string]string{
		"UID": is.UID, "IP": is.IP, "NODE": is.Node, "CREATED_AT": is.CreatedAt, "SECRET": remembered.Secret.Name, "SECRET_UID": remembered.Secret.UID,
	} {
		if value != "" {
			passing = append(passing, fmt.Sprintf("%q", value), strings.ToUpper(fmt.Sprintf(`"%s_%s_%s"`, resource["type"], resource["name"], word)))
		}
	}
	if strings.HasPrefix(is.Name, "mar-i-") {
		passing = append(passing, is.Name, "GENERATED")
	}
	return passing
}

func restored(text string, passing []string) string {
	var back []string
	for i := 0; i < len(passing); i += 2 {
		back = append(back, passing[i+1], passing[i])
	}
	return strings.NewReplacer(back...).Replace(text)
}

func objects(list any) []map[string]any {
	var all []map[string]any
	values, _ := list.([]any)
	for _, value := range values {
		if object, ok := value.(map[string]any); ok {
			all = append(all, object)
		}
	}
	return all
}

func mustMarshal(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
