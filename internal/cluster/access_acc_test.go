package cluster_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// actingAs is a client of the tested cluster that acts as that user.
func actingAs(t *testing.T, user string, groups ...string) *kubernetes.Clientset {
	t.Helper()
	connection, err := clientcmd.BuildConfigFromFlags("", acctest.Kubeconfig(t))
	if err != nil {
		t.Fatal(err)
	}
	connection.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: groups}
	client, err := kubernetes.NewForConfig(connection)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// may asks the API server whether the client may do that.
func may(ctx context.Context, client *kubernetes.Clientset, attributes authorizationv1.ResourceAttributes) (bool, error) {
	review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &attributes},
	}, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return review.Status.Allowed, nil
}

// MAR's own case: the reader of dev can list Pods there and nothing in prod; the
// admin of prod can manage everything there and nothing in dev.
func TestAccCluster_accessHoldsInItsClusterOnly(t *testing.T) {
	dev, prod := acctest.ClusterName(t), acctest.ClusterName(t)
	reader, admin := actingAs(t, "jane-"+dev), actingAs(t, "joe-"+prod)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf(`
resource "mar_cluster" "dev" {
  name = %[1]q
  access = {
    readers = {
      rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get", "list", "watch"] }]
      users = ["jane-%[1]s"]
    }
  }
}

resource "mar_cluster" "prod" {
  name          = %[2]q
  force_destroy = true
  access        = { admins = { role = "admin", users = ["joe-%[2]s"] } }
}`, dev, prod),
			Check: resource.ComposeAggregateTestCheckFunc(
				acctest.Server(t, func(ctx context.Context, _ *kubernetes.Clientset) error { return readerCan(ctx, reader, dev, prod) }),
				acctest.Server(t, func(ctx context.Context, _ *kubernetes.Clientset) error { return adminCan(ctx, admin, prod, dev) }),
			),
		}},
	})
}

func readerCan(ctx context.Context, reader *kubernetes.Clientset, own, other string) error {
	if _, err := reader.CoreV1().Pods(own).List(ctx, metav1.ListOptions{}); err != nil {
		return fmt.Errorf("the reader can't list Pods: %w", err)
	}
	if _, err := reader.CoreV1().Pods(own).Create(ctx, privileged(), metav1.CreateOptions{}); !apierrors.IsForbidden(err) {
		return fmt.Errorf("the reader can create a Pod: %w", err)
	}
	if _, err := reader.CoreV1().ConfigMaps(own).List(ctx, metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		return fmt.Errorf("the reader can list ConfigMaps: %w", err)
	}
	return cannotDoAnything(ctx, reader, other)
}

func adminCan(ctx context.Context, admin *kubernetes.Clientset, own, other string) error {
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}}
	if _, err := admin.CoreV1().ConfigMaps(own).Create(ctx, settings, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("the admin can't create a ConfigMap: %w", err)
	}
	if _, err := admin.CoreV1().Secrets(own).List(ctx, metav1.ListOptions{}); err != nil {
		return fmt.Errorf("the admin can't list Secrets: %w", err)
	}
	for _, resource := range []string{"pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "serviceaccounts"} {
		for _, verb := range []string{"get", "list", "watch", "create", "update", "patch", "delete"} {
			if allowed, err := may(ctx, admin, authorizationv1.ResourceAttributes{Namespace: own, Verb: verb, Resource: resource}); err != nil || !allowed {
				return fmt.Errorf("the admin may not %s %s: %w", verb, resource, err)
			}
		}
	}
	return cannotDoAnything(ctx, admin, other)
}

func cannotDoAnything(ctx context.Context, user *kubernetes.Clientset, namespace string) error {
	if _, err := user.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		return fmt.Errorf("in %s Pods can be listed: %w", namespace, err)
	}
	for _, resource := range []string{"pods", "services", "secrets", "configmaps", "serviceaccounts", "resourcequotas", "rolebindings"} {
		for _, verb := range []string{"get", "list", "create", "delete"} {
			if allowed, err := may(ctx, user, authorizationv1.ResourceAttributes{Namespace: namespace, Verb: verb, Resource: resource}); err != nil || allowed {
				return fmt.Errorf("in %s the user may %s %s: %w", namespace, verb, resource, err)
			}
		}
	}
	return nil
}

// A changed role is a new binding; other changes are made to the one there is.
func TestAccCluster_changedRoleIsANewBinding(t *testing.T) {
	name := acctest.ClusterName(t)
	var before string
	binding := func(check func(uid string, role rbacv1.RoleRef, subjects int) error) resource.TestCheckFunc {
		return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			b, err := client.RbacV1().RoleBindings(name).Get(ctx, "mar-team", metav1.GetOptions{})
			if err != nil {
				return err
			}
			return check(string(b.UID), b.RoleRef, len(b.Subjects))
		})
	}
	expect := func(kind, role string, subjects int, anew bool) resource.TestCheckFunc {
		return binding(func(uid string, ref rbacv1.RoleRef, count int) error {
			same := uid == before || before == ""
			before = uid
			if ref.Kind != kind || ref.Name != role || count != subjects || same == anew {
				return fmt.Errorf("the binding is to %s %s, has %d subjects, and is the same one: %t", ref.Kind, ref.Name, count, same)
			}
			return nil
		})
	}
	inPlace := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{changesOnly("access.team")}}
	team := func(body string) string { return config(name, "access = { team = {\n"+body+"\n} }") }
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		CheckDestroy:             acctest.Server(t, gone(name)),
		Steps: []resource.TestStep{
			{Config: team(`role = "view", users = ["jane"]`), Check: expect("ClusterRole", "view", 1, false)},
			{Config: team(`role = "view", users = ["jane", "joe"]`), Check: expect("ClusterRole", "view", 2, false), ConfigPlanChecks: inPlace},
			{Config: team(`role = "edit", users = ["jane", "joe"]`), Check: expect("ClusterRole", "edit", 2, true), ConfigPlanChecks: inPlace},
			{
				Config: team(`
  rules  = [{ api_groups = [""], resources = ["pods"], verbs = ["get"] }]
  groups = ["team"]`),
				Check: resource.ComposeAggregateTestCheckFunc(expect("Role", "mar-team", 1, true), names(t, name, "RoleBinding/mar-team", "Role/mar-team")),
			},
			{Config: team(`role = "view", users = ["jane"]`), Check: resource.ComposeAggregateTestCheckFunc(expect("ClusterRole", "view", 1, true), names(t, name, "RoleBinding/mar-team"))},
			{Config: config(name, `access = {}`), Check: names(t, name), ConfigPlanChecks: emptyAfterwards()},
		},
	})
}

// Kubernetes lets nobody grant what they don't hold: an error on the entry, and
// no cluster is left behind.
func TestAccCluster_accessBeyondOnesOwnIsAnErrorOnItsKey(t *testing.T) {
	name := acctest.ClusterName(t)
	verbs := []string{"get", "list", "create", "patch", "delete", "watch"}
	limited := acctest.WithRights(t,
		rule(verbs, "namespaces", "resourcequotas", "limitranges", "serviceaccounts"),
		rbacv1.PolicyRule{APIGroups: []string{rbacv1.GroupName}, Resources: []string{"roles", "rolebindings"}, Verbs: verbs},
		rule([]string{"get"}, "pods"), rbacv1.PolicyRule{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"list"}})
	body := func(verb string) string {
		return limited + config(name, fmt.Sprintf(`
  access = {
    ops = {
      rules = [{ api_groups = [""], resources = ["pods"], verbs = [%q] }]
      users = ["jane"]
    }
  }`, verb))
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		CheckDestroy:             acctest.Server(t, gone(name)),
		Steps: []resource.TestStep{
			{Config: body("delete"), ExpectError: wrapped("attempting to grant RBAC permissions not currently held")},
			{Config: body("get"), Check: names(t, name, "Role/mar-ops", "RoleBinding/mar-ops")},
			{Config: body("delete"), ExpectError: regexp.MustCompile(`in resource "mar_cluster" "test":\s+\d+:\s+ops = \{`)},
			{Config: body("get"), ConfigPlanChecks: emptyAfterwards()},
		},
	})
}
