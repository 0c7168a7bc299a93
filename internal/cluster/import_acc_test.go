package cluster_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func TestAccCluster_importIDsThatCannotBe(t *testing.T) {
	for _, id := range []string{"a/b", "/", "Dev", "kube-system", "a.b"} {
		t.Run(id, func(t *testing.T) {
			acctest.Kubeconfig(t)
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				Steps: []resource.TestStep{{
					Config:        config("dev", ""),
					ResourceName:  address,
					ImportState:   true,
					ImportStateId: id,
					ExpectError:   regexp.MustCompile(`Invalid import ID`),
				}},
			})
		})
	}
}

func TestAccCluster_importByIdentity(t *testing.T) {
	acctest.Needs(t, acctest.ImportByIdentity)
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config: config(name, canonicalBody),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"name": knownvalue.StringExact(name)}),
				},
			},
			{
				Config:          config(name, canonicalBody),
				ResourceName:    address,
				ImportState:     true,
				ImportStateKind: resource.ImportBlockWithResourceIdentity,
			},
		},
	})
}

func TestAccCluster_importOfWhatIsNotThere(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config:        config(name, ""),
			ResourceName:  address,
			ImportState:   true,
			ImportStateId: name,
			ExpectError:   regexp.MustCompile(`Cannot import non-existent remote object`),
		}},
	})
}

// A whole cluster that somebody else made is imported, its configuration is
// generated, and plans empty.
func TestAccCluster_generatedConfigurationPlansEmpty(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, canonicalBody))
	terraform.Must(0, "apply", "-auto-approve")

	other := acctest.NewCLI(t)
	other.Configure(fmt.Sprintf("import {\n  to = mar_cluster.test\n  id = %q\n}", name))
	other.Must(0, "plan", "-generate-config-out=generated.tf")
	if out := other.Must(0, "apply", "-auto-approve"); !strings.Contains(out, "1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("the import changed something:\n%s\nby\n%s", out, other.Read("generated.tf"))
	}
	other.Must(0, "plan", "-detailed-exitcode")
	terraform.Must(0, "destroy", "-auto-approve")
}

// TestAccCluster_importsByIdentityForEach holds that one import block brings many
// under management.
func TestAccCluster_importsByIdentityForEach(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.ImportByIdentity)
	terraform := acctest.NewCLI(t)
	names := fmt.Sprintf("toset([%q, %q])", acctest.Namespace(t), acctest.Namespace(t))
	terraform.Configure(fmt.Sprintf(`
resource "mar_cluster" "test" {
  for_each = %[1]s
  name     = each.key
}

import {
  for_each = %[1]s
  to       = mar_cluster.test[each.key]
  identity = { name = each.key }
}
`, names))
	if output := terraform.Must(0, "apply", "-auto-approve"); !strings.Contains(output, "2 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("not both and nothing else:\n%s", output)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}
