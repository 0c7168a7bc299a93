package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// keyed is an object with labels and annotations, as other tools see it.
type keyed struct {
	client *kubernetes.Clientset
	// path is below /api/v1, of is the kind.
	path, of string
	// templated is set where the keys are in template.metadata.
	templated bool
}

func (k keyed) within(meta string) string {
	if k.templated {
		return `{"template":{"metadata":` + meta + `}}`
	}
	return `{"metadata":` + meta + `}`
}

// keyMeta is the metadata with these keys as labels and as annotations alike.
func keyMeta(keys map[string]any) string {
	data, err := json.Marshal(map[string]any{"labels": keys, "annotations": keys})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func (k keyed) send(t *testing.T, kind types.PatchType, body string, options metav1.PatchOptions) {
	t.Helper()
	_, err := k.client.CoreV1().RESTClient().Verb(http.MethodPatch).AbsPath("/api/v1/"+k.path).SetHeader("Content-Type", string(kind)).
		VersionedParams(&options, metav1.ParameterCodec).Body([]byte(body)).DoRaw(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", k.path, err)
	}
}

// edit sets keys as kubectl edit does, a nil removes one.
func (k keyed) edit(t *testing.T, keys map[string]any) {
	t.Helper()
	k.send(t, types.MergePatchType, k.within(keyMeta(keys)), metav1.PatchOptions{FieldManager: "kubectl-edit"})
}

// apply applies keys as a tool does that was told to take them.
func (k keyed) apply(t *testing.T, keys map[string]any) {
	t.Helper()
	body := strings.Replace(k.within(keyMeta(keys)), "{", fmt.Sprintf(`{"apiVersion":"v1","kind":%q,`, k.of), 1)
	k.send(t, types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: "argocd-controller", Force: ptr.To(true)})
}

// all are the labels and annotations of the object.
func (k keyed) all(t *testing.T) map[string]map[string]string {
	t.Helper()
	data, err := k.client.CoreV1().RESTClient().Get().AbsPath("/api/v1/" + k.path).DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var o struct {
		Metadata metav1.ObjectMeta
		Template struct{ Metadata metav1.ObjectMeta }
	}
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	meta := o.Metadata
	if k.templated {
		meta = o.Template.Metadata
	}
	return map[string]map[string]string{"labels": meta.Labels, "annotations": meta.Annotations}
}

// has are those of them under the test's prefix.
func (k keyed) has(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := k.all(t)
	for kind, keys := range all {
		all[kind] = map[string]string{}
		for key, value := range keys {
			if name, ok := strings.CutPrefix(key, keyPrefix); ok {
				all[kind][name] = value
			}
		}
	}
	return all
}

const keyPrefix = "keys.example.com/"

// keyCase is a key that goes, or takes another value, while others hold it.
type keyCase struct {
	// first, then and last are its values in three configurations, nothing where it
	// isn't declared.
	first, then, last string
	// edited is set by kubectl before the second configuration, later before the last.
	edited, later string
	// applied is set by another tool before the last one.
	applied string
	// removed is set where it is removed between the last plan and its apply, and
	// raced is what another tool applies there.
	removed bool
	raced   string
	// left is what there is afterwards, kept whether the plan warns that it stays.
	left string
	kept bool
}

func keyCases() map[string]keyCase {
	return map[string]keyCase{
		"dropped":           {first: "1", then: "1"},
		"dropped-edited":    {then: "1", edited: "1"},
		"dropped-patched":   {first: "1", then: "1", later: "2"},
		"dropped-applied":   {first: "1", then: "1", applied: "2", left: "2", kept: true},
		"dropped-shared":    {first: "1", then: "1", applied: "1", left: "1", kept: true},
		"dropped-edited-by": {then: "1", edited: "1", applied: "1", left: "1", kept: true},
		"dropped-gone":      {first: "1", then: "1", removed: true},
		"dropped-raced":     {first: "1", then: "1", raced: "1", left: "1"},
		"changed":           {first: "1", then: "1", last: "3", left: "3"},
		"changed-edited":    {then: "1", last: "3", edited: "1", left: "3"},
		"changed-patched":   {first: "1", then: "1", last: "3", later: "2", left: "3"},
	}
}

// keyOrigins are where a key is declared.
func keyOrigins() []string { return []string{"own", "default"} }

// keysOf collects one value of each case, for both origins.
func keysOf(value func(keyCase) string) map[string]any {
	all := map[string]any{}
	for name, c := range keyCases() {
		if v := value(c); v != "" {
			for _, origin := range keyOrigins() {
				all[keyPrefix+origin+"."+name] = v
			}
		}
	}
	return all
}

// declaring is a map in HCL with a value of each case of one origin.
func declaring(origin string, value func(keyCase) string, more ...string) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(keyCases())) {
		if v := value(keyCases()[name]); v != "" {
			lines = append(lines, fmt.Sprintf("%q = %q", keyPrefix+origin+"."+name, v))
		}
	}
	return "{\n" + strings.Join(append(lines, more...), "\n") + "\n}"
}

// TestAccKeys_whatThePlanRemovesIsGone holds for labels and annotations of clusters
// and of running and stopped instances, their own and the provider's default ones,
// whoever else holds them: what a plan shows as removed isn't there after the apply.
// What another tool applies stays, the plan warns of it, and the rest is done.
func TestAccKeys_whatThePlanRemovesIsGone(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, client := acctest.ClusterName(t), acctest.Client(t)
	objects := map[string]keyed{
		"mar_cluster.test":     {client: client, path: "namespaces/" + cluster, of: "Namespace"},
		"mar_instance.running": {client: client, path: "namespaces/" + cluster + "/pods/running", of: "Pod"},
		"mar_instance.stopped": {client: client, path: "namespaces/" + cluster + "/podtemplates/stopped", of: "PodTemplate", templated: true},
	}
	config := func(value func(keyCase) string, rest, own, byDefault string) string {
		byDefault, own = declaring("default", value, byDefault), declaring("own", value, own)
		return fmt.Sprintf(`
provider "mar" {
  default_labels      = %[2]s
  default_annotations = %[2]s
}
resource "mar_cluster" "test" {
  name        = %[1]q
  labels      = %[3]s
  annotations = %[3]s
  quota       = { instances = %[4]s }
}
resource "mar_instance" "running" {
  cluster     = mar_cluster.test.name
  name        = "running"
  image       = "registry.k8s.io/pause:3.%[4]s"
  labels      = %[3]s
  annotations = %[3]s
}
resource "mar_instance" "stopped" {
  cluster        = mar_cluster.test.name
  name           = "stopped"
  image          = "registry.k8s.io/pause:3.%[4]s"
  desired_status = "Stopped"
  labels         = %[3]s
  annotations    = %[3]s
}`, cluster, byDefault, own, rest)
	}
	both := func(name, value string) string { return fmt.Sprintf("%q = %q", keyPrefix+name, value) }
	terraform := acctest.NewCLI(t)
	terraform.Configure(config(func(c keyCase) string { return c.first }, "9", both("both", "own"), both("both", "default")))
	terraform.Must(0, "apply", "-auto-approve")
	for _, o := range objects {
		o.edit(t, keysOf(func(c keyCase) string { return c.edited }))
	}
	terraform.Configure(config(func(c keyCase) string { return c.then }, "9", both("both", "own"), both("both", "default")))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")

	theirs := keysOf(func(c keyCase) string { return c.applied })
	for _, o := range objects {
		o.edit(t, keysOf(func(c keyCase) string { return c.later }))
		o.apply(t, theirs)
	}
	terraform.Configure(config(func(c keyCase) string { return c.last }, "10", "", both("both", "default")))
	plan := acctest.Hear(t, terraform.Must(2, "plan", "-detailed-exitcode", "-json", "-out=plan"))
	for address := range objects {
		warnings := plan.About("warning", address)
		if len(warnings) != 1 || !strings.Contains(warnings[0].Detail, `"argocd-controller"`) || plan.Actions[address] != "update" {
			t.Errorf("%s: planned is %q, and the warnings are %+v", address, plan.Actions[address], warnings)
			continue
		}
		for name, c := range keyCases() {
			for _, origin := range keyOrigins() {
				for _, kind := range []string{"label", "annotation"} {
					line := fmt.Sprintf("%s %s%s.%s,", kind, keyPrefix, origin, name)
					if strings.Contains(warnings[0].Detail, line) != c.kept {
						t.Errorf("%s: %q is to be in the warning: %v\n%s", address, line, c.kept, warnings[0].Detail)
					}
				}
			}
		}
	}
	raced, gone := maps.Clone(theirs), map[string]any{}
	maps.Copy(raced, keysOf(func(c keyCase) string { return c.raced }))
	for key := range keysOf(func(c keyCase) string { return map[bool]string{true: "x"}[c.removed] }) {
		gone[key] = nil
	}
	for _, o := range objects {
		o.apply(t, raced)
		o.edit(t, gone)
	}
	terraform.Must(0, "apply", "plan")
	for address, o := range objects {
		want := map[string]string{"both": "default"}
		for key, value := range keysOf(func(c keyCase) string { return c.left }) {
			want[strings.TrimPrefix(key, keyPrefix)] = fmt.Sprint(value)
		}
		for kind, got := range o.has(t) {
			for _, name := range slices.Sorted(maps.Keys(got)) {
				if want[name] != got[name] {
					t.Errorf("%s: of the %s %s is %q, want %q", address, kind, name, got[name], want[name])
				}
			}
			for name := range want {
				if _, ok := got[name]; !ok {
					t.Errorf("%s: of the %s %s is gone", address, kind, name)
				}
			}
		}
	}
	quota, err := client.CoreV1().ResourceQuotas(cluster).Get(t.Context(), "mar-quota", metav1.GetOptions{})
	if err != nil || quota.Spec.Hard.Pods().Value() != 10 {
		t.Errorf("the rest of the apply isn't done: %v, %v", quota, err)
	}
	pod, err := client.CoreV1().Pods(cluster).Get(t.Context(), "running", metav1.GetOptions{})
	if err != nil || pod.Spec.Containers[0].Image != "registry.k8s.io/pause:3.10" {
		t.Errorf("the rest of the apply isn't done: %v, %v", pod, err)
	}
	if out := terraform.Must(0, "plan", "-detailed-exitcode"); strings.Contains(out, "Warning") {
		t.Errorf("the next plan says\n%s", out)
	}
}
