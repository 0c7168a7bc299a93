package cluster_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

var allChildren = []string{
	"ResourceQuota/mar-quota", "ResourceQuota/mar-quota-batch", "ResourceQuota/mar-quota-high", "LimitRange/mar-limits",
	"NetworkPolicy/mar-ingress", "NetworkPolicy/mar-egress", "NetworkPolicy/mar-egress-dns", "NetworkPolicy/mar-instance-to-instance",
	"ServiceAccount/deployer", "RoleBinding/mar-readers", "RoleBinding/mar-ops", "Role/mar-ops",
}

// All children are made with the cluster, imported, changed in place, and deleted
// when nobody declares them any more.
func TestAccCluster_childrenFromCreationToRemoval(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		CheckDestroy:             acctest.Server(t, gone(name)),
		Steps: []resource.TestStep{
			{
				Config: config(name, everyChild),
				Check: resource.ComposeAggregateTestCheckFunc(names(t, name, allChildren...), acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					return allAreLabelled(ctx, client, name)
				})),
				ConfigPlanChecks: emptyAfterwards(),
			},
			{
				Config: config(name, everyChild), ResourceName: address, ImportState: true, ImportStateVerify: true,
				// The author's spelling, and what an empty set says with an empty set.
				ImportStateVerifyIgnore: []string{"timeouts", "scoped_quotas.high.cpu", "access.readers.groups.#", "network.ingress.rules"},
			},
			{
				Config: config(name, `
  scoped_quotas = {
    batch = { scopes = ["NotTerminating", "NotBestEffort"], instances = 6, cpu = "1" }
    disks = { scopes = ["VolumeAttributesClass"], volumes = 3, storage = "10Gi" }
  }
  service_accounts = ["deployer", "robot"]
  access           = { readers = { role = "view", users = ["joe"] } }
  pod_security     = { enforce = "restricted" }`),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{changesOnly("region", "labels", "labels_all", "quota", "limit_range", "network", "pod_security", "service_accounts",
						"scoped_quotas.batch", "scoped_quotas.high", "scoped_quotas.disks", "access.readers", "access.ops")},
					PostApplyPreRefresh:  emptyAfterwards().PostApplyPreRefresh,
					PostApplyPostRefresh: emptyAfterwards().PostApplyPostRefresh,
				},
				Check: resource.ComposeAggregateTestCheckFunc(
					names(t, name, "ResourceQuota/mar-quota-batch", "ResourceQuota/mar-quota-disks", "ServiceAccount/deployer", "ServiceAccount/robot", "RoleBinding/mar-readers"),
					podSecurity(t, name, map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}),
				),
			},
			{Config: config(name, ""), Check: resource.ComposeAggregateTestCheckFunc(names(t, name), podSecurity(t, name, map[string]string{})), ConfigPlanChecks: emptyAfterwards()},
			{Config: config(name, "scoped_quotas = {}\n access = {}\n service_accounts = []"), Check: names(t, name), ConfigPlanChecks: emptyAfterwards()},
		},
	})
}

func allAreLabelled(ctx context.Context, client *kubernetes.Clientset, name string) error {
	mine := metav1.ListOptions{LabelSelector: "app.kubernetes.io/managed-by=terraform-provider-mar"}
	quotas, err := client.CoreV1().ResourceQuotas(name).List(ctx, mine)
	if err != nil {
		return err
	}
	limits, err := client.CoreV1().LimitRanges(name).List(ctx, mine)
	if err != nil {
		return err
	}
	policies, err := client.NetworkingV1().NetworkPolicies(name).List(ctx, mine)
	if err != nil {
		return err
	}
	accounts, err := client.CoreV1().ServiceAccounts(name).List(ctx, mine)
	if err != nil {
		return err
	}
	bindings, err := client.RbacV1().RoleBindings(name).List(ctx, mine)
	if err != nil {
		return err
	}
	roles, err := client.RbacV1().Roles(name).List(ctx, mine)
	if err != nil {
		return err
	}
	if count := len(quotas.Items) + len(limits.Items) + len(policies.Items) + len(accounts.Items) + len(bindings.Items) + len(roles.Items); count != len(allChildren) {
		return fmt.Errorf("%d children have our label, want %d", count, len(allChildren))
	}
	return nil
}

func podSecurity(t *testing.T, name string, want map[string]string) resource.TestCheckFunc {
	t.Helper()
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		got := map[string]string{}
		for key, value := range ns.Labels {
			if strings.HasPrefix(key, "pod-security.kubernetes.io/") {
				got[key] = value
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			return fmt.Errorf("Pod Security labels, -want +got:\n%s", diff)
		}
		return nil
	})
}

// An update sends only what differs: a change of one child leaves the others as
// they were, to the version.
func TestAccCluster_updateSendsOnlyWhatDiffers(t *testing.T) {
	name := acctest.ClusterName(t)
	var before map[string]string
	versions := func(changed ...string) resource.TestCheckFunc {
		return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			policies, err := client.NetworkingV1().NetworkPolicies(name).List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			bindings, err := client.RbacV1().RoleBindings(name).List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			limits, err := client.CoreV1().LimitRanges(name).List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			now := map[string]string{}
			for _, o := range policies.Items {
				now[o.Name] = o.ResourceVersion
			}
			for _, o := range bindings.Items {
				now["binding "+o.Name] = o.ResourceVersion
			}
			for _, o := range limits.Items {
				now[o.Name] = o.ResourceVersion
			}
			expected := map[string]bool{}
			for _, name := range changed {
				expected[name] = true
			}
			for name, version := range now {
				if was, ok := before[name]; ok && (was != version) != expected[name] {
					return fmt.Errorf("%s was written: %t", name, was != version)
				}
			}
			before = now
			return nil
		})
	}
	body := func(port, user, cpu string) string {
		return config(name, fmt.Sprintf(`
  network     = { ingress = { default = "deny", rules = [{ clusters = ["web"], ports = [%q] }] }, egress = { default = "deny" } }
  access      = { a = { role = "view", users = [%q] }, b = { role = "view", users = ["b"] } }
  limit_range = { container = { max = { cpu = %q } } }`, port, user, cpu))
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: body("80", "jane", "2"), Check: versions()},
			{Config: body("80/TCP", "jane", "2000m"), Check: versions(), ConfigPlanChecks: emptyAfterwards()},
			{Config: body("443", "jane", "2"), Check: versions("mar-ingress"), ConfigPlanChecks: emptyAfterwards()},
			{Config: body("443", "joe", "2"), Check: versions("binding mar-a"), ConfigPlanChecks: emptyAfterwards()},
			{Config: body("443", "joe", "3"), Check: versions("mar-limits"), ConfigPlanChecks: emptyAfterwards()},
		},
	})
}

// Rules become the policies that they mean, in place, and go with their
// declaration.
func TestAccCluster_networkIsChangedInPlace(t *testing.T) {
	name := acctest.ClusterName(t)
	ingress := func(want int) resource.TestCheckFunc {
		return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			policy, err := client.NetworkingV1().NetworkPolicies(name).Get(ctx, "mar-ingress", metav1.GetOptions{})
			if err != nil {
				return err
			}
			if len(policy.Spec.Ingress) != want || len(policy.Spec.PolicyTypes) != 1 || policy.Spec.PolicyTypes[0] != networkingv1.PolicyTypeIngress {
				return fmt.Errorf("want %d rules of ingress, got %+v", want, policy.Spec)
			}
			return nil
		})
	}
	inPlace := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{changesOnly("network")}, PostApplyPostRefresh: emptyAfterwards().PostApplyPostRefresh}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config(name, `network = { ingress = { default = "deny" } }`), Check: ingress(0), ConfigPlanChecks: emptyAfterwards()},
			{
				Config: config(name, `network = { ingress = { default = "deny", rules = [{ cidr = "10.0.0.0/8", except = ["10.1.0.0/16"] }, { clusters = ["web"], ports = ["http"] }] } }`),
				Check:  ingress(2), ConfigPlanChecks: inPlace,
			},
			{
				// The order of a set is no difference.
				Config:           config(name, `network = { ingress = { default = "deny", rules = [{ clusters = ["web"], ports = ["http"] }, { cidr = "10.0.0.0/8", except = ["10.1.0.0/16"] }] } }`),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{Config: config(name, `network = { ingress = { default = "allow" }, egress = { default = "deny" } }`), Check: resource.ComposeAggregateTestCheckFunc(ingress(1), names(t, name, "NetworkPolicy/mar-ingress", "NetworkPolicy/mar-egress", "NetworkPolicy/mar-egress-dns")), ConfigPlanChecks: inPlace},
			{Config: config(name, `network = { ingress = { default = "deny" } }`), Check: resource.ComposeAggregateTestCheckFunc(ingress(0), names(t, name, "NetworkPolicy/mar-ingress")), ConfigPlanChecks: inPlace},
			{Config: config(name, ""), Check: names(t, name), ConfigPlanChecks: inPlace},
		},
	})
}

// Values that aren't known before the apply contradict nothing, and become what
// they are.
func TestAccCluster_childrenOfUnknownValues(t *testing.T) {
	name := acctest.ClusterName(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config: `
resource "terraform_data" "later" {
  input = { user = "jane", role = "view", scope = "Terminating", cluster = "web", level = "baseline", account = "deployer", count = 3 }
}` + config(name, `
  scoped_quotas    = { a = { scopes = [terraform_data.later.output.scope], priority_classes = [], instances = terraform_data.later.output.count } }
  network          = { ingress = { default = "deny", rules = [{ clusters = [terraform_data.later.output.cluster] }] } }
  service_accounts = [terraform_data.later.output.account]
  pod_security     = { enforce = terraform_data.later.output.level }
  access = {
    a = { role = terraform_data.later.output.role, users = [terraform_data.later.output.user] }
    b = { role = terraform_data.later.output.role, users = [terraform_data.later.output.account] }
  }`),
			Check:            names(t, name, "ResourceQuota/mar-quota-a", "NetworkPolicy/mar-ingress", "ServiceAccount/deployer", "RoleBinding/mar-a", "RoleBinding/mar-b"),
			ConfigPlanChecks: emptyAfterwards(),
		}},
	})
}
