package instance_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// together is what one plan changes of a cluster and makes in it: the instance is refused by
// what the cluster is before, and taken after.
type together struct {
	before, after, instance string
	// summary is of the warning where the cluster stays as it is, at where it points, says what it says.
	summary, at, says string
}

func changedTogether() map[string]together {
	return map[string]together{
		"a default limit": {
			before: `limit_range = { container = { default = { cpu = "500m" } } }`, after: `limit_range = { container = { default = { cpu = "2" } } }`,
			instance: `requests = { cpu = "1" }`,
			summary:  "Apply would be refused for a limit range's default", at: "requests", says: "`limit_range.container.default`",
		},
		"the default limit of another container": {
			before: `limit_range = { container = { default = { memory = "64Mi" } } }`, after: `limit_range = { container = { default = { memory = "1Gi" } } }`,
			instance: `pod = { containers = [{ name = "side", image = "registry.k8s.io/pause:3.10", resources = { requests = { memory = "128Mi" } } }] }`,
			summary:  "Apply would be refused for a limit range's default", at: "pod", says: "`limit_range.container.default`",
		},
		"the largest limit": {
			before: `limit_range = { container = { max = { cpu = "1" } } }`, after: `limit_range = { container = { max = { cpu = "4" } } }`,
			instance: `cpu = "2"`,
			summary:  "Apply would be refused by a limit range", at: "cpu", says: "Maximum cpu usage per Container is 1",
		},
		"a quota": {
			before: `quota = { cpu = "1" }`, after: `quota = { cpu = "4" }`,
			instance: `cpu = "2"`,
			summary:  "Apply would be refused by a quota", at: "cpu", says: "limited: limits.cpu=1",
		},
		"a number": {
			before: `quota = { instances = 0 }`, after: `quota = { instances = 1 }`,
			instance: `cpu = "100m"`,
			summary:  "Apply would be refused by a quota", at: "cluster", says: "has as many as its quota allows",
		},
		"a default that a quota asks for": {
			before: `quota = { cpu = "4" }`, after: "quota = { cpu = \"4\" }\n  limit_range = { container = { default = { cpu = \"1\" } } }",
			instance: `memory = "64Mi"`,
			summary:  "Apply would be refused by a quota", at: "resource", says: "each container must say how much",
		},
		"a scoped quota": {
			before: `scoped_quotas = { long = { scopes = ["NotTerminating"], instances = 0 } }`, after: `scoped_quotas = { long = { scopes = ["NotTerminating"], instances = 2 } }`,
			instance: `cpu = "100m"`,
			summary:  "Apply would be refused by a quota", at: "cluster", says: "mar-quota-long",
		},
		"Pod Security": {
			before: `pod_security = { enforce = "restricted" }`, after: `pod_security = { enforce = "baseline" }`,
			instance: `security = { run_as_non_root = false }`,
			summary:  "Apply would be refused by Pod Security", at: "security", says: "runAsNonRoot != true",
		},
		"a service account": {
			before: ``, after: `service_accounts = ["robot"]`,
			instance: `service_account = "robot"`,
			summary:  "Apply would be refused for a missing service account", at: "service_account", says: `"robot" not found`,
		},
		"a label that a policy looks at": {
			before: `labels = { frozen = "yes" }`, after: ``,
			instance: ``,
			summary:  "Apply would be refused by a policy", at: "resource", says: "nothing may be made in a frozen cluster",
		},
	}
}

// What one plan changes of a cluster isn't held against what it makes there. Where it changes
// nothing, that is a warning, or an error under strict.
func TestAccInstance_planOfClusterAndInstanceTogether(t *testing.T) {
	t.Parallel()
	frozen(t)
	for name, c := range changedTogether() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.ClusterName(t)
			config := func(mode, body, instance string) string {
				text := fmt.Sprintf("provider \"mar\" {\n  plan_validation = %q\n}\nresource \"mar_cluster\" \"test\" {\n  name = %q\n  %s\n}\n", mode, cluster, body)
				if instance != "-" {
					text += fmt.Sprintf("resource \"mar_instance\" \"test\" {\n  cluster = mar_cluster.test.name\n  name = \"web\"\n  image = %q\n  %s\n}\n", image, instance)
				}
				return text
			}
			terraform := acctest.NewCLI(t)
			terraform.Configure(config("off", c.before, "-"))
			terraform.Must(0, "apply", "-auto-approve")
			for mode, want := range map[string]string{"warn": "warning", "strict": "error"} {
				terraform.Configure(config(mode, c.before, c.instance))
				said := refusals(t, terraform, "plan", "-json", "-lock=false")
				if len(said) != 1 || said[0].Severity != want || !strings.HasPrefix(strings.TrimSpace(said[0].Snippet.Code), c.at) || !strings.Contains(said[0].Detail, c.says) || mode == "warn" && said[0].Summary != c.summary {
					t.Errorf("%s, alone: it says %v", mode, said)
				}
			}
			terraform.Configure(config("strict", c.after, c.instance))
			for _, args := range [][]string{{"plan"}, {"plan", "-refresh=false"}, {"plan", "-target=mar_instance.test"}} {
				if said := refusals(t, terraform, append(args, "-json", "-lock=false")...); len(said) > 0 {
					t.Errorf("%v, together: it says %v", args, said)
				}
			}
			terraform.Must(0, "plan", "-out=plan")
			terraform.Must(0, "apply", "plan")
			terraform.Must(0, "plan", "-detailed-exitcode")
			if _, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{}); err != nil {
				t.Errorf("the apply didn't make it: %v", err)
			}
			terraform.Must(0, "destroy", "-auto-approve")
		})
	}
}

// refusals are the diagnostics but those about quotas without defaults.
func refusals(t *testing.T, terraform *acctest.CLI, args ...string) []acctest.Said {
	t.Helper()
	output, _ := terraform.Run(args...)
	var all []acctest.Said
	for _, said := range acctest.Diagnostics(t, output) {
		if said.Summary != "A quota without default limits" && said.Summary != "Resource targeting is in effect" {
			all = append(all, said)
		}
	}
	return all
}

// frozen has a policy that lets nobody make anything where the Namespace is labelled so.
func frozen(t *testing.T) {
	t.Helper()
	ctx, name := t.Context(), acctest.ClusterName(t)
	client := acctest.Client(t).AdmissionregistrationV1()
	t.Cleanup(func() {
		_ = client.ValidatingAdmissionPolicyBindings().Delete(context.Background(), name, metav1.DeleteOptions{})
		_ = client.ValidatingAdmissionPolicies().Delete(context.Background(), name, metav1.DeleteOptions{})
	})
	_, policy := client.ValidatingAdmissionPolicies().Create(ctx, &admissionregistrationv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionregistrationv1.MatchResources{ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
				RuleWithOperations: admissionregistrationv1.RuleWithOperations{
					Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
					Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
				},
			}}},
			Validations: []admissionregistrationv1.Validation{{Expression: "false", Message: "nothing may be made in a frozen cluster"}},
		},
	}, metav1.CreateOptions{})
	_, binding := client.ValidatingAdmissionPolicyBindings().Create(ctx, &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: name, ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
			MatchResources: &admissionregistrationv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"frozen": "yes"}}},
		},
	}, metav1.CreateOptions{})
	if err := errors.Join(policy, binding); err != nil {
		t.Fatal(err)
	}
}

// With a literal name core may plan either first. Whether a strict plan passes doesn't depend
// on that.
func TestAccInstance_planOfALiteralNameDoesNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	cluster := acctest.ClusterName(t)
	config := func(quota, ofCluster, ofInstance string) string {
		return fmt.Sprintf(`
provider "mar" {
  plan_validation = "strict"
}
resource "mar_cluster" "test" {
  name  = %[1]q
  quota = { cpu = %[2]q, instances = 3 }
  %[3]s
}
resource "mar_instance" "test" {
  cluster = %[1]q
  name    = "web"
  image   = %[5]q
  cpu     = "2"
  %[4]s
}`, cluster, quota, ofCluster, ofInstance, image)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(strings.Split(config("1", "", ""), `resource "mar_instance"`)[0])
	terraform.Must(0, "apply", "-auto-approve")
	for _, c := range []struct {
		quota string
		code  int
	}{{"1", 1}, {"4", 0}} {
		for order, depends := range map[string][2]string{
			"the cluster first":  {"", "depends_on = [mar_cluster.test]"},
			"the instance first": {"depends_on = [mar_instance.test]", ""},
			"by chance":          {"", ""},
		} {
			terraform.Configure(config(c.quota, depends[0], depends[1]))
			if output, code := terraform.Run("plan", "-lock=false"); code != c.code {
				t.Errorf("a quota of %s, %s: the plan ends with %d:\n%s", c.quota, order, code, output)
			}
			if order == "the instance first" || c.code == 0 {
				continue
			}
			said := refusals(t, terraform, "plan", "-json", "-lock=false")
			if len(said) != 1 || said[0].Severity != "error" || !strings.HasPrefix(strings.TrimSpace(said[0].Snippet.Code), "cpu ") {
				t.Errorf("%s: it isn't said once, on the instance: %v", order, said)
			}
		}
	}
	// Nothing of this plan says that the cluster isn't changed by it.
	terraform.Must(0, "state", "rm", "mar_cluster.test")
	terraform.Configure(strings.Replace(config("1", "", ""), `resource "mar_cluster" "test" {`, "locals {", 1))
	said := refusals(t, terraform, "plan", "-json", "-lock=false")
	if len(said) != 1 || said[0].Severity != "warning" || !strings.Contains(said[0].Detail, "data.mar_cluster.<name>.name") {
		t.Errorf("of a cluster that isn't referred to it says %v", said)
	}
	for _, of := range []string{"data.mar_cluster.test.name", fmt.Sprintf("%q", cluster)} {
		terraform.Configure(fmt.Sprintf(`
provider "mar" {
  plan_validation = "strict"
}
data "mar_cluster" "test" {
  name = %[1]q
}
resource "mar_instance" "test" {
  cluster = %[3]s
  name    = "web"
  image   = %[2]q
  cpu     = "2"
}`, cluster, image, of))
		if _, code := terraform.Run("plan", "-lock=false"); code != 1 {
			t.Errorf("of a cluster that is only read, as %s, the plan ends with %d", of, code)
		}
	}
}
