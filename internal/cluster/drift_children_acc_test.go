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
	ours     = map[string]string{"app.kubernetes.io/managed-by": "terraform-provider-mar"}
	noLabels = []byte(`{"metadata":{"labels":null}}`)
	byHand   = metav1.PatchOptions{FieldManager: "kubectl-edit"}
)

func (c outside) patchQuota(ctx context.Context, name, patch string) error {
	_, err := c.client.CoreV1().ResourceQuotas(c.name).Patch(ctx, name, types.MergePatchType, []byte(patch), byHand)
	return err
}

func (c outside) patchRole(ctx context.Context, patch string) error {
	_, err := c.client.RbacV1().Roles(c.name).Patch(ctx, "mar-ops", types.MergePatchType, []byte(patch), byHand)
	return err
}

func (c outside) patchBinding(ctx context.Context, name, patch string) error {
	_, err := c.client.RbacV1().RoleBindings(c.name).Patch(ctx, name, types.MergePatchType, []byte(patch), byHand)
	return err
}

func (c outside) createQuota(ctx context.Context, name string, labels map[string]string, scopes ...corev1.ResourceQuotaScope) error {
	_, err := c.client.CoreV1().ResourceQuotas(c.name).Create(ctx, &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: apiresource.MustParse("7")}, Scopes: scopes},
	}, metav1.CreateOptions{})
	return err
}

func (c outside) replaceQuota(ctx context.Context, name string, scopes ...corev1.ResourceQuotaScope) error {
	if err := c.client.CoreV1().ResourceQuotas(c.name).Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	return c.createQuota(ctx, name, ours, scopes...)
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

func (c outside) patchPolicy(ctx context.Context, name, patch string) error {
	_, err := c.client.NetworkingV1().NetworkPolicies(c.name).Patch(ctx, name, types.MergePatchType, []byte(patch), byHand)
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

// driftOfChildren is every way in which the children can come to differ.
func driftOfChildren() []behind {
	return []behind{
		{"a scoped quota's amount edited", func(ctx context.Context, c outside) error {
			return c.patchQuota(ctx, "mar-quota-batch", `{"spec":{"hard":{"pods":"9"}}}`)
		}, []string{"scoped_quotas.batch"}},
		{"a key added to a scoped quota", func(ctx context.Context, c outside) error {
			return c.patchQuota(ctx, "mar-quota-batch", `{"spec":{"hard":{"limits.cpu":"9"}}}`)
		}, []string{"scoped_quotas.batch"}},
		{"a scoped quota's priority classes edited", func(ctx context.Context, c outside) error {
			return c.patchQuota(ctx, "mar-quota-high", `{"spec":{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"NotIn","values":["high"]}]}}}`)
		}, []string{"scoped_quotas.high"}},
		{"a scoped quota deleted", func(ctx context.Context, c outside) error {
			return c.client.CoreV1().ResourceQuotas(c.name).Delete(ctx, "mar-quota-high", metav1.DeleteOptions{})
		}, []string{"scoped_quotas.high"}},
		{"a scoped quota replaced by one of other scopes", func(ctx context.Context, c outside) error {
			return c.replaceQuota(ctx, "mar-quota-batch", corev1.ResourceQuotaScopeBestEffort)
		}, []string{"scoped_quotas.batch"}},
		{"the quota replaced by a scoped one", func(ctx context.Context, c outside) error {
			return c.replaceQuota(ctx, "mar-quota", corev1.ResourceQuotaScopeBestEffort)
		}, []string{"quota"}},
		{"a scoped quota more, of ours", func(ctx context.Context, c outside) error {
			return c.createQuota(ctx, "mar-quota-extra", ours)
		}, []string{"scoped_quotas.extra"}},
		{"the quota's label removed", func(ctx context.Context, c outside) error {
			return c.patchQuota(ctx, "mar-quota", string(noLabels))
		}, []string{"quota"}},
		{"the limit range's label removed", func(ctx context.Context, c outside) error {
			_, err := c.client.CoreV1().LimitRanges(c.name).Patch(ctx, "mar-limits", types.MergePatchType, noLabels, byHand)
			return err
		}, []string{"limit_range"}},

		{"a policy edited", func(ctx context.Context, c outside) error {
			return c.patchPolicy(ctx, "mar-ingress", `{"spec":{"ingress":[{}]}}`)
		}, []string{"network"}},
		{"rules added where none is wanted", func(ctx context.Context, c outside) error {
			return c.patchPolicy(ctx, "mar-egress", `{"spec":{"egress":[{}]}}`)
		}, []string{"network"}},
		{"a policy deleted", func(ctx context.Context, c outside) error {
			return c.client.NetworkingV1().NetworkPolicies(c.name).Delete(ctx, "mar-instance-to-instance", metav1.DeleteOptions{})
		}, []string{"network"}},
		{"a policy replaced", func(ctx context.Context, c outside) error {
			if err := c.client.NetworkingV1().NetworkPolicies(c.name).Delete(ctx, "mar-egress-dns", metav1.DeleteOptions{}); err != nil {
				return err
			}
			return c.createPolicy(ctx, "mar-egress-dns", ours)
		}, []string{"network"}},
		{"a policy's label removed", func(ctx context.Context, c outside) error {
			return c.patchPolicy(ctx, "mar-ingress", string(noLabels))
		}, []string{"network"}},
		{"a policy more, of ours", func(ctx context.Context, c outside) error {
			return c.createPolicy(ctx, "loophole", ours)
		}, []string{"network"}},

		{"a role's rules edited", func(ctx context.Context, c outside) error {
			return c.patchRole(ctx, `{"rules":[{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["get","list"]}]}`)
		}, []string{"access.ops"}},
		{"a role deleted", func(ctx context.Context, c outside) error {
			return c.client.RbacV1().Roles(c.name).Delete(ctx, "mar-ops", metav1.DeleteOptions{})
		}, []string{"access.ops"}},
		{"a role's label removed", func(ctx context.Context, c outside) error {
			return c.patchRole(ctx, string(noLabels))
		}, []string{"access.ops"}},
		{"a subject added", func(ctx context.Context, c outside) error {
			return c.patchBinding(ctx, "mar-readers", `{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"jane"},{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"mallory"}]}`)
		}, []string{"access.readers"}},
		{"all subjects removed", func(ctx context.Context, c outside) error {
			return c.patchBinding(ctx, "mar-readers", `{"subjects":null}`)
		}, []string{"access.readers"}},
		{"a binding deleted", func(ctx context.Context, c outside) error {
			return c.client.RbacV1().RoleBindings(c.name).Delete(ctx, "mar-readers", metav1.DeleteOptions{})
		}, []string{"access.readers"}},
		{"a binding replaced by one to another role", func(ctx context.Context, c outside) error {
			if err := c.client.RbacV1().RoleBindings(c.name).Delete(ctx, "mar-readers", metav1.DeleteOptions{}); err != nil {
				return err
			}
			return c.createBinding(ctx, "mar-readers", ours)
		}, []string{"access.readers"}},
		{"a binding to own rules replaced by one to a ClusterRole", func(ctx context.Context, c outside) error {
			if err := c.client.RbacV1().RoleBindings(c.name).Delete(ctx, "mar-ops", metav1.DeleteOptions{}); err != nil {
				return err
			}
			return c.createBinding(ctx, "mar-ops", ours)
		}, []string{"access.ops"}},
		{"a binding's label removed", func(ctx context.Context, c outside) error {
			return c.patchBinding(ctx, "mar-readers", string(noLabels))
		}, []string{"access.readers"}},
		{"a binding more, of ours", func(ctx context.Context, c outside) error {
			return c.createBinding(ctx, "mar-extra", ours)
		}, []string{"access.extra"}},
		{"a role more, of ours", func(ctx context.Context, c outside) error {
			return c.createRole(ctx, "mar-readers", ours)
		}, []string{"access.readers"}},

		{"a service account deleted", func(ctx context.Context, c outside) error {
			return c.client.CoreV1().ServiceAccounts(c.name).Delete(ctx, "deployer", metav1.DeleteOptions{})
		}, []string{"service_accounts"}},
		{"a service account more, of ours", func(ctx context.Context, c outside) error {
			return c.createAccount(ctx, "extra", ours)
		}, []string{"service_accounts"}},

		{"a Pod Security level lowered", func(ctx context.Context, c outside) error {
			return patchNamespace(ctx, c.client, c.name, `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}`)
		}, []string{"pod_security"}},
		{"a Pod Security level removed", func(ctx context.Context, c outside) error {
			return patchNamespace(ctx, c.client, c.name, `{"metadata":{"labels":{"pod-security.kubernetes.io/warn":null}}}`)
		}, []string{"pod_security"}},
		{"a Pod Security version changed", func(ctx context.Context, c outside) error {
			return patchNamespace(ctx, c.client, c.name, `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce-version":"v1.20"}}}`)
		}, []string{"pod_security"}},

		{"several at once", func(ctx context.Context, c outside) error {
			if err := c.client.RbacV1().Roles(c.name).Delete(ctx, "mar-ops", metav1.DeleteOptions{}); err != nil {
				return err
			}
			return c.patchQuota(ctx, "mar-quota-batch", `{"spec":{"hard":{"pods":"9"}}}`)
		}, []string{"access.ops", "scoped_quotas.batch"}},
	}
}

// Promise 2, no missed drift: each change of a child behind Terraform's back is
// in the plan as that attribute alone, and is mended in place.
func TestAccCluster_driftOfEachChildIsThatAttributeAlone(t *testing.T) {
	name := acctest.ClusterName(t)
	c := outside{acctest.Client(t), name}
	same := unchanged(t, name)
	steps := []tfresource.TestStep{{Config: config(name, everyChild), Check: same, ConfigPlanChecks: emptyAfterwards()}}
	for _, drift := range driftOfChildren() {
		steps = append(steps, tfresource.TestStep{
			PreConfig: func() {
				t.Log(drift.title)
				if err := drift.change(t.Context(), c); err != nil {
					t.Fatalf("%s: %v", drift.title, err)
				}
			},
			Config:           config(name, everyChild),
			ConfigPlanChecks: tfresource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{changesOnly(drift.shown...)}},
			Check:            same,
		})
	}
	tfresource.ParallelTest(t, tfresource.TestCase{ProtoV6ProviderFactories: acctest.Providers(), CheckDestroy: acctest.Server(t, gone(name)), Steps: steps})
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
						func() error { return c.createQuota(ctx, "mar-quota-theirs", nil) },
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
				ExpectError: wrapped(fmt.Sprintf("RoleBinding %s/mar-theirs exists already, and wasn't made by this provider", name)),
			},
			{Config: config(name, "force_destroy = true"), Check: names(t, name, theirs...)},
		},
	})
}
