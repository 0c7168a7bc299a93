package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccKeys_removalMeetsAFault holds for the request that takes keys off an object: an
// object that others write to meanwhile and a lost answer make no difference, and after a
// refusal the next plan shows the keys again.
func TestAccKeys_removalMeetsAFault(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	client := acctest.Client(t)
	for title, c := range map[string]struct {
		// hit is what the first such request of each object meets.
		hit     acctest.Fault
		refused bool
	}{
		"others write meanwhile": {hit: func(w http.ResponseWriter, r *http.Request, server http.Handler) {
			note := fmt.Sprintf(`{"metadata":{"annotations":{"now":%q}}}`, time.Now())
			_ = client.CoreV1().RESTClient().Patch(types.MergePatchType).AbsPath(r.URL.Path).Body([]byte(note)).Do(context.Background()).Error()
			server.ServeHTTP(w, r)
		}},
		"the answer is lost": {hit: acctest.Lose},
		"it is refused": {refused: true, hit: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"keys is forbidden: not this one"}`)
		}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.ClusterName(t)
			objects := map[string]keyed{
				"mar_cluster.test":     {client: client, path: "namespaces/" + cluster, of: "Namespace"},
				"mar_instance.running": {client: client, path: "namespaces/" + cluster + "/pods/running", of: "Pod"},
			}
			var hits [2]atomic.Int64
			block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
				isRemoval := r.Method == http.MethodPatch && r.Header.Get("Content-Type") == string(types.MergePatchType) && r.URL.Query().Get("dryRun") == ""
				for i, o := range []string{"mar_cluster.test", "mar_instance.running"} {
					if isRemoval && strings.HasSuffix(r.URL.Path, "/"+objects[o].path) && hits[i].Add(1) == 1 {
						return c.hit
					}
				}
				return acctest.Pass
			})
			config := func(keys map[string]string) string {
				return block + fmt.Sprintf(`
resource "mar_cluster" "test" {
  name   = %[1]q
  labels = %[2]s
}
resource "mar_instance" "running" {
  cluster = %[1]q
  name    = "running"
  image   = "registry.k8s.io/pause:3.10"
  labels  = %[2]s
}`, cluster, hclMap(keys))
			}
			terraform := acctest.NewCLI(t)
			terraform.Configure(strings.Replace(config(nil), fmt.Sprintf("cluster = %q", cluster), "cluster = mar_cluster.test.name", 1))
			terraform.Must(0, "apply", "-auto-approve")
			for _, o := range objects {
				o.send(t, types.MergePatchType, fmt.Sprintf(`{"metadata":{"labels":{%q:"1"}}}`, keyPrefix+"edited"), metav1.PatchOptions{FieldManager: "kubectl-edit"})
			}
			terraform.Configure(config(map[string]string{keyPrefix + "edited": "1", keyPrefix + "own": "1"}))
			terraform.Must(0, "apply", "-auto-approve")
			terraform.Configure(config(nil))
			code := 0
			if c.refused {
				code = 1
			}
			terraform.Must(code, "apply", "-auto-approve")
			if hits[0].Load() == 0 || hits[1].Load() == 0 {
				t.Fatal("no key was taken off")
			}
			if c.refused {
				plan := acctest.Hear(t, terraform.Must(2, "plan", "-refresh=false", "-detailed-exitcode", "-json"))
				if len(plan.Actions) != 2 {
					t.Errorf("the next plan is %v", plan.Actions)
				}
				terraform.Must(0, "apply", "-auto-approve")
			}
			for address, o := range objects {
				if left := o.has(t)["labels"]; len(left) > 0 {
					t.Errorf("%s: there is still %v", address, left)
				}
			}
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}
