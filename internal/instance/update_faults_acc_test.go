package instance_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func isJSONPatch(r *http.Request) bool {
	return r.Method == http.MethodPatch && strings.Contains(r.Header.Get("Content-Type"), "json-patch")
}

// TestAccInstance_droppedLabelGoesWhateverHappens takes a label out of the
// configuration, while the requests that carry that meet with what happens on a busy or
// restarting API server. In each case the label is gone afterwards.
func TestAccInstance_droppedLabelGoesWhateverHappens(t *testing.T) {
	t.Parallel()
	modified := acctest.MovedOn("pods", "web")
	for name, c := range map[string]struct {
		hits  func(*http.Request) bool
		fault acctest.Fault
		// raced has the Pod's status be written before the request passes.
		raced bool
	}{
		"its status is written between the read and the takeover": {hits: isJSONPatch, raced: true},
		"the answer to the takeover is lost":                      {hits: isJSONPatch, fault: acctest.Lose},
		"the takeover conflicts":                                  {hits: isJSONPatch, fault: modified},
		"the takeover is answered with 500":                       {hits: isJSONPatch, fault: acctest.Answer(http.StatusInternalServerError)},
		"the answer to the apply is lost":                         {hits: isApply, fault: acctest.Lose},
		"the apply never arrives":                                 {hits: isApply, fault: acctest.Drop},
		"the apply is answered with 500":                          {hits: isApply, fault: acctest.Answer(http.StatusInternalServerError)},
		"its status is written before the apply":                  {hits: isApply, raced: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(instanceConfig(cluster, `labels = { a = "1", b = "1" }`))
			terraform.Must(0, "apply", "-auto-approve")
			fault := c.fault
			if c.raced {
				fault = acctest.Before(func() {
					change := getPod(t, acctest.Client(t), cluster, "web")
					change.Status.Message = "written meanwhile"
					nodeSays(t, cluster, &change.Status)
				})
			}
			var once sync.Once
			faulty := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
				hit := acctest.Fault(acctest.Pass)
				if writesTo(r, "pods") && c.hits(r) {
					once.Do(func() { hit = fault })
				}
				return hit
			})
			terraform.Configure(faulty + instanceConfig(cluster, `labels = { b = "1" }`))
			terraform.Must(0, "apply", "-auto-approve")
			if labels := getPod(t, acctest.Client(t), cluster, "web").Labels; labels["a"] != "" || labels["b"] != "1" {
				t.Errorf("the Pod has the labels %v", labels)
			}
			once.Do(func() { t.Error("nothing was hit: the test has tested nothing") })
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}

func isApply(r *http.Request) bool {
	return r.Method == http.MethodPatch && strings.Contains(r.Header.Get("Content-Type"), "apply-patch")
}

// TestAccInstance_resizeRidesOutFaults is the same for the request that asks for another
// size, which has no resourceVersion and can be sent again as it is.
func TestAccInstance_resizeRidesOutFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]acctest.Fault{
		"lost":     acctest.Lose,
		"dropped":  acctest.Drop,
		"500":      acctest.Answer(http.StatusInternalServerError),
		"503":      acctest.Answer(http.StatusServiceUnavailable),
		"conflict": acctest.MovedOn("pods", "web"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			config := func(cpu string) string {
				return instanceConfig(cluster, fmt.Sprintf("cpu = %q", cpu), `memory = "1Gi"`)
			}
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(config("1"))
			terraform.Must(0, "apply", "-auto-approve")
			var hits atomic.Int32
			faulty := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
				if writesTo(r, "pods") && strings.HasSuffix(r.URL.Path, "/resize") && hits.Add(1) == 1 {
					return fault
				}
				return acctest.Pass
			})
			terraform.Configure(faulty + config("2"))
			terraform.Must(0, "apply", "-auto-approve")
			pod := getPod(t, acctest.Client(t), cluster, "web")
			if err := size("2/2", "1Gi/1Gi")(pod); err != nil || hits.Load() < 2 {
				t.Errorf("after %d requests: %v", hits.Load(), err)
			}
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}

// TestAccInstance_updateRidesOut500s answers every third request of an update with
// what an API server says whose etcd has a new leader.
func TestAccInstance_updateRidesOut500s(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCheckedCLI(t)
	config := func(image, cpu, label string) string {
		return block(cluster, `name = "web"`, fmt.Sprintf("image = %q\n  cpu = %q\n  memory = \"1Gi\"\n  labels = { %s = \"1\" }", image, cpu, label))
	}
	terraform.Configure(config(image, "1", "a"))
	terraform.Must(0, "apply", "-auto-approve")
	var requests atomic.Int32
	faulty := acctest.FaultyProxy(t, func(*http.Request) acctest.Fault {
		if requests.Add(1)%3 == 0 {
			return acctest.Status(http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcdserver: leader changed")
		}
		return acctest.Pass
	})
	terraform.Configure(faulty + config("registry.k8s.io/pause:3.9", "2", "b"))
	terraform.Must(0, "apply", "-auto-approve")
	if requests.Load() < 6 {
		t.Errorf("there were only %d requests", requests.Load())
	}
}

// TestAccInstance_silentWatchIsDoubted has every watch fall silent before the Pod is
// ready: neither news nor an end. The waits read by themselves after a while.
func TestAccInstance_silentWatchIsDoubted(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	silent := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if r.URL.Query().Get("watch") == "true" {
			return acctest.Silence
		}
		return acctest.Pass
	})
	// More than have watches of their own.
	var config strings.Builder
	config.WriteString(silent)
	for i := range 5 {
		fmt.Fprintf(&config, "resource \"mar_instance\" \"i%d\" {\n  cluster = %q\n  name = \"i%d\"\n  image = %q\n  %s\n  timeouts = { create = \"3m\", delete = \"3m\" }\n}\n", i, cluster, i, image, behaving("start-delay", "2s"))
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config.String())
	start := time.Now()
	terraform.Must(0, "apply", "-auto-approve")
	if took := time.Since(start); took > 2*time.Minute {
		t.Errorf("the waits took %s", took)
	}
	for i := range 5 {
		if pod := getPod(t, acctest.Client(t), cluster, fmt.Sprintf("i%d", i)); pod.Status.Phase != corev1.PodRunning {
			t.Errorf("%s is %s", pod.Name, pod.Status.Phase)
		}
	}
	terraform.Must(0, "destroy", "-auto-approve")
}
