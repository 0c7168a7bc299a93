package provider_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Each alias of the provider is a process. The one that plans an instance doesn't see what another
// one changes of its cluster, so a strict plan warns and doesn't fail.
func TestAccPlanValidation_severalAliases(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, terraform := acctest.ClusterName(t), installed(t)
	terraform.Env("KUBE_CONFIG_PATH=" + os.Getenv("KUBE_CONFIG_PATH"))
	config := func(quota, instance string) string {
		return fmt.Sprintf(`
provider "mar" {
  alias           = "clusters"
  plan_validation = "strict"
}
provider "mar" {
  alias           = "instances"
  plan_validation = "strict"
}
resource "mar_cluster" "test" {
  provider = mar.clusters
  name     = %[1]q
  quota    = { cpu = %[2]q, memory = "1Gi" }
}
resource "mar_instance" "test" {
  provider = mar.instances
  cluster  = mar_cluster.test.name
  name     = "web"
  image    = "registry.k8s.io/pause:3.10"
  cpu      = %[3]q
  memory   = "64Mi"
}`, cluster, quota, instance)
	}
	terraform.Configure(config("1", "1"))
	terraform.Must(0, "init")
	terraform.Must(0, "apply", "-auto-approve")
	for _, quota := range []string{"1", "4"} {
		terraform.Configure(config(quota, "2"))
		said := acctest.Diagnostics(t, terraform.Must(0, "plan", "-json", "-lock=false"))
		refused := 0
		for _, s := range said {
			if s.Severity == "warning" && s.Summary == "Apply would be refused by a quota" && s.Address == "mar_instance.test" {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("with a quota of %s it says %v", quota, said)
		}
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Must(0, "destroy", "-auto-approve")
}
