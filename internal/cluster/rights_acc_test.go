package cluster_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func rule(verbs []string, resources ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{""}, Resources: resources, Verbs: verbs}
}

// Promise 6: kinds that can't be listed stop a destroy, and are named; Secrets
// are never asked for, so the lack of that right isn't.
func TestAccCluster_kindsThatCannotBeListedStopTheDestroy(t *testing.T) {
	name := acctest.ClusterName(t)
	limited := acctest.WithRights(t, rule([]string{"get", "create", "patch", "delete", "watch", "list"}, "namespaces", "resourcequotas", "limitranges"))
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: limited + config(name, "")},
			{
				Config:  limited + config(name, ""),
				Destroy: true,
				// Secrets would stand between the last two.
				ExpectError: regexp.MustCompile(`(?s)may not be empty.*may not list them: configmaps,.* pods,.* roles\.rbac\.authorization\.k8s\.io, serviceaccounts,`),
			},
			{Config: limited + config(name, "force_destroy = true")},
		},
	})
}

// Promise 10: a cluster's whole life with the rights that the documentation
// names, and without watch, where it polls.
func TestAccCluster_leastPrivilege(t *testing.T) {
	t.Parallel()
	for title, verbs := range map[string][]string{
		"as documented": {"get", "create", "patch", "delete", "watch"},
		"without watch": {"get", "create", "patch", "delete"},
	} {
		t.Run(title, func(t *testing.T) {
			name := acctest.ClusterName(t)
			limited := acctest.WithRights(t, rule(verbs, "namespaces", "resourcequotas", "limitranges"))
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				CheckDestroy:             acctest.Server(t, gone(name)),
				Steps: []resource.TestStep{
					{Config: limited + config(name, "force_destroy = true\n"+canonicalBody)},
					{
						Config: limited + config(name, "force_destroy = true\nlabels = { a = \"b\" }\nquota = { instances = 1 }"),
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
					},
				},
			})
		})
	}
}

// A right that is missing is named: who lacks which verb on what.
func TestAccCluster_missingRightIsNamed(t *testing.T) {
	name := acctest.ClusterName(t)
	limited := acctest.WithRights(t, rule([]string{"get"}, "namespaces"))
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config:      limited + config(name, ""),
			ExpectError: regexp.MustCompile(fmt.Sprintf(`(?s)Could not create the cluster %s.*cannot\s+create\s+resource\s+"namespaces".*lack this permission`, name)),
		}},
	})
}
