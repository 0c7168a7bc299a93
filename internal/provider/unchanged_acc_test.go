package provider_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/provider"
)

// fleetSize is more instances than are read one by one.
const fleetSize = 12

// fleet is the configuration of as many instances, with more for each.
func fleet(cluster, more string) string {
	return fmt.Sprintf(`
variable "odd" { default = "" }

resource "mar_instance" "web" {
  count   = %d
  cluster = %q
  name    = "web-${count.index}"
  labels  = { round = var.odd == "web-${count.index}" ? "odd" : "even" }
  %s
  %s
}
`, fleetSize, cluster, plain, more)
}

func member(i int) string { return fmt.Sprintf("mar_instance.web[%d]", i) }

// asked counts what the plugin framework is asked for of instances.
type asked struct {
	mu     sync.Mutex
	counts map[string]int
}

func (a *asked) note(call, typeName string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if typeName == "mar_instance" {
		a.counts[call]++
	}
}

// since are the counts since the last call.
func (a *asked) since() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	counts := a.counts
	a.counts = map[string]int{}
	return counts
}

// serveCounted has Terraform use a provider of that version, which counts.
func serveCounted(t *testing.T, terraform *acctest.CLI, version string) *asked {
	t.Helper()
	a := &asked{counts: map[string]int{}}
	server, err := provider.NewCountedServer(version, a.note)
	if err != nil {
		t.Fatal(err)
	}
	terraform.Serve("headgym/mar", server)
	return a
}

// savedPlan is a plan: the addresses that it has an action for, and the nodes of the
// instances as they were read.
type savedPlan struct {
	changes []string
	nodes   []string
}

func savePlan(t *testing.T, terraform *acctest.CLI, args ...string) savedPlan {
	t.Helper()
	terraform.Must(0, append([]string{"plan", "-out=saved"}, args...)...)
	var shown struct {
		Changes []struct {
			Address string
			Change  struct {
				Actions []string
				Before  struct{ Node string }
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(terraform.Must(0, "show", "-json", "saved")), &shown); err != nil {
		t.Fatal(err)
	}
	var p savedPlan
	for _, c := range shown.Changes {
		if !slices.Equal(c.Change.Actions, []string{"no-op"}) {
			p.changes = append(p.changes, c.Address)
		}
		p.nodes = append(p.nodes, c.Change.Before.Node)
	}
	return p
}

// A plan of instances that are as they were applied takes no plan of the framework's, and
// no read, but for those few that are read before a list is asked for: four, and those
// that are under way at the time.
func TestAccUnchanged_isAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.ImportByIdentity)
	terraform := acctest.NewCLI(t)
	counts := serveCounted(t, terraform, "test")
	terraform.Configure(fleet(acctest.Namespace(t), ""))
	terraform.Must(0, "apply", "-auto-approve")
	counts.since()
	terraform.Must(0, "plan", "-detailed-exitcode", "-parallelism=2")
	got := counts.since()
	if reads := got["read"]; reads > fleetSize*2/3 {
		t.Errorf("%d reads of %d instances", reads, fleetSize)
	}
	if delete(got, "read"); len(got) > 0 {
		t.Errorf("the framework was asked for %v", got)
	}
}

// Whatever differs is seen, of all that an answer at once depends on.
func TestAccUnchanged_whatDiffersIsSeen(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	pods := acctest.Client(t).CoreV1().Pods(cluster)
	terraform := acctest.NewCLI(t)
	counts := serveCounted(t, terraform, "test")
	everyone := make([]string, fleetSize)
	for i := range everyone {
		everyone[i] = member(i)
	}
	usual := fleet(cluster, "")
	for title, c := range map[string]struct {
		outside func() error
		config  string
		args    []string
		changes []string
	}{
		"a label outside": {
			outside: func() error {
				_, err := pods.Patch(t.Context(), "web-11", types.MergePatchType, []byte(`{"metadata":{"labels":{"round":"theirs"}}}`), metav1.PatchOptions{})
				return err
			},
			changes: []string{member(11)},
		},
		"a Pod deleted outside": {
			outside: func() error {
				return pods.Delete(t.Context(), "web-10", metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)})
			},
			changes: []string{member(10)},
		},
		"the configuration of one": {args: []string{"-var=odd=web-9"}, changes: []string{member(9)}},
		"the provider block":       {config: "provider \"mar\" {\n  default_labels = { team = \"a\" }\n}\n" + usual, changes: everyone},
	} {
		terraform.Configure(usual)
		terraform.Must(0, "apply", "-auto-approve")
		if c.outside != nil {
			if err := c.outside(); err != nil {
				t.Fatal(err)
			}
		}
		if c.config != "" {
			terraform.Configure(c.config)
		}
		counts.since()
		got := savePlan(t, terraform, c.args...)
		slices.Sort(c.changes)
		slices.Sort(got.changes)
		if diff := cmp.Diff(c.changes, got.changes); diff != "" {
			t.Errorf("%s: planned changes (-want +got):\n%s", title, diff)
		}
		if plans := counts.since()["plan"]; plans < len(c.changes) {
			t.Errorf("%s: %d plans were made, for %d changes", title, plans, len(c.changes))
		}
	}
}

// A state that isn't what was applied is read in full, and so put right.
func TestAccUnchanged_stateByHand(t *testing.T) {
	t.Parallel()
	terraform := acctest.NewCLI(t)
	terraform.Configure(fleet(acctest.Namespace(t), ""))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Write("terraform.tfstate", strings.ReplaceAll(terraform.Read("terraform.tfstate"), `"node": "`, `"node": "not-`))
	for _, node := range savePlan(t, terraform).nodes {
		if node == "" || strings.HasPrefix(node, "not-") {
			t.Errorf("after a refresh the state has the node %q", node)
		}
	}
}

// Another version of the provider may see things differently, and so sees to them itself.
func TestAccUnchanged_anotherVersion(t *testing.T) {
	t.Parallel()
	terraform := acctest.NewCLI(t)
	terraform.Configure(fleet(acctest.Namespace(t), ""))
	terraform.Must(0, "apply", "-auto-approve")
	counts := serveCounted(t, terraform, "another")
	terraform.Must(0, "plan", "-detailed-exitcode")
	if diff := cmp.Diff(map[string]int{"read": fleetSize, "plan": fleetSize}, counts.since()); diff != "" {
		t.Errorf("what the framework was asked for (-want +got):\n%s", diff)
	}
}

// Nothing that stands for a write-only value is kept, not even a fingerprint.
func TestAccUnchanged_writeOnlyValues(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	terraform := acctest.NewCLI(t)
	counts := serveCounted(t, terraform, "test")
	terraform.Configure(fleet(acctest.Namespace(t), "secret_env_wo = { PASSWORD = \"hunter2\" }\n  secret_env_wo_version = 1"))
	terraform.Must(0, "apply", "-auto-approve")
	counts.since()
	terraform.Must(0, "plan", "-detailed-exitcode")
	if diff := cmp.Diff(map[string]int{"read": fleetSize, "plan": fleetSize}, counts.since()); diff != "" {
		t.Errorf("what the framework was asked for (-want +got):\n%s", diff)
	}
}
