package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// misspelled has a key that nothing reads in each kind of place: blocks of two provider
// configurations, a for-expression, a module, JSON. %[1]s is the cluster's name.
const misspelled = `
provider "mar" {}
provider "mar" {
  alias = "other"
}
variable "cpu" {
  default = "2"
}
resource "mar_cluster" "test" {
  name  = %[1]q
  quota = {
    cpus      = var.cpu
    instances = 5
  }
  scoped_quotas = { for k in ["batch"] : k => { scopes = ["BestEffort"], instances = 3, instnces = 3 } }
}
resource "mar_instance" "other" {
  provider = mar.other
  count    = 2
  cluster  = mar_cluster.test.name
  name     = "web-${count.index}"
  image    = "registry.k8s.io/pause:3.10"
  cpu      = "100m"
  memory   = "64Mi"
  timeouts = { create = "3m", delet = "1m" }
}
module "child" {
  source  = "./child"
  cluster = mar_cluster.test.name
}
`

const misspelledChild = `{
  "terraform": {"required_providers": {"mar": {"source": "headgym/mar"}}},
  "variable": {"cluster": {}},
  "resource": {"mar_instance": {"child": {
    "cluster": "${var.cluster}", "name": "child", "image": "registry.k8s.io/pause:3.10", "cpu": "100m", "memory": "64Mi",
    "security": {
      "readOnlyRootFilesystem": true
    }
  }}}
}`

// A key that the schema doesn't have is said once in each command, at its line, whatever
// processes Terraform starts for it, and nothing else is said. What a saved plan has said isn't
// said again by its apply.
func TestAccProvider_unknownKeysAreSaidOnceARun(t *testing.T) {
	t.Parallel()
	terraform := installed(t)
	terraform.Env("KUBE_CONFIG_PATH=" + os.Getenv("KUBE_CONFIG_PATH"))
	terraform.Configure(fmt.Sprintf(misspelled, acctest.ClusterName(t)))
	terraform.Write("child/main.tf.json", misspelledChild)
	terraform.Must(0, "init")
	want := map[string]string{
		"Key without effect: cpus in main.tf, line 17":                             "cpus      = var.cpu",
		"Key without effect: instnces in main.tf, line 20":                         "scoped_quotas = ",
		"Key without effect: delet in main.tf, line 30":                            "timeouts = ",
		"Key without effect: readOnlyRootFilesystem in child/main.tf.json, line 7": `"readOnlyRootFilesystem": true`,
	}
	check := func(command string, said []acctest.Said) {
		t.Helper()
		times := map[string]int{}
		for _, warning := range said {
			times[warning.Summary]++
			if code, isWanted := want[warning.Summary]; isWanted && acctest.Has(t, acctest.LinesWithin) && !strings.Contains(warning.Snippet.Code, code) {
				t.Errorf("%s: it points at another line: %v", command, warning)
			}
		}
		for summary := range want {
			if times[summary] != 1 {
				t.Errorf("%s: %q is said %d times: %v", command, summary, times[summary], said)
			}
		}
		if len(said) != len(want) {
			t.Errorf("%s: it says %d things: %v", command, len(said), said)
		}
	}
	var validated struct{ Diagnostics []acctest.Said }
	if err := json.Unmarshal([]byte(terraform.Must(0, "validate", "-json")), &validated); err != nil {
		t.Fatal(err)
	}
	check("validate", validated.Diagnostics)
	for _, command := range [][]string{{"plan"}, {"apply", "-auto-approve"}, {"plan", "-detailed-exitcode"}, {"plan", "-out=plan"}, {"apply", "-refresh-only", "-auto-approve"}, {"destroy", "-auto-approve"}} {
		args := append([]string{command[0], "-json"}, command[1:]...)
		check(strings.Join(command, " "), acctest.Diagnostics(t, terraform.Must(0, args...)))
		if command[len(command)-1] != "-out=plan" {
			continue
		}
		if said := acctest.Diagnostics(t, terraform.Must(0, "apply", "-json", "plan")); len(said) > 0 {
			t.Errorf("the apply of a saved plan says %v", said)
		}
	}
}

// With -chdir the root module is elsewhere, and with TF_DATA_DIR what is installed for it.
func TestAccProvider_unknownKeysAreFoundFromElsewhere(t *testing.T) {
	t.Parallel()
	terraform := installed(t)
	terraform.Env("KUBE_CONFIG_PATH="+os.Getenv("KUBE_CONFIG_PATH"), "TF_DATA_DIR="+terraform.Path("data"))
	terraform.Write("live/main.tf", `
terraform {
  required_providers {
    here = { source = "headgym/mar" }
  }
}
module "child" {
  source    = "../child"
  providers = { mar = here }
  cluster   = "dev"
}`)
	terraform.Write("child/main.tf.json", misspelledChild)
	terraform.Must(0, "-chdir=live", "init")
	for _, command := range []string{"validate", "plan"} {
		if output := terraform.Must(0, "-chdir=live", command); strings.Count(output, "Warning: Key without effect: readOnlyRootFilesystem in ../child/main.tf.json") != 1 {
			t.Errorf("%s: %s", command, output)
		}
	}
}
