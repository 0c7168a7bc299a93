package provider_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// systemKeys are keys that Kubernetes, its tools or this provider give a meaning, with
// a value that is good for a label and for an annotation.
func systemKeys() map[string]string {
	return map[string]string{
		"app":                          "x",
		"instance-id":                  "x",
		"pod-template-hash":            "x",
		"app.kubernetes.io/managed-by": "x",
		"app.kubernetes.io/name":       "x",
		"batch.kubernetes.io/job-name": "x",
		"cluster-autoscaler.kubernetes.io/safe-to-evict":     "false",
		"container.apparmor.security.beta.kubernetes.io/app": "unconfined",
		"container.seccomp.security.alpha.kubernetes.io/app": "x",
		"controller.kubernetes.io/pod-deletion-cost":         "5",
		"failure-domain.beta.kubernetes.io/zone":             "x",
		"kubectl.kubernetes.io/default-container":            "app",
		"kubectl.kubernetes.io/last-applied-configuration":   "x",
		"kubectl.kubernetes.io/restartedAt":                  "2026-01-02T03.04.05Z",
		"kubernetes.io/change-cause":                         "x",
		"kubernetes.io/config.hash":                          "x",
		"kubernetes.io/config.mirror":                        "x",
		"kubernetes.io/config.source":                        "api",
		"kubernetes.io/created-by":                           "x",
		"kubernetes.io/description":                          "x",
		"kubernetes.io/hostname":                             "x",
		"kubernetes.io/limit-ranger":                         "x",
		"kubernetes.io/metadata.name":                        "x",
		"mar.headgym.com/create-nonce":                       "x",
		"mar.headgym.com/other":                              "x",
		"mar.headgym.com/spec":                               "x",
		"node.kubernetes.io/instance-type":                   "x",
		"pod-security.kubernetes.io/warn":                    "privileged",
		"scheduler.alpha.kubernetes.io/node-selector":        "x",
		"scheduler.alpha.kubernetes.io/tolerations":          "",
		"seccomp.security.alpha.kubernetes.io/pod":           "x",
		"service.kubernetes.io/headless":                     "x",
		"statefulset.kubernetes.io/pod-name":                 "x",
		"topology.kubernetes.io/other":                       "x",
		"topology.kubernetes.io/region":                      "x",
		"topology.kubernetes.io/zone":                        "x",
	}
}

// keyMap is a map that a key can be declared in: its attribute, and the resource that has it,
// nothing for the provider block.
type keyMap struct{ attribute, of string }

func keyMaps() []keyMap {
	return []keyMap{
		{"default_labels", ""},
		{"default_annotations", ""},
		{"labels", "mar_cluster.test"},
		{"annotations", "mar_cluster.test"},
		{"labels", "mar_instance.running"},
		{"annotations", "mar_instance.running"},
		{"labels", "mar_instance.stopped"},
		{"annotations", "mar_instance.stopped"},
	}
}

// TestAccKeys_ofTheSystem holds for each key with a meaning, in each map that a
// configuration has for keys: it is refused where it is declared, with a reason, or it is
// like any other: the plan after its apply is empty, and it goes with its declaration.
func TestAccKeys_ofTheSystem(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for _, origin := range keyOrigins() {
		t.Run(origin, func(t *testing.T) {
			t.Parallel()
			cluster, client := acctest.ClusterName(t), acctest.Client(t)
			objects := map[string]keyed{
				"mar_cluster.test":     {client: client, path: "namespaces/" + cluster},
				"mar_instance.running": {client: client, path: "namespaces/" + cluster + "/pods/running"},
				"mar_instance.stopped": {client: client, path: "namespaces/" + cluster + "/podtemplates/stopped", templated: true},
			}
			tested := slices.DeleteFunc(keyMaps(), func(m keyMap) bool { return (m.of == "") != (origin == "default") })
			config := func(declared map[keyMap]map[string]string) string {
				maps := func(of string) string {
					var lines strings.Builder
					for m, keys := range declared {
						if m.of == of {
							fmt.Fprintf(&lines, "  %s = %s\n", m.attribute, hclMap(keys))
						}
					}
					return lines.String()
				}
				return fmt.Sprintf(`
provider "mar" {
%[2]s}
resource "mar_cluster" "test" {
  name        = %[1]q
  limit_range = { container = { default = { cpu = "100m", memory = "64Mi" } } }
%[3]s}
resource "mar_instance" "running" {
  cluster = mar_cluster.test.name
  name    = "running"
  image   = "registry.k8s.io/pause:3.10"
%[4]s}
resource "mar_instance" "stopped" {
  cluster        = mar_cluster.test.name
  name           = "stopped"
  image          = "registry.k8s.io/pause:3.10"
  desired_status = "Stopped"
%[5]s}`, cluster, maps(""), maps("mar_cluster.test"), maps("mar_instance.running"), maps("mar_instance.stopped"))
			}
			all := map[keyMap]map[string]string{}
			for _, m := range tested {
				all[m] = systemKeys()
			}
			terraform := acctest.NewCLI(t)
			// What depends on an invalid resource isn't looked at.
			terraform.Configure(strings.ReplaceAll(config(all), "mar_cluster.test.name", `"other"`))
			terraform.Run("init")
			var said acctest.Heard
			if err := json.Unmarshal([]byte(terraform.Must(1, "validate", "-json")), &said); err != nil {
				t.Fatal(err)
			}
			free := map[keyMap]map[string]string{}
			for _, m := range tested {
				free[m] = systemKeys()
				what := "an annotation's key"
				if strings.HasSuffix(m.attribute, "labels") {
					what = "a label's key"
				}
				for key := range systemKeys() {
					if slices.ContainsFunc(said.About("error", cmp.Or(m.of, fmt.Sprintf("provider[%q]", acctest.Registry()+"/headgym/mar"))), func(d acctest.Diagnostic) bool {
						return strings.HasPrefix(d.Detail, fmt.Sprintf("%q can't be %s: ", key, what))
					}) {
						delete(free[m], key)
					}
				}
				t.Logf("%v: refused are %v", m, slices.DeleteFunc(slices.Sorted(maps.Keys(systemKeys())), func(key string) bool { _, ok := free[m][key]; return ok }))
			}
			terraform.Configure(config(free))
			terraform.Must(0, "apply", "-auto-approve")
			if out, code := terraform.Run("plan", "-detailed-exitcode"); code != 0 {
				t.Errorf("the plan after the apply isn't empty:\n%s", out)
			}
			before := map[string]map[string]map[string]string{}
			for address, o := range objects {
				before[address] = o.all(t)
			}
			terraform.Configure(config(nil))
			if out := terraform.Must(0, "apply", "-auto-approve"); strings.Contains(out, "Warning") {
				t.Errorf("the apply warns:\n%s", out)
			}
			for m, keys := range free {
				for address, o := range objects {
					if m.of != "" && m.of != address {
						continue
					}
					kind := strings.TrimPrefix(m.attribute, "default_")
					now := o.all(t)[kind]
					for key, value := range keys {
						if got := before[address][kind][key]; got != value {
							t.Errorf("%s: of the %s %s was %q, want %q", address, kind, key, got, value)
						}
						// An instance has app = "mar" where the configuration has no other.
						if got, ok := now[key]; ok && (key != "app" || got != "mar") {
							t.Errorf("%s: of the %s %s is still there: %q", address, kind, key, got)
						}
					}
				}
			}
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}

func hclMap(keys map[string]string) string {
	lines := make([]string, 0, len(keys))
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		lines = append(lines, fmt.Sprintf("    %q = %q", key, keys[key]))
	}
	return "{\n" + strings.Join(lines, "\n") + "\n  }"
}
