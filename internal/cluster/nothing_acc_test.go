package cluster_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccCluster_nothingInManyWordsIsNothing says what says nothing as first apply, takes it
// away, and says it again. No object is written, and none is made for what is empty.
func TestAccCluster_nothingInManyWordsIsNothing(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	const (
		few  = ``
		many = `
  labels           = {}
  annotations      = {}
  quota            = { extra = {} }
  scoped_quotas    = {}
  limit_range      = { container = { default = {} }, instance = {}, volume = {} }
  network          = {}
  access           = {}
  service_accounts = []
  pod_security     = {}
  force_destroy    = false
  timeouts         = {}
`
		amounts = `
  quota       = { cpu = "2", extra = { "requests.nvidia.com/gpu" = "4" } }
  limit_range = { container = { default = { cpu = "1", memory = "1Gi" } }, volume = { max = "10Gi" } }
  network     = { ingress = { default = "deny", rules = [{ cidr = "10.0.0.0/8", ports = ["80"] }] } }
`
		respelt = `
  quota       = { cpu = "2000m", extra = { "requests.nvidia.com/gpu" = "4000m" }, memory = null }
  limit_range = { container = { default = { cpu = "1000m", memory = "1024Mi" }, max = {} }, volume = { max = "10240Mi" }, instance = {} }
  network     = { ingress = { default = "deny", rules = [{ cidr = "10.0.0.0/8", ports = ["80/TCP"], except = [] }] } }
`
	)
	same, sameAmounts := unchanged(t, name), unchanged(t, name)
	step := func(body string, check resource.TestCheckFunc, plans ...plancheck.PlanCheck) resource.TestStep {
		return resource.TestStep{
			Config: config(name, body), Check: check,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: plans, PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		}
	}
	update := plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			step(many, same), step(few, same, update), step(many, same, update),
			{Config: config(name, many), Check: names(t, name)},
			step(amounts, sameAmounts), step(respelt, sameAmounts, plancheck.ExpectEmptyPlan()), step(amounts, sameAmounts, plancheck.ExpectEmptyPlan()),
		},
	})
}
