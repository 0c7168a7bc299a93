package cluster_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func TestAccClusterDataSource(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config: config(name, canonicalBody) + `
data "mar_cluster" "test" {
  name = mar_cluster.test.name
}

output "differences" {
  value = join(" ", [for key, value in data.mar_cluster.test : key if try(value != mar_cluster.test[key],
    !contains(["status", "status_reason", "usage", "instance_counts"], key))])
}`,
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckOutput("differences", ""),
				),
			},
			{
				Config: fmt.Sprintf(`
data "mar_cluster" "missing" {
  name = "%s-missing"
}`, name),
				ExpectError: regexp.MustCompile(`(?s)No such cluster.*There is no Namespace ` + name + `-missing`),
			},
		},
	})
}
