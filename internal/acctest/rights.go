package acctest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/rights"
)

// LimitedUser is the user of the provider under test on the embedded cluster.
const LimitedUser = "mar-acc"

// limitProvider creates a user with the rights of the published roles for an apply, and writes the
// kubeconfig with which the administrator acts as that user.
func limitProvider(administrator, limited string) error {
	config, err := clientcmd.BuildConfigFromFlags("", administrator)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	rules := slices.Concat(rights.Apply().Rules(), rights.GrantAccess().Rules(), rights.IssueCredentials().Rules())
	user := rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: LimitedUser}
	if err := bind(context.Background(), client, LimitedUser, user, rules); err != nil {
		return err
	}
	kubeconfig, err := clientcmd.LoadFromFile(administrator)
	if err != nil {
		return err
	}
	for _, credentials := range kubeconfig.AuthInfos {
		credentials.Impersonate = LimitedUser
	}
	return clientcmd.WriteToFile(*kubeconfig, limited)
}

// bind creates a ClusterRole with that name and grants it to the subject everywhere.
func bind(ctx context.Context, client kubernetes.Interface, name string, to rbacv1.Subject, rules []rbacv1.PolicyRule) error {
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules}
	if _, err := client.RbacV1().ClusterRoles().Create(ctx, role, metav1.CreateOptions{}); err != nil {
		return err
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
		Subjects:   []rbacv1.Subject{to},
	}
	if _, err := client.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{}); err != nil || len(rules) == 0 {
		return err
	}
	return inForce(ctx, client, to, metav1.NamespaceAll, rights.Each(rules)[0])
}

// inForce blocks until the API server uses a new right.
func inForce(ctx context.Context, client kubernetes.Interface, subject rbacv1.Subject, namespace string, right rights.Right) error {
	user := subject.Name
	if subject.Kind == rbacv1.ServiceAccountKind {
		user = fmt.Sprintf("system:serviceaccount:%s:%s", subject.Namespace, subject.Name)
	}
	resource, part, _ := strings.Cut(right.Resource, "/")
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:               user,
		ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: namespace, Verb: right.Verb, Group: right.Group, Resource: resource, Subresource: part},
	}}
	return wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		answer, err := client.AuthorizationV1().SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		return err == nil && answer.Status.Allowed, err
	})
}

// unbind takes away what bind made.
func unbind(client kubernetes.Interface, name string) {
	ctx := context.Background()
	_ = client.RbacV1().ClusterRoleBindings().Delete(ctx, name, metav1.DeleteOptions{})
	_ = client.RbacV1().ClusterRoles().Delete(ctx, name, metav1.DeleteOptions{})
}

// UserWith creates a user with that name who has only these rights, everywhere, during the test.
func UserWith(t *testing.T, name string, rules []rbacv1.PolicyRule) {
	t.Helper()
	client := Client(t)
	t.Cleanup(func() { unbind(client, name) })
	if err := bind(t.Context(), client, name, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}, rules); err != nil {
		t.Fatal(err)
	}
}

// UserIn creates a user with that name who has only the role, in its namespace.
func UserIn(t *testing.T, name string, role *rbacv1.Role) {
	t.Helper()
	client, ctx := Client(t).RbacV1(), t.Context()
	if _, err := client.Roles(role.Namespace).Create(ctx, role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}},
	}
	if _, err := client.RoleBindings(role.Namespace).Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := inForce(ctx, Client(t), binding.Subjects[0], role.Namespace, rights.Each(role.Rules)[0]); err != nil {
		t.Fatal(err)
	}
}

// WithRights creates a user who has only these rights, everywhere, and returns a provider block
// that connects as that user.
func WithRights(t *testing.T, rules ...rbacv1.PolicyRule) string {
	t.Helper()
	home, client := Namespace(t), Client(t)
	ctx := t.Context()
	account, err := client.CoreV1().ServiceAccounts(home).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "limited"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unbind(client, home) })
	if err := bind(ctx, client, home, rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: home, Name: account.Name}, rules); err != nil {
		t.Fatal(err)
	}
	token, err := client.CoreV1().ServiceAccounts(home).CreateToken(ctx, account.Name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", Kubeconfig(t))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`
provider "mar" {
  host                   = %q
  token                  = %q
  cluster_ca_certificate = %q
}
`, config.Host, token.Status.Token, string(config.CAData))
}
