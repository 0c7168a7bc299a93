package cluster_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const everyMode = `
variable "mode" {}
provider "mar" {
  plan_validation = var.mode
}
`

// Promise 3: a plan says what an update of a cluster would be refused, on the
// attribute that causes it, and changes nothing.
func TestAccCluster_planSaysWhatApplyWouldBeRefused(t *testing.T) {
	t.Parallel()
	taken, contested, long, rebound := acctest.Namespace(t), acctest.ClusterName(t), acctest.ClusterName(t), acctest.ClusterName(t)
	cluster := func(label, name, body string) string {
		return fmt.Sprintf("resource \"mar_cluster\" %q {\n  name = %q\n  %s\n}\n", label, name, body)
	}
	client, ctx := acctest.Client(t), t.Context()
	terraform := acctest.NewCLI(t)
	terraform.Configure(everyMode + cluster("contested", contested, `quota = { instances = 4 }`) + cluster("long", long, "") +
		cluster("rebound", rebound, `access = { ops = { role = "view", users = ["jane"] } }
  scoped_quotas = { some = { scopes = ["Terminating"], instances = 1 } }`))
	terraform.Must(0, "apply", "-auto-approve", "-var=mode=strict")
	force := true
	if _, err := client.CoreV1().ResourceQuotas(contested).Patch(ctx, "mar-quota", types.ApplyPatchType,
		[]byte(`{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"mar-quota"},"spec":{"hard":{"pods":"5"}}}`),
		metav1.PatchOptions{FieldManager: "argocd-controller", Force: &force}); err != nil {
		t.Fatal(err)
	}
	terraform.Configure(everyMode +
		cluster("contested", contested, `quota = { instances = 6 }`) +
		cluster("long", long, `annotations = { a = format("%0300000d", 0) }`) +
		// These are made anew, which the old ones don't stand in the way of.
		cluster("rebound", rebound, `access = { ops = { role = "edit", users = ["jane"] } }
  scoped_quotas = { some = { scopes = ["NotTerminating"], instances = 1 } }`) +
		cluster("taken", taken, ""))
	before := versions(t, contested, long, rebound)
	for mode, severity := range map[string]string{"warn": "warning", "strict": "error", "off": ""} {
		output, _ := terraform.Run("plan", "-json", "-lock=false", "-var=mode="+mode)
		said := acctest.Diagnostics(t, output)
		if severity == "" {
			if len(said) > 0 {
				t.Errorf("%s: it says %v", mode, said)
			}
			continue
		}
		if len(said) != 3 {
			t.Errorf("%s: it says %d times\n%v", mode, len(said), said)
		}
		for address, c := range map[string]struct{ severity, at, says string }{
			"mar_cluster.contested": {severity, "quota", `pods is applied by "argocd-controller"`},
			"mar_cluster.long":      {"error", "annotations", "metadata.annotations: Too long"},
			"mar_cluster.taken":     {severity, "name", "import {"},
		} {
			found := false
			for _, s := range said {
				if s.Address == address {
					found = s.Severity == c.severity && (strings.HasPrefix(strings.TrimSpace(s.Snippet.Code), c.at) || !acctest.Has(t, acctest.LinesWithin)) && strings.Contains(s.Detail, c.says) && strings.Contains(s.Detail, "dry run")
				}
			}
			if !found {
				t.Errorf("%s: nothing like it of %s in\n%v", mode, address, said)
			}
		}
	}
	if after := versions(t, contested, long, rebound); after != before {
		t.Errorf("the plans changed something:\n%s\n%s", before, after)
	}
	terraform.Configure(everyMode)
	terraform.Must(0, "apply", "-auto-approve", "-var=mode=warn")
}

// versions are those of a cluster's objects: each write makes another.
func versions(t *testing.T, names ...string) string {
	t.Helper()
	client, ctx := acctest.Client(t), context.Background()
	var all []string
	for _, name := range names {
		quotas, err := client.CoreV1().ResourceQuotas(name).List(ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, quota := range quotas.Items {
			all = append(all, fmt.Sprint(name, quota.Name, quota.Spec))
		}
		bindings, err := client.RbacV1().RoleBindings(name).List(ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, binding := range bindings.Items {
			all = append(all, name+binding.Name+binding.ResourceVersion)
		}
	}
	return strings.Join(all, "\n")
}

// A plan says that these credentials may not grant what is to be granted, and, once,
// that they may not make something.
func TestAccCluster_planNamesMissingRights(t *testing.T) {
	t.Parallel()
	verbs := []string{"get", "list", "create", "patch", "delete", "watch"}
	name, made := acctest.ClusterName(t), acctest.ClusterName(t)
	limited := acctest.WithRights(t, rule(verbs, "namespaces"),
		rbacv1.PolicyRule{APIGroups: []string{"rbac.authorization.k8s.io"}, Resources: []string{"roles", "rolebindings"}, Verbs: verbs})
	terraform := acctest.NewCLI(t)
	terraform.Configure(limited + config(name, "force_destroy = true"))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(limited + config(name, `
  force_destroy = true
  access        = { ops = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["delete"] }], users = ["jane"] } }
  quota         = { instances = 1 }
  limit_range   = { container = { default = { cpu = "1" } } }`) + fmt.Sprintf(`
resource "mar_cluster" "new" {
  name = %q
}`, made))
	said := acctest.Diagnostics(t, terraform.Must(0, "plan", "-json"))
	var rights, grants int
	for _, s := range said {
		if strings.Contains(s.Detail, `cannot patch resource "resourcequotas" in API group "" in the namespace "`+name+`"`) && s.Severity == "warning" {
			rights++
		}
		if strings.Contains(s.Detail, "attempting to grant RBAC permissions") && strings.Contains(s.Snippet.Code, "access") {
			grants++
		}
	}
	if rights != 1 || grants != 1 || len(said) != 2 {
		t.Errorf("it says %v", said)
	}
	terraform.Configure(limited + config(name, "force_destroy = true"))
	terraform.Must(0, "destroy", "-auto-approve")
}

// Core keeps to itself what the plan of a successor warns of, so what is warned of
// has to be in the plan of the cluster that it replaces.
func TestAccCluster_planWarnsOfWhatASuccessorWouldBeRefused(t *testing.T) {
	t.Parallel()
	name, taken := acctest.ClusterName(t), acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config(taken, `quota = { cpu = "1" }`))
	var warned []string
	for _, said := range acctest.Diagnostics(t, terraform.Must(0, "plan", "-json")) {
		warned = append(warned, said.Severity+": "+said.Summary)
	}
	slices.Sort(warned)
	if diff := cmp.Diff([]string{"warning: A quota without default limits", "warning: Apply would find the name taken"}, warned); diff != "" {
		t.Errorf("what it warns of (-want +got):\n%s", diff)
	}
}
