package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// shared is what the tests of this package share: the issuer whose tokens their API
// server takes, and a folder.
var shared struct {
	issuer *acctest.Issuer
	dir    string
	mirror func() error
}

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	var err error
	if shared.issuer, err = acctest.NewIssuer(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer shared.issuer.Close()
	if shared.dir, err = os.MkdirTemp("", "mar-provider-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(shared.dir) }()
	shared.mirror = sync.OnceValue(func() error { return acctest.Mirror(mirrorDir()) })
	config := filepath.Join(shared.dir, "authentication.yaml")
	if err := os.WriteFile(config, []byte(shared.issuer.AuthenticationConfig()), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return acctest.Main(m, "--apiserver-arg=--authentication-config="+config)
}

func mirrorDir() string { return filepath.Join(shared.dir, "mirror") }

// installed is a terraform that installs the provider, as users' do.
func installed(t *testing.T) *acctest.CLI {
	t.Helper()
	acctest.Kubeconfig(t)
	if err := shared.mirror(); err != nil {
		t.Fatal(err)
	}
	return acctest.NewInstalledCLI(t, mirrorDir())
}

// token is a token of the issuer's, as soon as the API server takes such.
func token(t *testing.T, user string, lifetime time.Duration) string {
	t.Helper()
	acctest.NeedsEmbedded(t)
	acctest.Eventually(t, "the API server to know the issuer", func(ctx context.Context) (bool, error) {
		return accepted(ctx, t, shared.issuer.Token(t, "somebody", time.Hour)), nil
	})
	return shared.issuer.Token(t, user, lifetime)
}

// accepted reports whether the API server takes a token.
func accepted(ctx context.Context, t *testing.T, token string) bool {
	t.Helper()
	host, authority := acctest.Address(t)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: host, BearerToken: token, TLSClientConfig: rest.TLSClientConfig{CAData: []byte(authority)}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	return err == nil
}

// allow gives users these rights everywhere until the test ends.
func allow(t *testing.T, rules []rbacv1.PolicyRule, users ...string) {
	t.Helper()
	client := acctest.Client(t)
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{GenerateName: acctest.NamePrefix}, Rules: rules}
	made, err := client.RbacV1().ClusterRoles().Create(t.Context(), role, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: made.Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: made.Name},
	}
	for _, user := range users {
		binding.Subjects = append(binding.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user})
	}
	if _, err := client.RbacV1().ClusterRoleBindings().Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, user := range users {
		for _, rule := range rules {
			effective(t, authorizationv1.SubjectAccessReviewSpec{User: user, ResourceAttributes: &authorizationv1.ResourceAttributes{
				Group: rule.APIGroups[0], Resource: rule.Resources[0], Verb: rule.Verbs[0],
			}})
		}
	}
	t.Cleanup(func() {
		ctx := context.Background()
		_ = client.RbacV1().ClusterRoleBindings().Delete(ctx, made.Name, metav1.DeleteOptions{})
		_ = client.RbacV1().ClusterRoles().Delete(ctx, made.Name, metav1.DeleteOptions{})
	})
}

// effective blocks until the API server permits it: a role takes a moment to count.
func effective(t *testing.T, access authorizationv1.SubjectAccessReviewSpec) {
	t.Helper()
	client := acctest.Client(t)
	acctest.Eventually(t, "the rights of "+access.User, func(ctx context.Context) (bool, error) {
		review, err := client.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{Spec: access}, metav1.CreateOptions{})
		return err == nil && review.Status.Allowed, err
	})
}

// everythingAllowed is the rights of an administrator.
func everythingAllowed() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}}}
}
