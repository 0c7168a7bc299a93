package cluster_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// said is Terraform's output without the frames and line breaks of its messages.
func said(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
}

// Only Kubernetes' own NotFound for the Namespace itself means that a cluster is gone.
// Any other answer, to the read of it or of a child, is an error, and the state stays.
func TestAccCluster_noOtherAnswerMeansGone(t *testing.T) {
	t.Parallel()
	name := acctest.ClusterName(t)
	var fault atomic.Pointer[func(*http.Request) acctest.Fault]
	block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if f := fault.Load(); f != nil {
			return (*f)(r)
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(block + config(name, everyChild))
	terraform.Must(0, "apply", "-auto-approve")
	answers := map[string]acctest.Fault{
		"plain 404": acctest.Answer(http.StatusNotFound),
		"plain 409": acctest.Answer(http.StatusConflict),
		"conflict":  acctest.AnswerStatus(metav1.Status{Code: http.StatusConflict, Reason: metav1.StatusReasonConflict, Message: "Operation cannot be fulfilled"}),
		"not found": acctest.AnswerStatus(metav1.Status{
			Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: `things "x" not found`, Details: &metav1.StatusDetails{Kind: "things", Name: "x"},
		}),
	}
	for _, path := range []string{"/namespaces/" + name, "/resourcequotas", "/rolebindings"} {
		for _, answer := range slices.Sorted(maps.Keys(answers)) {
			hit := func(r *http.Request) acctest.Fault {
				if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, path) {
					return answers[answer]
				}
				return acctest.Pass
			}
			fault.Store(&hit)
			if output, code := terraform.Run("apply", "-refresh-only", "-auto-approve"); code != 1 {
				t.Errorf("%s to a read of %s: a refresh ends with %d:\n%s", answer, path, code, output)
			}
		}
	}
	fault.Store(nil)
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// remake has somebody else delete a namespace and make another of the same name.
func remake(t *testing.T, client *kubernetes.Clientset, name string) *corev1.Namespace {
	t.Helper()
	if err := client.CoreV1().Namespaces().Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "the end of "+name, func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
	made, err := client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// A namespace that somebody else made in the place of a cluster's own is named, with
// since when it is there. No destroy takes it, until an apply has made it the cluster.
func TestAccCluster_namesakeIsNamedAndNotDestroyed(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	terraform := acctest.NewCLI(t)
	body := config(name, "quota = { instances = 3 }\n  access = { a = { role = \"view\", users = [\"jane\"] } }")
	terraform.Configure(body)
	terraform.Must(0, "apply", "-auto-approve")
	theirs := remake(t, client, name)

	since := theirs.CreationTimestamp.UTC().Format("2006-01-02T15:04:05Z")
	for _, command := range [][]string{{"plan"}, {"plan", "-refresh-only"}} {
		output := said(terraform.Must(0, command...))
		if !strings.Contains(output, "Cluster's Namespace was recreated by something else") || !strings.Contains(output, since) {
			t.Errorf("%v doesn't say that it is another one since %s:\n%s", command, since, output)
		}
	}
	// The state of a refresh makes no difference.
	terraform.Must(0, "apply", "-refresh-only", "-auto-approve")
	output := said(terraform.Must(0, "destroy", "-auto-approve"))
	if !strings.Contains(output, "stays") {
		t.Errorf("the destroy doesn't say that it stays:\n%s", output)
	}
	if now, err := client.CoreV1().Namespaces().Get(t.Context(), name, metav1.GetOptions{}); err != nil || now.UID != theirs.UID || now.DeletionTimestamp != nil {
		t.Fatalf("the destroy took it: %v, %v", now, err)
	}
	if output := said(terraform.Must(1, "apply", "-auto-approve")); !strings.Contains(output, "already exists") {
		t.Errorf("it is taken without a word:\n%s", output)
	}
}

// An apply whose plan has shown it goes on with such a namespace as the cluster.
func TestAccCluster_namesakeBecomesTheClusterByAnApply(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	terraform.Must(0, "apply", "-auto-approve")
	remake(t, client, name)
	// Nothing is declared that the other one lacks, and yet there is something to show.
	terraform.Must(2, "plan", "-detailed-exitcode")
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Must(0, "plan", "-refresh-only", "-detailed-exitcode")
	terraform.Must(0, "destroy", "-auto-approve")
	if err := gone(name)(t.Context(), client); err != nil {
		t.Error(err)
	}
}

// What a plan was made for is all that its apply writes to.
func TestAccCluster_namesakeSinceThePlanIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(name, ""))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config(name, `access = { a = { role = "view", users = ["jane"] } }`))
	terraform.Must(0, "plan", "-out=saved")
	remake(t, client, name)
	before, err := acctest.Snapshot(t.Context(), client, name)
	if err != nil {
		t.Fatal(err)
	}
	if output := said(terraform.Must(1, "apply", "saved")); !strings.Contains(output, "something else recreated it") {
		t.Errorf("the apply said\n%s", output)
	}
	after, err := acctest.Snapshot(t.Context(), client, name)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(before, after) {
		t.Errorf("it was written to: %v, and now %v", before, after)
	}
}

// Rights that lie in the cluster itself end with it. Its deletion is done all the same.
func TestAccCluster_rightsThatEndWithTheClusterDestroyIt(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	terraform := acctest.NewCLI(t)
	body := config(name, "force_destroy = true\n  quota = { instances = 3 }")
	terraform.Configure(body)
	terraform.Must(0, "apply", "-auto-approve")
	tenant := "tenant@" + name
	acctest.UserIn(t, tenant, &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: "tenant", Namespace: name},
		Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{""}, Resources: []string{"namespaces", "resourcequotas", "limitranges"}, Verbs: []string{"get", "list", "watch", "patch", "delete"}},
		},
	})
	terraform.Configure(acctest.FaultyProxy(t, func(*http.Request) acctest.Fault { return acctest.As(tenant) }) + body)
	output := said(terraform.Must(0, "destroy", "-auto-approve"))
	if !strings.Contains(output, "Warning: The cluster's end can't be watched") {
		t.Errorf("the destroy said\n%s", output)
	}
	acctest.Eventually(t, "the end of "+name, func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
	if left := terraform.Must(0, "state", "list"); left != "" {
		t.Errorf("in the state is still %s", left)
	}
}

// A refused read doesn't mean that a cluster is gone, and the way out is said. A cluster whose
// deletion was accepted is, though: the rights to look have ended with it.
func TestAccCluster_refusedReadIsTheEndOfADeletionOnly(t *testing.T) {
	t.Parallel()
	name, client := acctest.ClusterName(t), acctest.Client(t)
	var refuse atomic.Bool
	block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if refuse.Load() && strings.HasSuffix(r.URL.Path, "/namespaces/"+name) {
			return acctest.AnswerStatus(metav1.Status{
				Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden,
				Message: fmt.Sprintf(`namespaces %q is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the namespace %q`, name, name),
			})
		}
		return acctest.Pass
	})
	terraform := acctest.NewCLI(t)
	terraform.Configure(block + config(name, "force_destroy = true\n  timeouts = { delete = \"2s\" }"))
	terraform.Must(0, "apply", "-auto-approve")
	refuse.Store(true)
	if output := said(terraform.Must(1, "plan")); !strings.Contains(output, "terraform state rm") {
		t.Errorf("the plan said\n%s", output)
	}
	refuse.Store(false)
	terraform.Must(0, "plan", "-detailed-exitcode")

	holder := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "held", Finalizers: []string{"example.com/hold"}}}
	if _, err := client.CoreV1().ConfigMaps(name).Create(t.Context(), holder, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = client.CoreV1().ConfigMaps(name).Patch(context.Background(), "held", types.MergePatchType, []byte(letItGo), metav1.PatchOptions{})
	})
	terraform.Must(1, "destroy", "-auto-approve")
	refuse.Store(true)
	if output := said(terraform.Must(0, "apply", "-refresh-only", "-auto-approve")); !strings.Contains(output, "The cluster's end can't be watched") {
		t.Errorf("the refresh said\n%s", output)
	}
	if left := terraform.Must(0, "state", "list"); left != "" {
		t.Errorf("in the state is still %s", left)
	}
}
