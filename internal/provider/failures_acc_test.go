package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Promise 5, nothing is lost: many creates that fail together leave every
// instance in the state.
func TestAccProvider_manyFailingCreatesLoseNoState(t *testing.T) {
	acctest.NeedsEmbedded(t)
	const instances = 60
	namespace := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(failing(namespace, "test", instances, ""))

	output := terraform.Must(1, "apply", "-auto-approve", fmt.Sprintf("-parallelism=%d", instances))
	if strings.Contains(output, "panic") || !strings.Contains(output, "exit code 3") {
		t.Errorf("got\n%s", output)
	}
	var state struct {
		Resources []struct {
			Instances []struct{ Status string }
		}
	}
	if err := json.Unmarshal([]byte(terraform.Read("terraform.tfstate")), &state); err != nil {
		t.Fatalf("the state is broken: %v", err)
	}
	tainted := 0
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			if i.Status == "tainted" {
				tainted++
			}
		}
	}
	if tainted != instances {
		t.Errorf("%d instances are in the state as tainted, want %d", tainted, instances)
	}
	terraform.Must(0, "destroy", "-auto-approve", fmt.Sprintf("-parallelism=%d", instances))
}

// failing is a configuration of so many instances that fail.
func failing(namespace, name string, count int, more string) string {
	return fmt.Sprintf(`
resource "mar_instance" %[2]q {
  count          = %[3]d
  cluster        = %[1]q
  name           = "%[2]s-${count.index}"
  image          = "example.com/app:1"
  restart_policy = "Never"
  annotations    = { "devcluster.mar.headgym.com/behavior" = "failed", "devcluster.mar.headgym.com/exit-code" = "3" }
  %[4]s
}
`, namespace, name, count, more)
}
