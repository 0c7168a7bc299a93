package cluster_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// A cluster that is being deleted is scaling down.
func TestAccClusterDataSource_statusOfADeletion(t *testing.T) {
	t.Parallel()
	name := acctest.Namespace(t)
	client := acctest.Client(t)
	holder := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "held", Finalizers: []string{"example.com/holds"}}}
	if _, err := client.CoreV1().ConfigMaps(name).Create(t.Context(), holder, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := client.CoreV1().ConfigMaps(name).Patch(context.Background(), "held", "application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
		if err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	if err := client.CoreV1().Namespaces().Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	looks(t, name, sees("phase", "Terminating"), sees("status", "scaling"), sees("status_reason", "It is being deleted."))
}

// A cluster whose deletion the API server reports as failing has failed.
func TestAccClusterDataSource_statusOfAFailingDeletion(t *testing.T) {
	t.Parallel()
	name := acctest.Namespace(t)
	client := acctest.Client(t)
	forbidDeletes(t, name)
	if err := client.CoreV1().Namespaces().Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "the deletion to fail", func(ctx context.Context) (bool, error) {
		ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, c := range ns.Status.Conditions {
			if c.Type == corev1.NamespaceDeletionContentFailure && c.Status == corev1.ConditionTrue {
				return true, nil
			}
		}
		return false, nil
	})
	looks(t, name, sees("phase", "Terminating"), sees("status", "failed"),
		reasonLike(`^Its deletion, requested at .*, doesn't finish: .*condition NamespaceDeletionContentFailure: ContentDeletionFailed`))
	// What a policy says of it is free text: in the warning, and not in the state.
	terraform := acctest.NewCLI(t)
	terraform.Configure(lookup(name))
	if output := terraform.Must(0, "apply", "-auto-approve"); !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(output, "│", "")), " "), "denied request: this stays") {
		t.Errorf("nothing says what holds the deletion:\n%s", output)
	}
	if strings.Contains(terraform.Read("terraform.tfstate"), "this stays") {
		t.Error("the policy's message is in the state")
	}
}

// forbidDeletes has an admission policy refuse to delete the namespace's ConfigMaps,
// until the test ends.
func forbidDeletes(t *testing.T, namespace string) {
	t.Helper()
	client := acctest.Client(t)
	policies := client.AdmissionregistrationV1().ValidatingAdmissionPolicies()
	bindings := client.AdmissionregistrationV1().ValidatingAdmissionPolicyBindings()
	t.Cleanup(func() {
		_ = bindings.Delete(context.Background(), namespace, metav1.DeleteOptions{})
		_ = policies.Delete(context.Background(), namespace, metav1.DeleteOptions{})
	})
	_, err := policies.Create(t.Context(), &admissionregistrationv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: namespace},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionregistrationv1.MatchResources{ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
				RuleWithOperations: admissionregistrationv1.RuleWithOperations{
					Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Delete},
					Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"configmaps"}},
				},
			}}},
			Validations: []admissionregistrationv1.Validation{{Expression: "false", Message: "this stays"}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = bindings.Create(t.Context(), &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: namespace},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName:        namespace,
			ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
			MatchResources: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	configMaps := client.CoreV1().ConfigMaps(namespace)
	if _, err := configMaps.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "held"}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	acctest.Eventually(t, "the admission policy to be at work", func(ctx context.Context) (bool, error) {
		return configMaps.Delete(ctx, "held", metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}}) != nil, nil
	})
}

// Promise 9: however many instances there are, the cluster's status costs the pages of
// two lists beside the cluster itself, which is a request a kind of child.
func TestAccClusterDataSource_costsNoRequestAnInstance(t *testing.T) {
	t.Parallel()
	name := acctest.Namespace(t)
	for _, pod := range []string{"a", "b", "c", "d", "e"} {
		runPod(t, name, pod, "", isReady)
	}
	for pages, c := range map[string]struct {
		size int
		want int32
	}{
		"in one page":      {500, 9},
		"in pages of two":  {2, 11},
		"in pages of four": {4, 10},
	} {
		var requests atomic.Int32
		proxied := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
			if regexp.MustCompile(`/namespaces/` + name + `(/|$)`).MatchString(r.URL.Path) {
				requests.Add(1)
			}
			return acctest.PagesOf(c.size)
		})
		terraform := acctest.NewCLI(t)
		terraform.Configure(proxied + lookup(name) + `
output "running" {
  value = data.mar_cluster.test.instance_counts["Running"]
}`)
		output := terraform.Must(0, "apply", "-auto-approve")
		if !regexp.MustCompile(`(?m)^running = 5$`).MatchString(output) {
			t.Errorf("%s: not five running instances:\n%s", pages, output)
		}
		if got := requests.Load(); got != c.want {
			t.Errorf("%s: %d requests, want %d", pages, got, c.want)
		}
	}
}
