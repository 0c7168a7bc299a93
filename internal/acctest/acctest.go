package acctest

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// NamePrefix begins the name of every Namespace that a test creates, so that a sweep finds what a
// broken run has left.
const NamePrefix = "mar-acc-"

// Providers is the provider under test, served in the test's process.
func Providers() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"mar": func() (tfprotov6.ProviderServer, error) { return newProven() },
	}
}

// IsEmbedded reports whether the tests run on the embedded cluster, whose Pods obey their
// annotations.
func IsEmbedded() bool { return os.Getenv(envOwnCluster) == "" }

// NeedsEmbedded skips a test on other clusters, because it controls Pods by the embedded cluster's
// annotations.
func NeedsEmbedded(tb testing.TB) {
	tb.Helper()
	if !IsEmbedded() {
		tb.Skipf("needs the embedded cluster, whose Pods behave as their annotations say; %s names another one", envOwnCluster)
	}
}

// Kubeconfig is the path of the kubeconfig of the tested cluster's administrator.
func Kubeconfig(tb testing.TB) string {
	tb.Helper()
	return pathIn(tb, envAdministrator)
}

// LimitedKubeconfig is the path of the provider's default kubeconfig in tests. On the embedded
// cluster its user has the rights of the published roles.
func LimitedKubeconfig(tb testing.TB) string {
	tb.Helper()
	return pathIn(tb, envKubeconfig)
}

func pathIn(tb testing.TB, variable string) string {
	tb.Helper()
	path := os.Getenv(variable)
	if path == "" {
		tb.Skipf("acceptance tests run with %s set", envAcceptance)
	}
	return path
}

// Client talks to the tested cluster as its administrator, without the provider.
func Client(tb testing.TB) *kubernetes.Clientset {
	tb.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", Kubeconfig(tb))
	if err != nil {
		tb.Fatal(err)
	}
	config.QPS, config.WarningHandler = -1, rest.NoWarnings{}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// ClusterName returns a name for a cluster that the test creates through the provider. What is left
// of it after the test is removed.
func ClusterName(tb testing.TB) string {
	tb.Helper()
	if os.Getenv(envAcceptance) == "" {
		tb.Skipf("acceptance tests run with %s set", envAcceptance)
	}
	name := NamePrefix + rand.String(8)
	RemoveAfter(tb, name)
	return name
}

// RemoveAfter removes what is left of a cluster after the test, for names that begin with one of
// ClusterName's.
func RemoveAfter(tb testing.TB, name string) {
	tb.Helper()
	client := Client(tb)
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := client.CoreV1().Namespaces().Delete(ctx, name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
			tb.Errorf("clean up: %v", err)
		}
	})
}

// Namespace creates a Namespace without the provider and returns its name. It blocks until Pods can
// be created in it.
func Namespace(tb testing.TB) string {
	tb.Helper()
	name := ClusterName(tb)
	client := Client(tb)
	if _, err := client.CoreV1().Namespaces().Create(tb.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
		tb.Fatal(err)
	}
	Eventually(tb, "the default ServiceAccount of "+name, func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().ServiceAccounts(name).Get(ctx, "default", metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		return err == nil, err
	})
	return name
}

// Eventually blocks until the condition holds; the test fails on its error, or
// after 30 s.
func Eventually(tb testing.TB, what string, condition func(context.Context) (bool, error)) {
	tb.Helper()
	const limit, pause = 30 * time.Second, 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(tb.Context(), limit)
	defer cancel()
	for {
		ok, err := condition(ctx)
		if ok {
			return
		}
		if err != nil {
			tb.Fatalf("wait for %s: %v", what, err)
		}
		select {
		case <-ctx.Done():
			tb.Fatalf("%s didn't come about within %s", what, limit)
		case <-time.After(pause):
		}
	}
}

// Server turns a check of the server into a check of a test step.
func Server(t *testing.T, look func(ctx context.Context, client *kubernetes.Clientset) error) resource.TestCheckFunc {
	t.Helper()
	return func(*terraform.State) error { return look(t.Context(), Client(t)) }
}

// Behind makes a change outside Terraform, as a test step's PreConfig.
func Behind(t *testing.T, change func(ctx context.Context, client *kubernetes.Clientset) error) func() {
	t.Helper()
	return func() {
		if err := change(t.Context(), Client(t)); err != nil {
			t.Fatalf("change behind Terraform's back: %v", err)
		}
	}
}
