package provider_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Promise 8: a secret value that the API server refuses is in no error and no log, though a
// policy's message quotes it.
func TestAccProvider_refusedSecretValuesDoNotLeak(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly, acctest.EphemeralResources)
	namespace := acctest.Namespace(t)
	secret := rand.Text()
	terraform := installed(t)
	config := func(name, key, value string) string {
		return fmt.Sprintf(`
variable "secret" {
  type      = string
  sensitive = true
  ephemeral = true
}

provider "mar" {
  config_path = %q
}

resource "mar_instance" "test" {
  cluster               = %q
  name                  = %q
  image                 = "registry.k8s.io/pause:3.10"
  secret_env_wo         = { %q = %s }
  secret_env_wo_version = 1
}
`, acctest.LimitedKubeconfig(t), namespace, name, key, value)
	}
	quoteSecrets(t, namespace)
	terraform.Configure(config("plain", "A", `"x"`))
	terraform.Must(0, "init")
	for title, c := range map[string]struct{ name, key, value, says string }{
		"quoted by a policy": {"quoted", "PASSWORD", "var.secret", "(secret value)"},
		"too large":          {"large", "PASSWORD", `join("", [for i in range(250) : join("", [for j in range(250) : var.secret])])`, "Too long"},
		"an invalid key":     {"key", "PASS WORD", "var.secret", "PASS WORD"},
	} {
		terraform.Configure(config(c.name, c.key, c.value))
		terraform.Env("TF_VAR_secret="+secret, "TF_LOG=TRACE")
		output := terraform.Must(1, "apply", "-auto-approve")
		if !strings.Contains(output, "[TRACE]") || !strings.Contains(output, c.says) {
			t.Errorf("%s: the test has tested nothing:\n%s", title, output[strings.LastIndex(output, "Error: ")+1:])
		}
		for form, text := range map[string]string{"plain": secret, "base64": base64.StdEncoding.EncodeToString([]byte(secret))} {
			if at := strings.Index(output, text); at >= 0 {
				t.Errorf("%s: the value is there (%s): %s", title, form, output[max(0, at-300):min(len(output), at+100)])
			}
		}
	}
}

// quoteSecrets has a policy refuse the namespace's Secrets that have a PASSWORD, and quote it,
// until the test ends.
func quoteSecrets(t *testing.T, namespace string) {
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
					Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
					Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"secrets"}},
				},
			}}},
			Validations: []admissionregistrationv1.Validation{{
				Expression:        `!has(object.data) || !("PASSWORD" in object.data) || size(object.data.PASSWORD) > 1000`,
				Message:           "it has a PASSWORD",
				MessageExpression: `"weak: " + string(object.data.PASSWORD)`,
			}},
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
	acctest.Eventually(t, "the admission policy to be at work", func(ctx context.Context) (bool, error) {
		probe := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "probe"}, StringData: map[string]string{"PASSWORD": "probe"}}
		_, err := client.CoreV1().Secrets(namespace).Create(ctx, probe, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err != nil && strings.Contains(err.Error(), "weak: "), nil
	})
}
