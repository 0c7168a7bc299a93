package cluster_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// inForce fails where a quota of the cluster doesn't count, or no instance can be made.
func inForce(t *testing.T, client *kubernetes.Clientset, name string) {
	t.Helper()
	quotas, err := client.CoreV1().ResourceQuotas(name).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, quota := range quotas.Items {
		if !apiequality.Semantic.DeepEqual(quota.Spec.Hard, quota.Status.Hard) {
			t.Errorf("the quota %s says %v, and %v counts", quota.Name, quota.Spec.Hard, quota.Status.Hard)
		}
	}
	if _, err := client.CoreV1().ServiceAccounts(name).Get(t.Context(), "default", metav1.GetOptions{}); err != nil {
		t.Error(err)
	}
}

// after does something in a while, and returns the function that waits until it is done.
func after(wait time.Duration, do func()) (join func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(wait)
		do()
	}()
	return func() { <-done }
}

// An apply of a cluster ends when its quotas count and instances can be made, also those
// of a change.
func TestAccCluster_applyEndsWhenQuotasCount(t *testing.T) {
	if !acctest.Alone(t) {
		return
	}
	name, client := acctest.ClusterName(t), acctest.Client(t)
	body := func(count int) string {
		return config(name, fmt.Sprintf("quota = { instances = %d }\n  scoped_quotas = { a = { scopes = [\"Terminating\"], instances = %d, extra = { \"count/things.example.org\" = \"1\" } } }", count, count))
	}
	terraform := acctest.NewCLI(t)
	for count := range 2 {
		terraform.Configure(body(count + 2))
		join := after(4*time.Second, acctest.PauseControllers(t))
		terraform.Must(0, "apply", "-auto-approve")
		inForce(t, client, name)
		join()
	}
}

// A quota that isn't counted in time is an error that says what holds it. All was written,
// so that nothing is left to apply.
func TestAccCluster_quotaThatIsNotCountedIsAnError(t *testing.T) {
	if !acctest.Alone(t) {
		return
	}
	name, client := acctest.ClusterName(t), acctest.Client(t)
	body := func(count int) string {
		return config(name, fmt.Sprintf("quota = { instances = %d }\n  timeouts = { create = \"4s\", update = \"4s\" }", count))
	}
	terraform := acctest.NewCLI(t)
	resume := acctest.PauseControllers(t)
	terraform.Configure(body(2))
	output := said(terraform.Must(1, "apply", "-auto-approve"))
	for _, want := range []string{"mar-quota", "kube-controller-manager", "spec.hard: pods=2", "status.hard: nothing", "terraform untaint"} {
		if !strings.Contains(output, want) {
			t.Errorf("%q isn't in\n%s", want, output)
		}
	}
	resume()
	acctest.Eventually(t, "the count", func(ctx context.Context) (bool, error) {
		quota, err := client.CoreV1().ResourceQuotas(name).Get(ctx, "mar-quota", metav1.GetOptions{})
		return err == nil && len(quota.Status.Hard) > 0, err
	})
	terraform.Must(0, "untaint", address)
	terraform.Must(0, "plan", "-detailed-exitcode")

	resume = acctest.PauseControllers(t)
	terraform.Configure(body(3))
	output = said(terraform.Must(1, "apply", "-auto-approve"))
	for _, want := range []string{"spec.hard: pods=3", "status.hard: pods=2"} {
		if !strings.Contains(output, want) {
			t.Errorf("%q isn't in\n%s", want, output)
		}
	}
	resume()
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// Without its default ServiceAccount a cluster takes no instances, and isn't made yet.
func TestAccCluster_createWaitsForTheDefaultAccount(t *testing.T) {
	if !acctest.Alone(t) {
		return
	}
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	acctest.PauseControllers(t)
	terraform.Configure(config(name, `timeouts = { create = "4s" }`))
	output := said(terraform.Must(1, "apply", "-auto-approve"))
	for _, want := range []string{"ServiceAccount " + name + "/default", "kube-controller-manager"} {
		if !strings.Contains(output, want) {
			t.Errorf("%q isn't in\n%s", want, output)
		}
	}
}

// Ctrl-C while all is written, and only not in force, taints nothing.
func TestAccCluster_cancelledWaitTaintsNothing(t *testing.T) {
	if !acctest.Alone(t) {
		return
	}
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	resume := acctest.PauseControllers(t)
	terraform.Configure(config(name, `quota = { instances = 2 }`))
	now := make(chan struct{})
	join := after(5*time.Second, func() { close(now) })
	output, _, _ := terraform.Interrupt(now, "apply", "-auto-approve")
	join()
	if output := said(output); !strings.Contains(output, "Stopped waiting for ResourceQuota") {
		t.Errorf("the apply said\n%s", output)
	}
	resume()
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// A quota that can't be changed into what is wanted is replaced without a moment in which
// nothing is limited.
func TestAccCluster_quotaIsReplacedWithoutAMomentWithoutOne(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, `quota = { instances = 2 }`))
	terraform.Must(0, "apply", "-auto-approve")
	quotas := client.CoreV1().ResourceQuotas(name)
	edited, err := quotas.Patch(t.Context(), "mar-quota", types.MergePatchType,
		[]byte(`{"spec":{"scopeSelector":{"matchExpressions":[{"scopeName":"BestEffort","operator":"Exists"}]}}}`), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	events, err := quotas.Watch(t.Context(), metav1.ListOptions{ResourceVersion: edited.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	var bare atomic.Int64
	seen := make(chan struct{})
	go func() {
		defer close(seen)
		counted, began := map[string]bool{}, false
		for event := range events.ResultChan() {
			quota, ok := event.Object.(*corev1.ResourceQuota)
			if !ok {
				continue
			}
			counts := event.Type != watch.Deleted && quota.Spec.ScopeSelector == nil && apiequality.Semantic.DeepEqual(quota.Spec.Hard, quota.Status.Hard)
			counted[quota.Name] = counts
			limited := false
			for _, c := range counted {
				limited = limited || c
			}
			began = began || limited
			if began && !limited {
				bare.Add(1)
			}
		}
	}()
	terraform.Must(0, "apply", "-auto-approve")
	events.Stop()
	<-seen
	if n := bare.Load(); n > 0 {
		t.Errorf("%d times no quota limited all", n)
	}
	left, err := quotas.List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(left.Items) != 1 || left.Items[0].Name != "mar-quota" || left.Items[0].Spec.ScopeSelector != nil {
		t.Errorf("left are %+v", left.Items)
	}
	inForce(t, client, name)
	terraform.Must(0, "plan", "-detailed-exitcode")
}
