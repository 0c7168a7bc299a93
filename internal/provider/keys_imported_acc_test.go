package provider_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccKeys_importedAndUndeclared holds for what an import finds on a namespace, a Pod
// and a stopped instance and the configuration doesn't declare: the plan shows it as
// removed, it isn't there afterwards, and what another tool applies stays with a warning.
func TestAccKeys_importedAndUndeclared(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, client := acctest.Namespace(t), acctest.Client(t)
	maker := acctest.NewCLI(t)
	maker.Configure(fmt.Sprintf(`
resource "mar_instance" "stopped" {
  cluster        = %q
  name           = "stopped"
  image          = "registry.k8s.io/pause:3.10"
  desired_status = "Stopped"
}`, cluster))
	maker.Must(0, "apply", "-auto-approve")
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "running", Labels: map[string]string{"app": "theirs"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "registry.k8s.io/pause:3.10"}}},
	}
	if _, err := client.CoreV1().Pods(cluster).Create(t.Context(), pod, metav1.CreateOptions{FieldManager: "kubectl-create"}); err != nil {
		t.Fatal(err)
	}
	objects := map[string]keyed{
		"mar_cluster.test":     {client: client, path: "namespaces/" + cluster, of: "Namespace"},
		"mar_instance.running": {client: client, path: "namespaces/" + cluster + "/pods/running", of: "Pod"},
		"mar_instance.stopped": {client: client, path: "namespaces/" + cluster + "/podtemplates/stopped", of: "PodTemplate", templated: true},
	}
	for _, o := range objects {
		o.edit(t, map[string]any{keyPrefix + "edited": "1", keyPrefix + "shared": "1"})
		o.apply(t, map[string]any{keyPrefix + "applied": "1", keyPrefix + "shared": "1"})
	}

	terraform := acctest.NewCLI(t)
	terraform.Configure(fmt.Sprintf(`
import {
  to = mar_cluster.test
  id = %[1]q
}
import {
  to = mar_instance.running
  id = "%[1]s/running"
}
import {
  to = mar_instance.stopped
  id = "%[1]s/stopped"
}`, cluster))
	terraform.Must(0, "plan", "-generate-config-out=generated.tf")
	generated := terraform.Read("generated.tf")
	declared := regexp.MustCompile(`(?ms)^  (labels|annotations)\s+= \{.*?^  \}\n`)
	if found := declared.FindAllString(generated, -1); len(found) != 6 || strings.Count(generated, keyPrefix+"applied") != 6 {
		t.Fatalf("not all keys were generated:\n%s", generated)
	}
	terraform.Write("generated.tf", declared.ReplaceAllString(generated, ""))
	said := acctest.Hear(t, terraform.Must(2, "plan", "-detailed-exitcode", "-json", "-out=plan"))
	for address := range objects {
		var summaries []string
		for _, warning := range said.About("warning", address) {
			summary, _, _ := strings.Cut(warning.Summary, " of ")
			summaries = append(summaries, summary)
			if kept := summary == "Another tool keeps keys"; kept != strings.Contains(warning.Detail, "/shared") || kept == strings.Contains(warning.Detail, "/edited") {
				t.Errorf("%s: %s", address, warning.Detail)
			}
		}
		slices.Sort(summaries)
		want := []string{"Another tool keeps keys", "Imported annotations will be removed", "Imported labels will be removed"}
		if address == "mar_instance.stopped" {
			// This provider has made it, so that most of what is on it isn't others'.
			want = want[:1]
		}
		if !slices.Equal(summaries, want) {
			t.Errorf("%s: the plan warns of %v, want %v", address, summaries, want)
		}
	}
	terraform.Must(0, "apply", "plan")
	for address, o := range objects {
		for kind, got := range o.has(t) {
			if len(got) != 2 || got["applied"] != "1" || got["shared"] != "1" {
				t.Errorf("%s: the %s are %v", address, kind, got)
			}
		}
	}
	if app, there := objects["mar_instance.running"].all(t)["labels"]["app"]; there {
		t.Errorf("the label app is still there: %q", app)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// TestAccKeys_appOfAnotherTool holds that an instance gives its label app, which has a
// value without being declared too, up to a tool that applies it.
func TestAccKeys_appOfAnotherTool(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, client := acctest.Namespace(t), acctest.Client(t)
	config := func(labels string) string {
		return fmt.Sprintf("resource \"mar_instance\" \"test\" {\n  cluster = %q\n  name = \"web\"\n  image = \"registry.k8s.io/pause:3.10\"\n  labels = { %s }\n}", cluster, labels)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(`app = "web", team = "a"`))
	terraform.Must(0, "apply", "-auto-approve")
	pod := keyed{client: client, path: "namespaces/" + cluster + "/pods/web", of: "Pod"}
	pod.apply(t, map[string]any{"app": "web"})
	terraform.Configure(config(`team = "b"`))
	if out := terraform.Must(0, "apply", "-auto-approve"); !strings.Contains(out, "label app, applied by") {
		t.Errorf("the apply says\n%s", out)
	}
	if labels := pod.all(t)["labels"]; labels["app"] != "web" || labels["team"] != "b" {
		t.Errorf("the labels are %v", labels)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
	// The next change doesn't take it back either.
	terraform.Configure(config(`team = "c"`))
	terraform.Must(0, "apply", "-auto-approve")
	if labels := pod.all(t)["labels"]; labels["app"] != "web" || labels["team"] != "c" {
		t.Errorf("the labels are %v", labels)
	}
}

// TestAccKeys_afterAnotherFieldManager holds that keys which were written under another
// name go with their declaration, and that force_conflicts takes them from another tool
// as well, without a warning.
func TestAccKeys_afterAnotherFieldManager(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, client := acctest.ClusterName(t), acctest.Client(t)
	objects := map[string]keyed{
		"mar_cluster.test":     {client: client, path: "namespaces/" + cluster, of: "Namespace"},
		"mar_instance.running": {client: client, path: "namespaces/" + cluster + "/pods/running", of: "Pod"},
		"mar_instance.stopped": {client: client, path: "namespaces/" + cluster + "/podtemplates/stopped", of: "PodTemplate", templated: true},
	}
	config := func(provider string, keys ...string) string {
		declared := map[string]string{}
		for _, key := range keys {
			declared[keyPrefix+key] = "1"
		}
		return fmt.Sprintf(`
provider "mar" {
  %[2]s
}
resource "mar_cluster" "test" {
  name        = %[1]q
  labels      = %[3]s
  annotations = %[3]s
}
resource "mar_instance" "running" {
  cluster     = mar_cluster.test.name
  name        = "running"
  image       = "registry.k8s.io/pause:3.10"
  labels      = %[3]s
  annotations = %[3]s
}
resource "mar_instance" "stopped" {
  cluster        = mar_cluster.test.name
  name           = "stopped"
  image          = "registry.k8s.io/pause:3.10"
  desired_status = "Stopped"
  labels         = %[3]s
  annotations    = %[3]s
}`, cluster, provider, hclMap(declared))
	}
	holds := func(want ...string) {
		t.Helper()
		for address, o := range objects {
			for kind, got := range o.has(t) {
				if len(got) != len(want) || slices.ContainsFunc(want, func(key string) bool { return got[key] != "1" }) {
					t.Errorf("%s: the %s are %v, want %v", address, kind, got, want)
				}
			}
		}
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("", "former", "taken", "stays"))
	terraform.Must(0, "apply", "-auto-approve")
	for _, o := range objects {
		o.apply(t, map[string]any{keyPrefix + "taken": "1"})
	}

	terraform.Configure(config(`field_manager = "team-a"`, "taken", "stays"))
	if out := terraform.Must(0, "apply", "-auto-approve"); strings.Contains(out, "Warning") {
		t.Errorf("the apply warns:\n%s", out)
	}
	holds("taken", "stays")
	terraform.Must(0, "plan", "-detailed-exitcode")

	terraform.Configure(config(`force_conflicts = true`, "stays"))
	if out := terraform.Must(0, "apply", "-auto-approve"); strings.Contains(out, "Warning") {
		t.Errorf("the apply warns:\n%s", out)
	}
	holds("stays")
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// TestAccKeys_otherAttributesOfANamespace holds the rule for the labels that region and
// pod_security stand for: what another tool applies of them stays, the plan warns on the
// attribute, and the next plan is empty.
func TestAccKeys_otherAttributesOfANamespace(t *testing.T) {
	t.Parallel()
	cluster, client := acctest.ClusterName(t), acctest.Client(t)
	const region, enforce, warn = "topology.kubernetes.io/region", "pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/warn"
	namespace := keyed{client: client, path: "namespaces/" + cluster, of: "Namespace"}
	config := func(body string) string {
		return fmt.Sprintf("resource \"mar_cluster\" \"test\" {\n  name = %q\n  %s\n}", cluster, body)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("region = \"eu\"\n  pod_security = { enforce = \"baseline\", warn = \"baseline\" }"))
	terraform.Must(0, "apply", "-auto-approve")
	namespace.send(t, types.ApplyPatchType, fmt.Sprintf(`{"apiVersion":"v1","kind":"Namespace","metadata":{"labels":{%q:"eu",%q:"baseline"}}}`, region, warn),
		metav1.PatchOptions{FieldManager: "argocd-controller"})
	namespace.send(t, types.MergePatchType, fmt.Sprintf(`{"metadata":{"labels":{%q:"privileged"}}}`, enforce), metav1.PatchOptions{FieldManager: "kubectl-edit"})
	terraform.Configure(config(""))
	said := acctest.Hear(t, terraform.Must(0, "apply", "-auto-approve", "-json"))
	warnings := said.About("warning", "mar_cluster.test")
	if len(warnings) == 0 || !strings.Contains(warnings[0].Detail, "label "+region+", applied by") || !strings.Contains(warnings[0].Detail, "label "+warn+", applied by") || strings.Contains(warnings[0].Detail, enforce) {
		t.Errorf("the warnings are %+v", warnings)
	}
	labels := namespace.all(t)["labels"]
	if _, still := labels[enforce]; still || labels[region] != "eu" || labels[warn] != "baseline" {
		t.Errorf("the labels are %v", labels)
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}
