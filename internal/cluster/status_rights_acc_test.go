package cluster_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Promise 10: the data source works with the rights that the documentation names, and
// what it lacks a right for it leaves out, and never takes for nothing.
func TestAccClusterDataSource_leastPrivilege(t *testing.T) {
	t.Parallel()
	read := rule([]string{"get"}, "namespaces", "resourcequotas", "limitranges")
	pods, quotas, templates := rule([]string{"list"}, "pods"), rule([]string{"list"}, "resourcequotas"), rule([]string{"list"}, "podtemplates")
	for title, c := range map[string]struct {
		rights []rbacv1.PolicyRule
		checks []resource.TestCheckFunc
	}{
		"as documented": {
			[]rbacv1.PolicyRule{read, pods, quotas, templates},
			[]resource.TestCheckFunc{sees("status", "ready"), counts(map[corev1.PodPhase]int{corev1.PodRunning: 1}), sees("usage.instances.used", "1"), sees("usage.services.hard", "3")},
		},
		"without podtemplates": {
			[]rbacv1.PolicyRule{read, pods, quotas},
			[]resource.TestCheckFunc{sees("status", "ready"), sees("instance_counts.%", "6"), sees("instance_counts.Running", "1"), seesNothing("instance_counts.Stopped")},
		},
		// The cluster's own quota is read by itself.
		"without the list of quotas": {
			[]rbacv1.PolicyRule{read, pods, templates},
			[]resource.TestCheckFunc{sees("status", "ready"), sees("usage.instances.used", "1"), seesNothing("usage.services.hard")},
		},
		"without pods": {
			[]rbacv1.PolicyRule{read, quotas, templates},
			[]resource.TestCheckFunc{seesNothing("status"), reasonLike(`^Not known, because these credentials may not list pods in the namespace .*\.$`), seesNothing("instance_counts.%"), sees("usage.instances.used", "1")},
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			name := acctest.Namespace(t)
			runPod(t, name, "web", "", isReady)
			countedQuota(t, name, "mar-quota", map[corev1.ResourceName]string{"pods": "2"})
			countedQuota(t, name, "theirs", map[corev1.ResourceName]string{"services": "3"})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				Steps: []resource.TestStep{{
					Config: acctest.WithRights(t, c.rights...) + lookup(name),
					Check:  resource.ComposeAggregateTestCheckFunc(c.checks...),
				}},
			})
		})
	}
}
