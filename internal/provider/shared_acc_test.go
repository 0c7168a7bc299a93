package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/rights"
)

// traffic counts requests by method and the last part of their path that isn't an
// object's name.
type traffic struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *traffic) note(r *http.Request) acctest.Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	of, single := path.Base(r.URL.Path), ""
	if strings.HasPrefix(of, "web-") {
		of, single = path.Base(path.Dir(r.URL.Path)), " by name"
	}
	kind := ""
	switch query := r.URL.Query(); {
	case query.Has("watch"):
		kind = " watched"
	case query.Has("dryRun"):
		kind = " tried"
	}
	c.counts[r.Method+" "+of+single+kind]++
	return acctest.Pass
}

// since are the counts of Pods and PodTemplates since the last call.
func (c *traffic) since() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := c.counts
	c.counts = map[string]int{}
	maps.DeleteFunc(counts, func(of string, _ int) bool { return !strings.Contains(of, " pod") })
	return counts
}

// However many instances a cluster has, a plan of them is two lists, and the few reads
// that there are before; and so is one of the cluster's own status beside them.
func TestAccShared_planOfMany(t *testing.T) {
	t.Parallel()
	cluster, requests := acctest.Namespace(t), &traffic{counts: map[string]int{}}
	block := acctest.FaultyProxy(t, requests.note)
	terraform := acctest.NewCLI(t)
	terraform.Configure(block + fleet(cluster, ""))
	terraform.Must(0, "apply", "-auto-approve")
	requests.since()
	terraform.Must(0, "plan", "-detailed-exitcode")
	want := map[string]int{"GET pods by name": 4, "GET podtemplates by name": 4, "GET pods": 1, "GET podtemplates": 1}
	if diff := cmp.Diff(want, requests.since()); diff != "" {
		t.Errorf("requests of a plan (-want +got):\n%s", diff)
	}
}

// An apply of an instance is a look whether its name is free, and the instance itself, and
// its end is as much; one watch tells of all but the first three. The plan looks for all names
// by two lists, and the few reads that there are before, as often as something is written
// meanwhile.
func TestAccShared_applyAndDestroyOfMany(t *testing.T) {
	t.Parallel()
	cluster, requests := acctest.Namespace(t), &traffic{counts: map[string]int{}}
	block := acctest.FaultyProxy(t, requests.note)
	terraform := acctest.NewCLI(t)
	terraform.Configure(block + fleet(cluster, ""))
	terraform.Must(0, "apply", "-auto-approve")
	got := requests.since()
	if got["POST pods"] != fleetSize || got["GET podtemplates by name"] > fleetSize+8 || got["GET pods by name"] > fleetSize+8 {
		t.Errorf("%d instances took %v", fleetSize, got)
	}
	if watches := got["GET pods watched"]; watches > fleetSize/2 {
		t.Errorf("%d watches for %d instances: %v", watches, fleetSize, got)
	}
	terraform.Must(0, "destroy", "-auto-approve")
	got = requests.since()
	if got["DELETE pods by name"] != fleetSize || got["GET podtemplates by name"] > fleetSize+4 {
		t.Errorf("the end of %d instances took %v", fleetSize, got)
	}
}

// Whoever may not list has each instance read, and awaited, by itself.
func TestAccShared_withoutTheRightToList(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	block := acctest.WithRights(t, rights.Less(rights.Apply().Rules(), rights.Right{Verb: "list", Resource: "pods"}, rights.Right{Verb: "list", Resource: "podtemplates"})...)
	terraform := acctest.NewCLI(t)
	terraform.Configure(block + fleet(cluster, ""))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Must(0, "destroy", "-auto-approve")
}

// What is read after a write of the same run is what was written: the cluster's count of
// its instances, which comes from a list, has those that were just made.
func TestAccShared_readAfterWrite(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	more := fmt.Sprintf(`
data "mar_cluster" "of_them" {
  name       = %q
  depends_on = [mar_instance.web]
}
output "running" { value = data.mar_cluster.of_them.instance_counts["Running"] }
`, cluster)
	for _, round := range []struct {
		config string
		want   int
	}{
		{fleet(cluster, "") + more, fleetSize},
		{strings.Replace(fleet(cluster, ""), fmt.Sprintf("= %d", fleetSize), fmt.Sprintf("= %d", fleetSize+5), 1) + more, fleetSize + 5},
	} {
		terraform.Configure(round.config)
		terraform.Must(0, "apply", "-auto-approve")
		if got := strings.TrimSpace(terraform.Must(0, "output", "-raw", "running")); got != strconv.Itoa(round.want) {
			t.Errorf("read %s running instances after %d were made", got, round.want)
		}
	}
}

// A change that is made between a plan and its apply isn't hidden by anything that the
// plan has read.
func TestAccShared_changeBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	pods := acctest.Client(t).CoreV1().Pods(cluster)
	terraform := acctest.NewCLI(t)
	terraform.Configure(fleet(cluster, ""))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-out=saved", "-var=odd=web-11")
	if err := pods.Delete(t.Context(), "web-11", metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)}); err != nil {
		t.Fatal(err)
	}
	output := terraform.Must(1, "apply", "-no-color", "saved")
	if !strings.Contains(output, "web-11") {
		t.Errorf("the apply doesn't say which instance is gone:\n%s", output)
	}
	if got := savePlan(t, terraform).changes; len(got) != 1 || got[0] != member(11) {
		t.Errorf("the next plan changes %v, want %s", got, member(11))
	}
}
