package provider_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccStates_ofALaterProvider holds what becomes of a state that a later version of the provider has written: what
// can't be read is refused, in words that say so, and nothing is planned of it. What a later version has only added is
// left out.
func TestAccStates_ofALaterProvider(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(recordedConfigWithoutSecrets(t))
	variable := "-var=name=" + name
	terraform.Must(0, "apply", "-auto-approve", variable)
	now := terraform.Read("terraform.tfstate")
	t.Cleanup(func() {
		terraform.Write("terraform.tfstate", now)
		terraform.Must(0, "destroy", "-auto-approve", variable)
	})

	for change, test := range map[string]struct {
		change func(object map[string]any)
		code   int
		want   string // of what is printed, without line breaks
	}{
		"a later schema": {
			func(object map[string]any) { object["schema_version"] = number(object["schema_version"]) + 1 },
			1, "newer provider version",
		},
		"a later identity": {
			func(object map[string]any) {
				object["identity_schema_version"] = number(object["identity_schema_version"]) + 1
			},
			1, "newer provider version",
		},
		"an attribute that was added": {
			func(object map[string]any) {
				if attributes, ok := object["attributes"].(map[string]any); ok {
					attributes["added_later"] = "x"
				}
			},
			0, "No changes",
		},
	} {
		for _, kind := range []string{"mar_cluster", "mar_instance"} {
			terraform.Write("terraform.tfstate", changed(t, now, kind, test.change))
			output, code := terraform.Run("plan", "-detailed-exitcode", variable)
			printed := strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " ")
			if code != test.code || !strings.Contains(printed, test.want) {
				t.Errorf("%s of a %s: a plan ends with %d, and not %d and %q:\n%s", change, kind, code, test.code, test.want, output)
			}
		}
	}
}

// changed is the state with the objects of a kind changed.
func changed(t *testing.T, text, kind string, change func(object map[string]any)) string {
	t.Helper()
	var s state
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, resource := range s.resources() {
		if resource["type"] != kind || resource["mode"] != "managed" {
			continue
		}
		for _, object := range objects(resource["instances"]) {
			change(object)
			found = true
		}
	}
	if !found {
		t.Fatalf("the state has no %s", kind)
	}
	return string(mustMarshal(t, s))
}

func number(value any) float64 {
	n, _ := value.(float64)
	return n
}
