package cluster_test

import (
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// heard counts requests by method and the last part of their path.
type heard struct {
	mu     sync.Mutex
	counts map[string]int
}

func (h *heard) note(r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[r.Method+" "+path.Base(r.URL.Path)]++
}

// since are the counts since the last call.
func (h *heard) since() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	counts := h.counts
	h.counts = map[string]int{}
	return counts
}

// Promise 9: however many children a cluster has, a refresh of it is one request
// a kind.
func TestAccCluster_refreshIsOneRequestAKind(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	requests := &heard{counts: map[string]int{}}
	block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		requests.note(r)
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(block + config(name, everyChild))
	terraform.Must(0, "apply", "-auto-approve")
	requests.since()
	terraform.Must(0, "plan", "-detailed-exitcode")
	want := map[string]int{
		"GET " + name: 1, "GET resourcequotas": 1, "GET limitranges": 1, "GET networkpolicies": 1, "GET serviceaccounts": 1, "GET roles": 1, "GET rolebindings": 1,
	}
	if diff := cmp.Diff(want, requests.since()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	terraform.Must(0, "destroy", "-auto-approve")
}

// Promise 5: an update that ends between two steps, here after a binding was
// deleted and before its successor was made, leaves what the next plan shows and
// mends.
func TestAccCluster_updateThatEndsHalfwayIsMended(t *testing.T) {
	name := acctest.ClusterName(t)
	var (
		mu     sync.Mutex
		broken bool
	)
	block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if broken && r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "/rolebindings/mar-team") {
			return acctest.Answer(http.StatusForbidden)
		}
		return acctest.Pass
	})
	breaking := func(now bool) func() {
		return func() {
			mu.Lock()
			defer mu.Unlock()
			broken = now
		}
	}
	before := block + config(name, `access = { team = { role = "view", users = ["jane"] } }`)
	after := block + config(name, `access = { team = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get"] }], users = ["jane"] } }`)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: before},
			{PreConfig: breaking(true), Config: after, ExpectError: regexp.MustCompile(`Could not update the cluster`)},
			{
				PreConfig: breaking(false), Config: after, Check: names(t, name, "Role/mar-team", "RoleBinding/mar-team"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{changesOnly("access.team")},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

// rightsFor are all rights that a cluster with every kind of child needs.
func rightsFor(verbs ...string) []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{
		rule(verbs, "namespaces", "resourcequotas", "limitranges", "serviceaccounts"),
		{APIGroups: []string{"networking.k8s.io"}, Resources: []string{"networkpolicies"}, Verbs: verbs},
		{APIGroups: []string{rbacv1.GroupName}, Resources: []string{"roles", "rolebindings"}, Verbs: append([]string{"escalate", "bind"}, verbs...)},
		{APIGroups: []string{rbacv1.GroupName}, Resources: []string{"clusterroles"}, Verbs: []string{"bind"}},
	}
}

// Promise 10: a cluster with every child lives with the rights that are
// documented; without list its children are read one by one, and without watch it
// polls.
func TestAccCluster_leastPrivilegeOfChildren(t *testing.T) {
	t.Parallel()
	for title, verbs := range map[string][]string{
		"as documented":          {"get", "list", "create", "patch", "delete", "watch"},
		"without list and watch": {"get", "create", "patch", "delete"},
	} {
		t.Run(title, func(t *testing.T) {
			name := acctest.ClusterName(t)
			limited := acctest.WithRights(t, rightsFor(verbs...)...)
			c := outside{acctest.Client(t), name}
			same := unchanged(t, name)
			steps := []resource.TestStep{{Config: limited + config(name, "force_destroy = true\n"+everyChild), Check: same, ConfigPlanChecks: emptyAfterwards()}}
			for _, drift := range driftOfChildren() {
				steps = append(steps, resource.TestStep{
					PreConfig: func() {
						if err := drift.change(t.Context(), c); err != nil {
							t.Fatalf("%s: %v", drift.title, err)
						}
					},
					Config:           limited + config(name, "force_destroy = true\n"+everyChild),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{changesOnly(drift.shown...)}},
					Check:            same,
				})
			}
			// What isn't declared any more is found by the state's word.
			steps = append(steps, resource.TestStep{Config: limited + config(name, "force_destroy = true"), Check: names(t, name)})
			resource.ParallelTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Providers(), CheckDestroy: acctest.Server(t, gone(name)), Steps: steps})
		})
	}
}

// A right that a declared child needs is named, on its attribute.
func TestAccCluster_missingRightIsAnErrorOnTheChildsAttribute(t *testing.T) {
	t.Parallel()
	limited := acctest.WithRights(t, rule([]string{"get", "list", "create", "patch", "delete", "watch"}, "namespaces", "resourcequotas", "limitranges"))
	bodies := map[string]string{
		"network":          `network = { ingress = { default = "deny" } }`,
		"service_accounts": `service_accounts = ["deployer"]`,
		"access":           `access = { a = { role = "view", users = ["jane"] } }`,
	}
	for _, attribute := range slices.Sorted(maps.Keys(bodies)) {
		t.Run(attribute, func(t *testing.T) {
			name := acctest.ClusterName(t)
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				Steps: []resource.TestStep{{
					Config:      limited + config(name, "force_destroy = true\n"+bodies[attribute]),
					ExpectError: regexp.MustCompile(`(?s)Could not create the cluster.*in resource "mar_cluster" "test":\s+\d+:\s+` + attribute + ` = .*lack this permission`),
				}},
			})
		})
	}
}
