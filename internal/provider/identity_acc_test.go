package provider_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccIdentity_stateWithoutOneCanBeUsed holds that each command works on a state that
// has no identities, and that whatever applies writes them.
func TestAccIdentity_stateWithoutOneCanBeUsed(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.ImportByIdentity)
	w, terraform := newWorld(t), acctest.NewCLI(t)
	config := func(value string) string {
		labels := fmt.Sprintf("\n  labels = { a = %q }", value)
		return cluster(w.name, labels) + instance("web", plain+labels)
	}
	terraform.Configure(config("1"))
	terraform.Must(0, "apply", "-auto-approve")
	want := identities(t, terraform.Read("terraform.tfstate"))
	strip := func() {
		t.Helper()
		terraform.Write("terraform.tfstate", withoutIdentities(t, terraform.Read("terraform.tfstate")))
	}

	strip()
	for _, run := range [][]string{
		{"plan", "-detailed-exitcode"},
		{"plan", "-detailed-exitcode", "-refresh=false"},
		{"plan", "-refresh-only"},
		{"show", "-json"},
		{"plan", "-destroy", "-refresh=false"},
		{"apply", "-auto-approve", "-refresh=false"},
	} {
		terraform.Must(0, run...)
	}
	value := 1
	for _, run := range [][]string{
		{"apply", "-auto-approve"},
		{"apply", "-auto-approve", "-refresh=false"},
		{"apply", "-auto-approve", "-refresh=false", "-replace=mar_instance.web"},
	} {
		value++
		strip()
		terraform.Configure(config(strconv.Itoa(value)))
		terraform.Must(0, run...)
		if diff := cmp.Diff(want, identities(t, terraform.Read("terraform.tfstate"))); diff != "" {
			t.Errorf("%v leaves other identities, -want +got:\n%s", run, diff)
		}
		if got := w.pod("web").Labels["a"]; got != strconv.Itoa(value) {
			t.Errorf("%v leaves the label %q", run, got)
		}
	}
	strip()
	w.remove("web")
	terraform.Must(2, "plan", "-detailed-exitcode")
	terraform.Must(0, "apply", "-auto-approve", "-refresh-only")
	strip()
	terraform.Must(0, "destroy", "-auto-approve", "-refresh=false")
	if w.exists() {
		t.Error("the cluster is still there")
	}
}

// TestAccIdentity_upgradeOfTerraform holds that what an older Terraform or OpenTofu has
// applied is unchanged to the present one, and the other way round.
func TestAccIdentity_upgradeOfTerraform(t *testing.T) {
	acctest.NeedsEmbedded(t)
	for _, older := range acctest.Older(t) {
		t.Run(filepath.Base(older), func(t *testing.T) {
			t.Parallel()
			terraform := acctest.NewCLI(t)
			terraform.Configure(recordedConfigWithoutSecrets(t))
			variable := "-var=name=" + acctest.ClusterName(t)
			terraform.Use(older)
			terraform.Must(0, "apply", "-auto-approve", variable)
			written := terraform.Read("terraform.tfstate")

			terraform.Use(acctest.Present())
			for _, refresh := range []string{"-refresh=false", "-refresh=true"} {
				terraform.Must(0, "plan", "-detailed-exitcode", refresh, variable)
			}
			terraform.Must(0, "apply", "-auto-approve", variable)
			for address, identity := range identities(t, terraform.Read("terraform.tfstate")) {
				if acctest.Has(t, acctest.ImportByIdentity) && slices.Contains(identity, nil) {
					t.Errorf("%s has no identity", address)
				}
			}

			terraform.Use(older)
			terraform.Must(0, "plan", "-detailed-exitcode", variable)
			terraform.Write("terraform.tfstate", written)
			terraform.Use(acctest.Present())
			terraform.Must(0, "destroy", "-auto-approve", variable)
		})
	}
}

// withoutIdentities is a state as a Terraform writes it that knows of no identities.
func withoutIdentities(t *testing.T, text string) string {
	t.Helper()
	var s state
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	for _, resource := range s.resources() {
		for _, instance := range objects(resource["instances"]) {
			delete(instance, "identity_schema_version")
			delete(instance, "identity")
		}
	}
	return string(mustMarshal(t, s))
}
