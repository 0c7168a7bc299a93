package cluster_test

import (
	"context"
	"fmt"
	"testing"

	tfresource "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const everyChild = `
  region = "eu"
  labels = { team = "payments" }
  quota  = { cpu = "4", instances = 10 }
  scoped_quotas = {
    batch = { scopes = ["Terminating"], instances = 5 }
    high  = { scopes = ["PriorityClass"], priority_classes = ["high"], cpu = "2000m" }
  }
  limit_range      = { container = { default = { cpu = "500m" } } }
  network = {
    ingress              = { default = "deny", rules = [{ clusters = ["web"], ports = ["8080"] }] }
    egress               = { default = "deny" }
    instance_to_instance = true
  }
  service_accounts = ["deployer"]
  access = {
    readers = { role = "view", users = ["jane"], groups = [] }
    ops = {
      rules            = [{ api_groups = [""], resources = ["pods"], verbs = ["get", "list"] }]
      groups           = ["ops"]
      service_accounts = ["kube-public/deployer"]
    }
  }
  pod_security = { enforce = "baseline", warn = "restricted", version = "v1.34" }
`

// behind is one change behind Terraform's back, and the attributes in which the
// next plan shows it; none where it is none of the cluster's business.
type behind struct {
	title  string
	change func(ctx context.Context, c outside) error
	shown  []string
}

// outside is a cluster as others see it.
type outside struct {
	client *kubernetes.Clientset
	name   string
}

var (
	ours   = map[string]string{"app.kubernetes.io/managed-by": "terraform-provider-mar"}
	byHand = metav1.PatchOptions{FieldManager: "kubectl-edit"}
)

func (c outside) patchQuota(ctx context.Context, name, patch string) error {
	_, err := c.client.CoreV1().ResourceQuotas(c.name).Patch(ctx, name, types.MergePatchType, []byte(patch), byHand)
	return err
}

func (c outside) createQuota(ctx context.Context, name string, scopes ...corev1.ResourceQuotaScope) error {
	_, err := c.client.CoreV1().ResourceQuotas(c.name).Create(ctx, &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: apiresource.MustParse("7")}, Scopes: scopes},
	}, metav1.CreateOptions{})
	return err
}

func (c outside) createBinding(ctx context.Context, name string, labels map[string]string) error {
	_, err := c.client.RbacV1().RoleBindings(c.name).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "admin"},
		Subjects:   []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: "mallory"}},
	}, metav1.CreateOptions{})
	return err
}

func (c outside) createRole(ctx context.Context, name string, labels map[string]string) error {
	_, err := c.client.RbacV1().Roles(c.name).Create(ctx, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get"}},
	}}, metav1.CreateOptions{})
	return err
}

func (c outside) createPolicy(ctx context.Context, name string, labels map[string]string) error {
	_, err := c.client.NetworkingV1().NetworkPolicies(c.name).Create(ctx, &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec:       networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{"Egress"}, Egress: []networkingv1.NetworkPolicyEgressRule{{}}},
	}, metav1.CreateOptions{})
	return err
}

func (c outside) createAccount(ctx context.Context, name string, labels map[string]string) error {
	_, err := c.client.CoreV1().ServiceAccounts(c.name).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}, metav1.CreateOptions{})
	return err
}

// driftOfChildren has a few ways in which children come to differ, one a kind; the
// matrix of drift has all of them.
func driftOfChildren() []behind {
	return []behind{
		{"a scoped quota deleted", func(ctx context.Context, c outside) error {
			return c.client.CoreV1().ResourceQuotas(c.name).Delete(ctx, "mar-quota-high", metav1.DeleteOptions{})
		}, []string{"scoped_quotas.high"}},
		{"a policy edited", func(ctx context.Context, c outside) error {
			_, err := c.client.NetworkingV1().NetworkPolicies(c.name).Patch(ctx, "mar-ingress", types.MergePatchType, []byte(`{"spec":{"ingress":[{}]}}`), byHand)
			return err
		}, []string{"network"}},
		{"a role deleted", func(ctx context.Context, c outside) error {
			return c.client.RbacV1().Roles(c.name).Delete(ctx, "mar-ops", metav1.DeleteOptions{})
		}, []string{"access.ops"}},
		{"a binding replaced by one to another role", func(ctx context.Context, c outside) error {
			if err := c.client.RbacV1().RoleBindings(c.name).Delete(ctx, "mar-readers", metav1.DeleteOptions{}); err != nil {
				return err
			}
			return c.createBinding(ctx, "mar-readers", ours)
		}, []string{"access.readers"}},
		{"a service account deleted", func(ctx context.Context, c outside) error {
			return c.client.CoreV1().ServiceAccounts(c.name).Delete(ctx, "deployer", metav1.DeleteOptions{})
		}, []string{"service_accounts"}},
	}
}

// Promise 1, no false drift: children of others are theirs, whatever their names,
// through plans and updates.
func TestAccCluster_childrenOfOthersAreSilent(t *testing.T) {
	name := acctest.ClusterName(t)
	c := outside{acctest.Client(t), name}
	theirs := []string{"ResourceQuota/mar-quota-theirs", "RoleBinding/mar-theirs", "Role/mar-theirs", "ServiceAccount/theirs", "RoleBinding/ci", "LimitRange/theirs", "NetworkPolicy/mar-ingress-theirs"}
	tfresource.ParallelTest(t, tfresource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []tfresource.TestStep{
			{Config: config(name, `service_accounts = ["deployer"]`)},
			{
				PreConfig: acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
					for _, create := range []func() error{
						func() error { return c.createQuota(ctx, "mar-quota-theirs") },
						func() error { return c.createBinding(ctx, "mar-theirs", nil) },
						func() error { return c.createRole(ctx, "mar-theirs", nil) },
						func() error { return c.createAccount(ctx, "theirs", nil) },
						func() error { return c.createPolicy(ctx, "mar-ingress-theirs", nil) },
						// Our label on a name that isn't one of ours.
						func() error { return c.createBinding(ctx, "ci", ours) },
						func() error {
							_, err := client.CoreV1().LimitRanges(name).Create(ctx, &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "theirs"}}, metav1.CreateOptions{})
							return err
						},
					} {
						if err := create(); err != nil {
							return err
						}
					}
					return nil
				}),
				Config:           config(name, `service_accounts = ["deployer"]`),
				ConfigPlanChecks: tfresource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				Config: config(name, "force_destroy = true\n"+everyChild),
				Check: names(t, name, append(theirs, "ResourceQuota/mar-quota", "ResourceQuota/mar-quota-batch", "ResourceQuota/mar-quota-high", "LimitRange/mar-limits",
					"NetworkPolicy/mar-ingress", "NetworkPolicy/mar-egress", "NetworkPolicy/mar-egress-dns", "NetworkPolicy/mar-instance-to-instance",
					"ServiceAccount/deployer", "RoleBinding/mar-readers", "RoleBinding/mar-ops", "Role/mar-ops")...),
			},
			{Config: config(name, "force_destroy = true"), Check: names(t, name, theirs...)},
			{
				// A name of ours that somebody else has is an error on its key, and theirs stays as it is.
				Config:      config(name, "force_destroy = true\naccess = { theirs = { role = \"view\", users = [\"jane\"] } }"),
				ExpectError: wrapped(fmt.Sprintf("RoleBinding %s/mar-theirs already exists. This provider didn't create it", name)),
			},
			{Config: config(name, "force_destroy = true"), Check: names(t, name, theirs...)},
		},
	})
}
