package instance_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// mutated has a policy that changes every Pod by a patch, and fails where that can't be done.
func mutated(t *testing.T, patch string, operations ...admissionregistrationv1.OperationType) string {
	t.Helper()
	return refusing(t, func(ctx context.Context, client *kubernetes.Clientset, namespace string) error {
		policies, bindings := client.AdmissionregistrationV1().MutatingAdmissionPolicies(), client.AdmissionregistrationV1().MutatingAdmissionPolicyBindings()
		t.Cleanup(func() {
			_ = bindings.Delete(context.Background(), namespace, metav1.DeleteOptions{})
			_ = policies.Delete(context.Background(), namespace, metav1.DeleteOptions{})
		})
		_, policy := policies.Create(ctx, &admissionregistrationv1.MutatingAdmissionPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: namespace},
			Spec: admissionregistrationv1.MutatingAdmissionPolicySpec{
				MatchConstraints: &admissionregistrationv1.MatchResources{ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
					RuleWithOperations: admissionregistrationv1.RuleWithOperations{
						Operations: operations,
						Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
					},
				}}},
				FailurePolicy: ptr.To(admissionregistrationv1.Fail), ReinvocationPolicy: admissionregistrationv1.NeverReinvocationPolicy,
				Mutations: []admissionregistrationv1.Mutation{{
					PatchType: admissionregistrationv1.PatchTypeJSONPatch, JSONPatch: &admissionregistrationv1.JSONPatch{Expression: patch},
				}},
			},
		}, metav1.CreateOptions{})
		_, binding := bindings.Create(ctx, &admissionregistrationv1.MutatingAdmissionPolicyBinding{
			ObjectMeta: metav1.ObjectMeta{Name: namespace},
			Spec: admissionregistrationv1.MutatingAdmissionPolicyBindingSpec{
				PolicyName:     namespace,
				MatchResources: &admissionregistrationv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}}},
			},
		}, metav1.CreateOptions{})
		if slices.Contains(operations, admissionregistrationv1.Create) {
			untilRefused(t, namespace, "the admission policy", func(*corev1.Pod) {})
		}
		return errors.Join(policy, binding)
	})
}

// What the surroundings make of an instance isn't held against its configuration: it is no
// error under warn, and doesn't advise to change a field. What the configuration says is.
func TestAccInstance_planBlamesWhoMadeItInvalid(t *testing.T) {
	t.Parallel()
	failing := mutated(t, `[JSONPatch{op: "replace", path: "/spec/nodeSelector/none", value: "x"}]`, admissionregistrationv1.Create)
	odd := mutated(t, `[JSONPatch{op: "add", path: "/spec/dnsPolicy", value: "Odd"}]`, admissionregistrationv1.Create)
	label := mutated(t, `[JSONPatch{op: "add", path: "/metadata/labels/odd", value: "a b"}]`, admissionregistrationv1.Create)
	small := refusing(t, func(ctx context.Context, client *kubernetes.Clientset, namespace string) error {
		_, err := client.CoreV1().LimitRanges(namespace).Create(ctx, &corev1.LimitRange{
			ObjectMeta: metav1.ObjectMeta{Name: "theirs"},
			Spec:       corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, Default: corev1.ResourceList{"cpu": amount("500m")}, DefaultRequest: corev1.ResourceList{"cpu": amount("100m")}}}},
		}, metav1.CreateOptions{})
		untilRefused(t, namespace, "the limit range", func(pod *corev1.Pod) {
			pod.Spec.Containers[0].Resources.Requests = corev1.ResourceList{"cpu": amount("1")}
		})
		return err
	})
	plain := acctest.Namespace(t)
	for name, c := range map[string]struct {
		cluster, body, summary, at, says string
		invalid                          bool
	}{
		"a policy that fails":          {failing, "", "Apply would be refused by a policy", "resource", "An admission policy of this Kubernetes cluster forbids it", false},
		"a value that a policy sets":   {odd, "", "Apply would be refused for what the cluster makes of it", "resource", "The configuration by itself is valid", false},
		"a label that a policy sets":   {label, `labels = { mine = "ok" }`, "Apply would be refused for what the cluster makes of it", "resource", "The configuration by itself is valid", false},
		"a limit range's default":      {small, `requests = { cpu = "1" }`, "Apply would be refused for a limit range's default", "requests", "limit_range.container.default", false},
		"its own, beside a policy's":   {odd, `pod = { volumes = [{ name = "disk", iscsi = { targetPortal = "192.0.2.1", iqn = "iqn.2001-04.com.example:disk", lun = 256 } }] }`, "Could not create the instance ", "pod", "Change the named field's attribute", true},
		"its own, beside a default":    {small, `pod = { volumes = [{ name = "disk", iscsi = { targetPortal = "192.0.2.1", iqn = "iqn.2001-04.com.example:disk", lun = 256 } }] }`, "Could not create the instance ", "pod", "Change the named field's attribute", true},
		"its own limit and request":    {small, "cpu = \"500m\"\n  requests = { cpu = \"1\" }", "", "", "", true},
		"its own":                      {plain, `pod = { volumes = [{ name = "disk", iscsi = { targetPortal = "192.0.2.1", iqn = "iqn.2001-04.com.example:disk", lun = 256 } }] }`, "Could not create the instance ", "pod", "Change the named field's attribute", true},
		"what only a Pod is asked for": {plain, `pod = { nodeName = "node-1", schedulingGates = [{ name = "example.com/gate" }] }`, "Could not create the instance ", "pod", "Change the named field's attribute", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terraform := acctest.NewCLI(t)
			config := fmt.Sprintf("resource \"mar_instance\" \"test\" {\n  cluster = %q\n  name = \"web\"\n  image = %q\n  %s\n}\n", c.cluster, image, c.body)
			terraform.Configure(config)
			said := refusals(t, terraform, "plan", "-json", "-lock=false")
			severity := map[bool]string{false: "warning", true: "error"}[c.invalid]
			if len(said) != 1 || said[0].Severity != severity || !strings.HasPrefix(said[0].Summary, c.summary) || !strings.HasPrefix(strings.TrimSpace(said[0].Snippet.Code), c.at) || !strings.Contains(said[0].Detail, c.says) {
				t.Fatalf("the plan says %v", said)
			}
			if !c.invalid && strings.Contains(said[0].Detail, "Change the named field") {
				t.Errorf("the configuration is to change: %v", said)
			}
			if c.invalid {
				return
			}
			output, code := terraform.Run("apply", "-auto-approve", "-json")
			var errs []acctest.Said
			for _, s := range acctest.Diagnostics(t, output) {
				if s.Severity == "error" {
					errs = append(errs, s)
				}
			}
			if code != 1 || len(errs) != 1 || !strings.Contains(errs[0].Detail, c.says) || strings.Contains(errs[0].Detail, "Change the named field") {
				t.Errorf("the apply ends with %d and says %v", code, errs)
			}
		})
	}
}

// A change that a policy makes invalid isn't an invalid change.
func TestAccInstance_planBlamesWhoMadeAChangeInvalid(t *testing.T) {
	t.Parallel()
	cluster := mutated(t, `[JSONPatch{op: "replace", path: "/spec/restartPolicy", value: "Never"}]`, admissionregistrationv1.Update)
	terraform := acctest.NewCLI(t)
	config := func(mode, label string) string {
		return fmt.Sprintf("provider \"mar\" {\n  plan_validation = %q\n}\nresource \"mar_instance\" \"test\" {\n  cluster = %q\n  name = \"web\"\n  image = %q\n  labels = { a = %q }\n}\n", mode, cluster, image, label)
	}
	terraform.Configure(config("off", "1"))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config("warn", "2"))
	acctest.Eventually(t, "the admission policy to be at work", func(context.Context) (bool, error) {
		said := refusals(t, terraform, "plan", "-json", "-lock=false")
		return len(said) == 1 && said[0].Severity == "warning" && said[0].Summary == "Apply would be refused", nil
	})
}

// Instances that differ in their names alone are asked about once, and yet a policy that looks
// at names is heard.
func TestAccInstance_planAsksUnderItsOwnName(t *testing.T) {
	t.Parallel()
	cluster := refusing(t, func(ctx context.Context, client *kubernetes.Clientset, namespace string) error {
		policies, bindings := client.AdmissionregistrationV1().ValidatingAdmissionPolicies(), client.AdmissionregistrationV1().ValidatingAdmissionPolicyBindings()
		t.Cleanup(func() {
			_ = bindings.Delete(context.Background(), namespace, metav1.DeleteOptions{})
			_ = policies.Delete(context.Background(), namespace, metav1.DeleteOptions{})
		})
		_, policy := policies.Create(ctx, &admissionregistrationv1.ValidatingAdmissionPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: namespace},
			Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
				MatchConstraints: &admissionregistrationv1.MatchResources{ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
					RuleWithOperations: admissionregistrationv1.RuleWithOperations{
						Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
						Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
					},
				}}},
				Validations: []admissionregistrationv1.Validation{{Expression: `object.metadata.name.matches("^team-[0-9]$")`, Message: "begin names with team-"}},
			},
		}, metav1.CreateOptions{})
		_, binding := bindings.Create(ctx, &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
			ObjectMeta: metav1.ObjectMeta{Name: namespace},
			Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
				PolicyName: namespace, ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
				MatchResources: &admissionregistrationv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}}},
			},
		}, metav1.CreateOptions{})
		untilRefused(t, namespace, "the admission policy", func(*corev1.Pod) {})
		return errors.Join(policy, binding)
	})
	terraform := acctest.NewCLI(t)
	config := func(names, env string) string {
		return fmt.Sprintf("provider \"mar\" {\n  plan_validation = \"strict\"\n}\nresource \"mar_instance\" \"test\" {\n  for_each = toset([%s])\n  cluster = %q\n  name = each.key\n  image = %q\n  env = { A = %q }\n}\n", names, cluster, image, env)
	}
	terraform.Configure(config(`"team-1", "team-2", "team-3"`, "1"))
	if said := refusals(t, terraform, "plan", "-json", "-lock=false"); len(said) > 0 {
		t.Errorf("of good names it says %v", said)
	}
	terraform.Must(0, "apply", "-auto-approve")
	// The Pods that are replaced have the names still.
	terraform.Configure(config(`"team-1", "team-2", "team-3"`, "2"))
	if said := refusals(t, terraform, "plan", "-json", "-lock=false"); len(said) > 0 {
		t.Errorf("of replacements it says %v", said)
	}
	terraform.Configure(config(`"web-1"`, "1"))
	said := refusals(t, terraform, "plan", "-json", "-lock=false", "-target=mar_instance.test[\"web-1\"]")
	if len(said) != 1 || said[0].Severity != "error" || !strings.Contains(said[0].Detail, "begin names with team-") {
		t.Errorf("of a bad name it says %v", said)
	}
	terraform.Configure(config("", ""))
	terraform.Must(0, "destroy", "-auto-approve")
}

// Core plans before it destroys. What an apply would meet is no error of that plan, unless it is
// invalid by itself or the plan is strict, and then the error says how to destroy.
func TestAccInstance_destroyGoesOnBesideARefusedCreate(t *testing.T) {
	t.Parallel()
	quota, plain := full(t), acctest.Namespace(t)
	for name, c := range map[string]struct {
		mode, cluster, body string
		stops               bool
	}{
		"refused, warn":   {"warn", quota, `cpu = "4"` + "\n  memory = \"1Gi\"", false},
		"refused, strict": {"strict", quota, `cpu = "4"` + "\n  memory = \"1Gi\"", true},
		"invalid, warn":   {"warn", plain, `pod = { volumes = [{ name = "disk", iscsi = { targetPortal = "192.0.2.1", iqn = "iqn.2001-04.com.example:disk", lun = 256 } }] }`, true},
		"invalid, off":    {"off", plain, `pod = { volumes = [{ name = "disk", iscsi = { targetPortal = "192.0.2.1", iqn = "iqn.2001-04.com.example:disk", lun = 256 } }] }`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance := func(label, cluster, body string) string {
				return fmt.Sprintf("resource \"mar_instance\" %[1]q {\n  cluster = %[2]q\n  image = %[3]q\n  %[4]s\n}\n", label, cluster, image, body)
			}
			kept, block := instance("kept", acctest.Namespace(t), ""), fmt.Sprintf("provider \"mar\" {\n  plan_validation = %q\n}\n", c.mode)
			terraform := acctest.NewCLI(t)
			terraform.Configure(block + kept)
			terraform.Must(0, "apply", "-auto-approve")
			terraform.Configure(block + kept + instance("refused", c.cluster, c.body))
			output, code := terraform.Run("destroy", "-auto-approve", "-no-color")
			if (code != 0) != c.stops {
				t.Fatalf("the destroy ends with %d:\n%s", code, output)
			}
			if !c.stops {
				return
			}
			if said := strings.Join(strings.Fields(output), " "); !strings.Contains(said, "`terraform destroy -refresh=false`") {
				t.Errorf("it doesn't say how to destroy:\n%s", output)
			}
			terraform.Must(0, "destroy", "-auto-approve", "-refresh=false")
		})
	}
}

// One dry run that takes too long leaves the rest unchecked, which a strict plan doesn't pass over.
func TestAccInstance_strictPlanDoesNotPassUnchecked(t *testing.T) {
	t.Parallel()
	cluster := full(t)
	block, _ := listen(t, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Second):
		}
	})
	for mode, want := range map[string]struct {
		code     int
		severity string
	}{"warn": {0, "warning"}, "strict": {1, "error"}} {
		terraform := acctest.NewCLI(t)
		terraform.Configure(with(block, fmt.Sprintf("plan_validation = %q", mode)) + fmt.Sprintf("resource \"mar_instance\" \"test\" {\n  count = 12\n  cluster = %q\n  image = %q\n  cpu = \"${1 + count.index}00m\"\n}\n", cluster, image))
		said := acctest.Diagnostics(t, terraform.Must(want.code, "plan", "-json"))
		if len(said) != 1 || said[0].Severity != want.severity || said[0].Summary != "The plan couldn't be checked with the API server" {
			t.Errorf("%s: it says %v", mode, said)
		}
	}
}
