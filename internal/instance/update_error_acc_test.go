package instance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// inPlaceChanges has a change of every attribute that can be made in place, each of
// an instance of its own: what it declares before and after.
func inPlaceChanges() map[string][2]string {
	sized := func(cpu, memory string) string { return fmt.Sprintf("cpu = %q\n  memory = %q", cpu, memory) }
	return map[string][2]string{
		"label-added":       {``, `labels = { a = "1" }`},
		"label-changed":     {`labels = { a = "1", b = "1" }`, `labels = { a = "1", b = "2" }`},
		"label-dropped":     {`labels = { a = "1", b = "1" }`, `labels = { b = "1" }`},
		"labels-dropped":    {`labels = { a = "1", b = "1" }`, ``},
		"annotation-added":  {``, `annotations = { a = "1" }`},
		"annotation-other":  {`annotations = { a = "1", b = "1" }`, `annotations = { a = "1", b = "2" }`},
		"annotation-less":   {`annotations = { a = "1", b = "1" }`, `annotations = { b = "1" }`},
		"annotations-gone":  {`annotations = { a = "1" }`, ``},
		"image":             {`image = "registry.k8s.io/pause:3.10"`, `image = "registry.k8s.io/pause:3.9"`},
		"cpu":               {sized("1", "1Gi"), sized("2", "1Gi")},
		"memory":            {sized("1", "1Gi"), sized("1", "2Gi")},
		"requests":          {sized("1", "1Gi") + "\n" + `requests = { cpu = "500m" }`, sized("1", "1Gi") + "\n" + `requests = { cpu = "250m" }`},
		"wait-and-label":    {`labels = { a = "1" }`, "wait_for = \"Running\"\n  replace_on = []\n  timeouts = { update = \"1m\" }"},
		"respelt-and-label": {sized("1000m", "1Gi"), sized("1", "1024Mi") + "\n" + `labels = { a = "1" }`},
		"triggers-first":    {``, "restart_triggers = { a = \"1\" }\n  labels = { a = \"1\" }"},
		"stopped":           {stopped + "\n" + `labels = { a = "1", b = "1" }`, stopped + "\n" + `labels = { b = "1" }`},
		"stopped-env":       {stopped, stopped + "\n" + `env = { A = "1" }`},
		"all":               {`labels = { a = "1" }` + "\n" + sized("1", "1Gi"), "labels = { b = \"1\" }\n  annotations = { c = \"1\" }\n  wait_for = \"Running\"\n  image = \"registry.k8s.io/pause:3.9\"\n  " + sized("2", "2Gi")},
	}
}

func inPlaceConfig(cluster, provider string, at int) string {
	var config strings.Builder
	config.WriteString(provider)
	for name, change := range inPlaceChanges() {
		image := fmt.Sprintf("image = %q\n  ", image)
		if strings.Contains(change[at], "image =") {
			image = ""
		}
		fmt.Fprintf(&config, "resource \"mar_instance\" %q {\n  cluster = %q\n  name = %q\n  %s%s\n}\n", name, cluster, name, image, change[at])
	}
	return config.String()
}

// plannedChange is what a plan does to a resource, as its JSON form has it.
type plannedChange struct {
	Actions []string       `json:"actions"`
	Before  map[string]any `json:"before"`
	After   map[string]any `json:"after"`
}

// changesPlanned plans, and returns what changes, by address.
func changesPlanned(t *testing.T, terraform *acctest.CLI) map[string]plannedChange {
	t.Helper()
	terraform.Must(2, "plan", "-detailed-exitcode", "-out=saved")
	var shown struct {
		Changes []struct {
			Address string        `json:"address"`
			Change  plannedChange `json:"change"`
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(terraform.Must(0, "show", "-json", "saved")), &shown); err != nil {
		t.Fatal(err)
	}
	all := map[string]plannedChange{}
	for _, c := range shown.Changes {
		if !slices.Equal(c.Change.Actions, []string{"no-op"}) {
			all[c.Address] = c.Change
		}
	}
	return all
}

func writesTo(r *http.Request, resources ...string) bool {
	return r.Method != http.MethodGet && !strings.Contains(r.URL.RawQuery, "dryRun") &&
		slices.ContainsFunc(resources, func(name string) bool { return strings.Contains(r.URL.Path, "/"+name+"/") })
}

// TestAccInstance_refusedChangeIsPlannedAgain has the API server refuse the request
// that carries each change that can be made in place. The state is then what it was,
// attribute by attribute, and the next plan is the same change again.
func TestAccInstance_refusedChangeIsPlannedAgain(t *testing.T) {
	t.Parallel()
	for title, refusal := range map[string]acctest.Fault{
		"by a policy":    acctest.Policy(),
		"for its rights": acctest.Status(http.StatusForbidden, metav1.StatusReasonForbidden, `pods "web" is forbidden: User "jo" cannot patch resource "pods" in API group "" in the namespace "dev"`),
		"by a webhook":   acctest.Status(http.StatusConflict, metav1.StatusReasonConflict, `admission webhook "frozen.example.com" denied the request: nothing may change today`),
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(inPlaceConfig(cluster, "", 0))
			terraform.Must(0, "apply", "-auto-approve")
			terraform.Configure(inPlaceConfig(cluster, "", 1))
			first := changesPlanned(t, terraform)
			if len(first) != len(inPlaceChanges()) {
				t.Fatalf("only these change: %v", slices.Sorted(maps.Keys(first)))
			}

			refusing := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
				if writesTo(r, "pods", "podtemplates") {
					return refusal
				}
				return acctest.Pass
			})
			terraform.Configure(inPlaceConfig(cluster, refusing, 1))
			terraform.Must(1, "apply", "-auto-approve")

			terraform.Configure(inPlaceConfig(cluster, "", 1))
			again := changesPlanned(t, terraform)
			if diff := cmp.Diff(first, again); diff != "" {
				t.Errorf("the next plan isn't the same (-first +again):\n%s", diff)
			}
			terraform.Must(0, "apply", "-auto-approve")
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}

// TestAccInstance_refusedDefaultsArePlannedAgain is the same for the keys that the
// provider block gives to all.
func TestAccInstance_refusedDefaultsArePlannedAgain(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCheckedCLI(t)
	config := func(provider, defaults string) string {
		if provider == "" {
			provider = "provider \"mar\" {\n}\n"
		}
		return strings.Replace(provider, "{\n", "{\n"+defaults+"\n", 1) + instanceConfig(cluster, `labels = { own = "1" }`)
	}
	const before, after = `default_labels = { a = "1", b = "1" }
  default_annotations = { a = "1", b = "1" }`, `default_labels = { b = "2" }
  default_annotations = { b = "2" }`
	terraform.Configure(config("", before))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config("", after))
	first := changesPlanned(t, terraform)
	refusing := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if writesTo(r, "pods") {
			return acctest.Policy()
		}
		return acctest.Pass
	})
	terraform.Configure(config(refusing, after))
	terraform.Must(1, "apply", "-auto-approve")
	terraform.Configure(config("", after))
	if diff := cmp.Diff(first, changesPlanned(t, terraform)); diff != "" {
		t.Errorf("the next plan isn't the same (-first +again):\n%s", diff)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	pod := getPod(t, acctest.Client(t), cluster, "web")
	if pod.Labels["a"]+pod.Annotations["a"] != "" || pod.Labels["b"] != "2" || pod.Annotations["b"] != "2" {
		t.Errorf("the Pod has %v and %v", pod.Labels, pod.Annotations)
	}
}

// TestAccInstance_halfAnUpdateIsInTheState has the resize go through, and the
// change that follows it refused: the size is in the state, and the next plan has the
// rest.
func TestAccInstance_halfAnUpdateIsInTheState(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	before := []string{`cpu = "1"`, `memory = "1Gi"`, `labels = { a = "1", b = "1" }`, `annotations = { a = "1" }`}
	after := []string{`cpu = "2"`, `memory = "1Gi"`, `labels = { b = "2" }`, `annotations = { c = "1" }`, `wait_for = "Running"`, `timeouts = { update = "5m" }`}
	terraform := acctest.NewCheckedCLI(t)
	terraform.Configure(instanceConfig(cluster, before...))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(instanceConfig(cluster, after...))
	first := changesPlanned(t, terraform)[address]
	refusing := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if writesTo(r, "pods") && !strings.HasSuffix(r.URL.Path, "/resize") {
			return acctest.Policy()
		}
		return acctest.Pass
	})
	terraform.Configure(refusing + instanceConfig(cluster, after...))
	terraform.Must(1, "apply", "-auto-approve")

	terraform.Configure(instanceConfig(cluster, after...))
	again := changesPlanned(t, terraform)[address]
	first.Before["cpu"] = "2"
	// That the size isn't recorded yet is shown there, too.
	delete(first.After, "annotations_all")
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the next plan isn't the rest (-first +again):\n%s", diff)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	if recorded := recordedSpec(t, getPod(t, acctest.Client(t), cluster, "web")); recorded.Containers[0].Resources.Limits.Cpu().String() != "2" {
		t.Errorf("it would be made anew with %v", recorded.Containers[0].Resources)
	}
}

// TestAccInstance_sizeThatIsNotRecordedIsPlanned has a resize go through and nothing
// else: the record from which the Pod is recreated is behind, and the next plan mends
// it.
func TestAccInstance_sizeThatIsNotRecordedIsPlanned(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	client := acctest.Client(t)
	config := func(cpu string) string {
		return instanceConfig(cluster, fmt.Sprintf("cpu = %q", cpu), `memory = "1Gi"`)
	}
	terraform := acctest.NewCheckedCLI(t)
	terraform.Configure(config("1"))
	terraform.Must(0, "apply", "-auto-approve")
	refusing := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if writesTo(r, "pods") && !strings.HasSuffix(r.URL.Path, "/resize") {
			return acctest.Policy()
		}
		return acctest.Pass
	})
	terraform.Configure(refusing + config("2"))
	terraform.Must(1, "apply", "-auto-approve")

	terraform.Configure(config("2"))
	output := terraform.Must(2, "plan", "-detailed-exitcode")
	if !strings.Contains(output, "An update of the instance was interrupted") || !strings.Contains(output, "0 to add, 1 to change, 0 to destroy") {
		t.Errorf("the plan says\n%s", output)
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	if recorded := recordedSpec(t, getPod(t, client, cluster, "web")); recorded.Containers[0].Resources.Limits.Cpu().String() != "2" {
		t.Errorf("it would be made anew with %v", recorded.Containers[0].Resources)
	}
}

func recordedSpec(t *testing.T, pod *corev1.Pod) corev1.PodSpec {
	t.Helper()
	var spec corev1.PodSpec
	if err := json.Unmarshal([]byte(pod.Annotations["mar.headgym.com/spec"]), &spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

// TestAccInstance_unreadableAfterARefusalKeepsTheState has the update be refused,
// and then nothing be read any more: what is known stays.
func TestAccInstance_unreadableAfterARefusalKeepsTheState(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCheckedCLI(t)
	terraform.Configure(instanceConfig(cluster, `labels = { a = "1", b = "1" }`))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(instanceConfig(cluster, `labels = { b = "1" }`))
	first := changesPlanned(t, terraform)
	refused := false
	refusing := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		switch {
		case writesTo(r, "pods"):
			refused = true
			return acctest.Policy()
		case refused && strings.Contains(r.URL.Path, "/pods/"):
			return acctest.Status(http.StatusForbidden, metav1.StatusReasonForbidden, `pods "web" is forbidden: User "jo" cannot get resource "pods" in API group "" in the namespace "dev"`)
		}
		return acctest.Pass
	})
	terraform.Configure(refusing + instanceConfig(cluster, `labels = { b = "1" }`))
	terraform.Must(1, "apply", "-auto-approve")
	terraform.Configure(instanceConfig(cluster, `labels = { b = "1" }`))
	if diff := cmp.Diff(first, changesPlanned(t, terraform)); diff != "" {
		t.Errorf("the next plan isn't the same (-first +again):\n%s", diff)
	}
}
