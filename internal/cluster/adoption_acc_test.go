package cluster_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// elsewhere makes a namespace as another tool would, with a quota, a limit range,
// a policy, a Role and a binding under names of its own.
func elsewhere(t *testing.T) outside {
	t.Helper()
	c := outside{acctest.Client(t), acctest.Namespace(t)}
	ctx := t.Context()
	for _, create := range []func() error{
		func() error {
			return patchNamespace(ctx, c.client, c.name, `{"metadata":{"labels":{"team":"risk","istio-injection":"enabled","pod-security.kubernetes.io/enforce":"baseline"},"annotations":{"example.com/owner":"risk"}}}`)
		},
		func() error { return c.createQuota(ctx, "team-quota") },
		// One that counts a part only is none that quota could stand for.
		func() error { return c.createQuota(ctx, "best-effort", corev1.ResourceQuotaScopeBestEffort) },
		func() error {
			limits := &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "team-limits"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
				Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{corev1.ResourceCPU: apiresource.MustParse("2")},
			}}}}
			_, err := c.client.CoreV1().LimitRanges(c.name).Create(ctx, limits, metav1.CreateOptions{})
			return err
		},
		func() error {
			_, err := c.client.NetworkingV1().NetworkPolicies(c.name).Create(ctx, &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "team-deny"}}, metav1.CreateOptions{})
			return err
		},
		func() error { return c.createRole(ctx, "team", nil) },
		func() error { return c.createBinding(ctx, "team", nil) },
		func() error { return c.createAccount(ctx, "team", nil) },
	} {
		if err := create(); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c outside) snapshot(t *testing.T) map[string]string {
	t.Helper()
	all, err := acctest.Snapshot(t.Context(), c.client, c.name)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func importing(name string) string {
	return fmt.Sprintf("import {\n  to = mar_cluster.test\n  id = %q\n}\n", name)
}

// A namespace that other tools made is imported as it is: the configuration that
// Terraform generates plans empty, and nothing of theirs was touched.
func TestAccCluster_importOfANamespaceMadeElsewhere(t *testing.T) {
	t.Parallel()
	c := elsewhere(t)
	before := c.snapshot(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(importing(c.name))
	terraform.Must(0, "plan", "-generate-config-out=generated.tf")
	generated := terraform.Read("generated.tf")
	for _, want := range []string{`instances`, `max = {`, `team`, `istio-injection`, `enforce = "baseline"`} {
		if !strings.Contains(oneSpaced(generated), want) {
			t.Errorf("%s isn't in\n%s", want, generated)
		}
	}
	if out := terraform.Must(0, "apply", "-auto-approve"); !strings.Contains(out, "1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("the import changed something:\n%s", out)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	if diff := cmp.Diff(before, c.snapshot(t)); diff != "" {
		t.Errorf("the import touched something, -before +now:\n%s", diff)
	}
}

func oneSpaced(text string) string { return strings.Join(strings.Fields(text), " ") }

const imported = `
  labels       = { team = "risk", "istio-injection" = "enabled" }
  annotations  = { "example.com/owner" = "risk" }
  pod_security = { enforce = "baseline" }
`

// What an import found is adopted: changes are written to it under its own name;
// taken out of the configuration it is let go of, and never deleted.
func TestAccCluster_importedQuotaAndLimitsAreAdoptedAndNeverDeleted(t *testing.T) {
	t.Parallel()
	c := elsewhere(t)
	before := c.snapshot(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(importing(c.name) + config(c.name, imported+`
  quota       = { instances = 9 }
  limit_range = { container = { max = { cpu = "3" } } }`))
	if out := terraform.Must(0, "apply", "-auto-approve"); !strings.Contains(out, "1 imported, 0 added, 1 changed") {
		t.Errorf("not a change in place:\n%s", out)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	quota, err := c.client.CoreV1().ResourceQuotas(c.name).Get(t.Context(), "team-quota", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	limits, err := c.client.CoreV1().LimitRanges(c.name).Get(t.Context(), "team-limits", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if quota.Spec.Hard.Pods().Value() != 9 || limits.Spec.Limits[0].Max.Cpu().Value() != 3 || len(quota.Labels)+len(limits.Labels) > 0 {
		t.Errorf("quota %v %v, limits %v %v", quota.Spec.Hard, quota.Labels, limits.Spec.Limits, limits.Labels)
	}

	// Drift of what is adopted is drift.
	if err := c.patchQuota(t.Context(), "team-quota", `{"spec":{"hard":{"pods":"1"}}}`); err != nil {
		t.Fatal(err)
	}
	terraform.Must(2, "plan", "-detailed-exitcode")
	terraform.Must(0, "apply", "-auto-approve")

	terraform.Configure(config(c.name, imported))
	out := terraform.Must(0, "apply", "-auto-approve")
	for _, want := range []string{"Warning: An imported ResourceQuota stays", "Warning: An imported LimitRange stays", "team-quota existed before"} {
		if !strings.Contains(oneSpaced(out), want) {
			t.Errorf("%q isn't in\n%s", want, out)
		}
	}
	if out := terraform.Must(0, "plan", "-detailed-exitcode"); strings.Contains(out, "Warning") {
		t.Errorf("it is said again:\n%s", out)
	}
	now := c.snapshot(t)
	for _, name := range []string{"ResourceQuota/team-quota", "ResourceQuota/best-effort", "LimitRange/team-limits"} {
		if now[name] == "" {
			t.Errorf("%s is gone", name)
		}
		delete(before, name)
		delete(now, name)
	}
	// The Namespace has got no label of ours, for nothing of it was changed.
	if diff := cmp.Diff(before, now); diff != "" {
		t.Errorf("something else was touched, -before +now:\n%s", diff)
	}
}

// What was adopted and is deleted by others is made anew, as the provider's own.
func TestAccCluster_adoptedQuotaThatIsDeletedIsMadeAnew(t *testing.T) {
	t.Parallel()
	c := elsewhere(t)
	body := imported + `
  quota       = { instances = 7 }
  limit_range = { container = { max = { cpu = "2" } } }`
	terraform := acctest.NewCLI(t)
	terraform.Configure(importing(c.name) + config(c.name, body))
	terraform.Must(0, "apply", "-auto-approve")
	if err := c.client.CoreV1().ResourceQuotas(c.name).Delete(t.Context(), "team-quota", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	terraform.Must(2, "plan", "-detailed-exitcode")
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	if quota, err := c.client.CoreV1().ResourceQuotas(c.name).Get(t.Context(), "mar-quota", metav1.GetOptions{}); err != nil || quota.Labels["app.kubernetes.io/managed-by"] == "" {
		t.Errorf("%v, %v", quota, err)
	}
	// And as such it goes with its declaration.
	terraform.Configure(config(c.name, imported))
	terraform.Must(0, "apply", "-auto-approve")
	if _, err := c.client.CoreV1().ResourceQuotas(c.name).Get(t.Context(), "mar-quota", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the quota is still there: %v", err)
	}
}

// Of several quotas none is chosen, and the import says which there are.
func TestAccCluster_importNamesSeveralQuotas(t *testing.T) {
	t.Parallel()
	c := elsewhere(t)
	if err := c.createQuota(t.Context(), "another"); err != nil {
		t.Fatal(err)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(importing(c.name) + config(c.name, imported+`
  limit_range = { container = { max = { cpu = "2" } } }`))
	out := oneSpaced(strings.ReplaceAll(terraform.Must(0, "apply", "-auto-approve"), "│", " "))
	if !strings.Contains(out, "2 ResourceQuotas: another, team-quota") || !strings.Contains(out, "1 imported, 0 added, 0 changed") {
		t.Errorf("the import said\n%s", out)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// Labels that others gave an imported namespace and that aren't declared: the plan
// says that they will be removed, warns, and the apply removes them.
func TestAccCluster_planAndApplyAgreeOnImportedLabels(t *testing.T) {
	t.Parallel()
	c := elsewhere(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(importing(c.name) + config(c.name, `
  labels      = { team = "risk" }
  quota       = { instances = 7 }
  limit_range = { container = { max = { cpu = "2" } } }`))
	out := terraform.Must(2, "plan", "-detailed-exitcode")
	for _, want := range []string{"Warning: Imported labels will be removed", "istio-injection", "Warning: Imported pod_security will be removed", "pod-security.kubernetes.io/enforce", "Warning: Imported annotations will be removed", "example.com/owner"} {
		if !strings.Contains(oneSpaced(strings.ReplaceAll(out, "│", " ")), want) {
			t.Errorf("%q isn't in\n%s", want, out)
		}
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	ns, err := c.client.CoreV1().Namespaces().Get(t.Context(), c.name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"team": "risk", "kubernetes.io/metadata.name": c.name, "app.kubernetes.io/managed-by": "terraform-provider-mar"}
	if diff := cmp.Diff(want, ns.Labels); diff != "" || len(ns.Annotations) > 0 {
		t.Errorf("annotations %v, labels, -want +got:\n%s", ns.Annotations, diff)
	}
	// What others add from now on is theirs.
	if err := patchNamespace(t.Context(), c.client, c.name, `{"metadata":{"labels":{"istio-injection":"enabled"}}}`); err != nil {
		t.Fatal(err)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// A limit range that says more than limit_range can isn't taken over: the import
// says so, and a limit_range that is declared leaves it as it is.
func TestAccCluster_limitRangeBeyondWordsIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := outside{acctest.Client(t), acctest.Namespace(t)}
	limits := &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "team-limits"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
		{Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{corev1.ResourceCPU: apiresource.MustParse("2")}},
		{Type: "example.com/Image", Max: corev1.ResourceList{corev1.ResourceStorage: apiresource.MustParse("1Gi")}},
	}}}
	if _, err := c.client.CoreV1().LimitRanges(c.name).Create(t.Context(), limits, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	before := c.snapshot(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(importing(c.name))
	terraform.Must(0, "plan", "-generate-config-out=generated.tf")
	out := oneSpaced(strings.ReplaceAll(terraform.Must(0, "apply", "-auto-approve"), "│", " "))
	if !strings.Contains(out, "Its LimitRange team-limits has limits for example.com/Image") || !strings.Contains(out, "1 imported, 0 added, 0 changed") {
		t.Errorf("the import said\n%s", out)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	if diff := cmp.Diff(before, c.snapshot(t)); diff != "" {
		t.Errorf("the import touched something, -before +now:\n%s", diff)
	}

	other := acctest.NewCLI(t)
	other.Configure(importing(c.name) + config(c.name, `limit_range = { container = { max = { cpu = "3" } } }`))
	other.Must(0, "apply", "-auto-approve")
	other.Must(0, "plan", "-detailed-exitcode")
	now := c.snapshot(t)
	if diff := cmp.Diff(before["LimitRange/team-limits"], now["LimitRange/team-limits"]); diff != "" || now["LimitRange/mar-limits"] == "" {
		t.Errorf("theirs, -before +now:\n%s\nours: %s", diff, now["LimitRange/mar-limits"])
	}
}
