package examples_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// testModule runs the tests that a module brings along.
func testModule(t *testing.T, e example) {
	t.Helper()
	t.Parallel()
	name := acctest.ClusterName(t)
	terraform := acctest.NewCLI(t)
	files := read(t, e)
	if _, withActions := files["actions.tf"]; withActions && !acctest.IsOpenTofu(t) {
		acctest.Needs(t, acctest.Actions)
	}
	for file, text := range files {
		terraform.Write(file, text)
	}
	terraform.Must(0, "init")
	output := terraform.Must(0, "test", "-var", "name="+name)
	if strings.Contains(output, "Warning:") || !strings.Contains(output, "Success!") {
		t.Errorf("its tests don't pass without a warning:\n%s", output)
	}
	if err := gone([]string{name})(t.Context(), acctest.Client(t)); err != nil {
		t.Errorf("its tests leave something behind: %v\n%s", err, output)
	}
}

// environments is the example of that name, with a prefix that nobody else has.
type environments struct {
	terraform *acctest.CLI
	prefix    string
}

func stages() []string { return []string{"dev", "staging", "prod"} }

func environmentsOf(t *testing.T, e example) environments {
	t.Helper()
	made := environments{acctest.NewCLI(t), acctest.ClusterName(t)}
	for _, stage := range stages() {
		acctest.RemoveAfter(t, made.name(stage))
	}
	for _, part := range append(modules(t), e) {
		for file, text := range read(t, part) {
			made.terraform.Write(part.path+"/"+file, text)
		}
	}
	made.must(0, "init")
	return made
}

func modules(t *testing.T) []example {
	t.Helper()
	return slices.DeleteFunc(find(t), func(e example) bool { return e.kind != module })
}

func (e environments) name(stage string) string { return e.prefix + "-" + stage }

func (e environments) must(code int, args ...string) string {
	if args[0] != "init" {
		args = append(args, "-var", "prefix="+e.prefix)
	}
	return e.terraform.Must(code, append([]string{"-chdir=environments"}, args...)...)
}

// testEnvironments holds that the environments are made, differ in what they
// should differ in, plan empty without a warning, and go only where none of them
// is protected.
func testEnvironments(t *testing.T, e example) {
	t.Helper()
	t.Parallel()
	made := environmentsOf(t, e)
	if output := made.must(0, "apply", "-auto-approve"); strings.Contains(output, "assertion failed") {
		t.Errorf("a check doesn't hold:\n%s", output)
	}
	if output := made.must(0, "plan", "-detailed-exitcode"); strings.Contains(output, "Warning:") {
		t.Errorf("a plan without changes warns:\n%s", output)
	}
	type environment struct{ cpu, instances, policies string }
	policies := "mar-egress mar-egress-dns mar-ingress mar-instance-to-instance"
	want := map[string]environment{
		"dev":     {"4", "web worker", policies},
		"staging": {"4", "web worker worker-2", policies},
		"prod":    {"24", "web web-2 web-3 worker worker-2", policies},
	}
	got := map[string]environment{}
	for _, stage := range stages() {
		cpu, instances, policies := lookAt(t, made.name(stage))
		got[stage] = environment{cpu, instances, policies}
	}
	if !maps.Equal(got, want) {
		t.Errorf("the server has %v, want %v", got, want)
	}
	testOperators(t, made)

	if output := made.must(1, "destroy", "-auto-approve"); !strings.Contains(output, "deletion_protection") {
		t.Errorf("prod isn't protected:\n%s", output)
	}
	made.must(0, "apply", "-auto-approve", "-var", "protected=[]")
	made.must(0, "destroy", "-auto-approve", "-var", "protected=[]")
	if err := gone([]string{made.name("dev"), made.name("staging"), made.name("prod")})(t.Context(), acctest.Client(t)); err != nil {
		t.Error(err)
	}
}

// lookAt returns a cluster's quota on CPU, and the names of its running instances
// and of its policies.
func lookAt(t *testing.T, name string) (cpu, instances, policies string) {
	t.Helper()
	client := acctest.Client(t)
	quota, err := client.CoreV1().ResourceQuotas(name).Get(t.Context(), "mar-quota", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	pods, err := client.CoreV1().Pods(name).List(t.Context(), metav1.ListOptions{FieldSelector: "status.phase=Running"})
	if err != nil {
		t.Fatal(err)
	}
	found, err := client.NetworkingV1().NetworkPolicies(name).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var running, named []string
	for i := range pods.Items {
		running = append(running, pods.Items[i].Name)
	}
	for i := range found.Items {
		named = append(named, found.Items[i].Name)
	}
	hard := quota.Spec.Hard[corev1.ResourceLimitsCPU]
	return hard.String(), strings.Join(slices.Sorted(slices.Values(running)), " "), strings.Join(slices.Sorted(slices.Values(named)), " ")
}

// testOperators holds that who operates dev may start and stop instances there, by
// what the provider asks for, see no Secret, and do nothing in prod. The admins may
// start and stop them too.
func testOperators(t *testing.T, made environments) {
	t.Helper()
	for _, c := range []struct {
		stage, group, verb, resource string
		allowed                      bool
	}{
		{"dev", "shop-developers", "delete", "pods", true},
		{"dev", "shop-developers", "create", "pods", true},
		{"dev", "shop-developers", "create", "podtemplates", true},
		{"dev", "shop-developers", "patch", "podtemplates", true},
		{"dev", "shop-developers", "delete", "podtemplates", true},
		{"dev", "shop-developers", "list", "events", true},
		{"dev", "shop-developers", "get", "secrets", false},
		{"dev", "shop-developers", "patch", "resourcequotas", false},
		{"prod", "shop-developers", "list", "pods", false},
		{"prod", "shop-developers", "delete", "pods", false},
		{"dev", "platform", "patch", "podtemplates", true},
		{"dev", "platform", "get", "secrets", true},
	} {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			Groups:             []string{c.group},
			ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: made.name(c.stage), Verb: c.verb, Resource: c.resource},
		}}
		answer, err := acctest.Client(t).AuthorizationV1().SubjectAccessReviews().Create(t.Context(), review, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status.Allowed != c.allowed {
			t.Errorf("%s may %s %s in %s: %t", c.group, c.verb, c.resource, c.stage, answer.Status.Allowed)
		}
	}
}

// What the checks are there for: a plan that changes nothing tells of an instance
// in trouble, and of a quota that is nearly used up.
func TestAccEnvironments_checksTellOfTrouble(t *testing.T) {
	acctest.NeedsEmbedded(t)
	t.Parallel()
	made := environmentsOf(t, example{"environments", modular})
	made.must(0, "apply", "-auto-approve")

	client, dev, staging := acctest.Client(t), made.name("dev"), made.name("staging")
	crash := []byte(`{"metadata":{"annotations":{"devcluster.mar.headgym.com/behavior":"crash-loop"}}}`)
	if _, err := client.CoreV1().Pods(dev).Patch(t.Context(), "worker", types.MergePatchType, crash, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("by-hand-%d", i)}, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}
		if _, err := client.CoreV1().Services(staging).Create(t.Context(), service, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		dev + " is degraded: 1 of 2 instances is in trouble: worker (CrashLoopBackOff).",
		staging + " has little left of its quota: 5 of 5 services are used (100%).",
	} {
		acctest.Eventually(t, "a plan that says: "+want, func(context.Context) (bool, error) {
			output := made.must(0, "plan", "-detailed-exitcode")
			return strings.Contains(strings.Join(strings.Fields(output), " "), want), nil
		})
	}
}
