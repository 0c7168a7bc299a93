package instance_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_aKilledStartIsWaitedFor kills Terraform while a start or a restart waits for the
// instance. What `wait_for` promises is kept by the next apply.
func TestAccInstance_aKilledStartIsWaitedFor(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	const (
		short = "timeouts = { update = \"3s\" }"
		sick  = `annotations = { "devcluster.mar.headgym.com/behavior" = "not-ready" }`
	)
	for name, c := range map[string][2]string{
		"start":   {stopped, running},
		"restart": {`restart_triggers = { config = "1" }`, `restart_triggers = { config = "2" }`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			terraform := acctest.NewCLI(t)
			terraform.Configure(instanceConfig(cluster, c[0]))
			terraform.Must(0, "apply", "-auto-approve")

			proxy, waits := watchedAfterPost(t)
			terraform.Configure(proxy + instanceConfig(cluster, c[1], sick))
			if output, finished := terraform.Kill(waits, "apply", "-auto-approve", "-lock=false"); finished {
				t.Fatalf("it didn't wait:\n%s", output)
			}

			terraform.Configure(instanceConfig(cluster, c[1], sick, short))
			if output, code := terraform.Run("apply", "-auto-approve", "-lock=false"); code != 1 || !strings.Contains(output, "become ready") {
				t.Errorf("the next apply ends with %d, and didn't wait:\n%s", code, output)
			}
			if _, err := acctest.Client(t).CoreV1().PodTemplates(cluster).Get(t.Context(), "web", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
				t.Errorf("its template is left: %v", err)
			}
			terraform.Configure(instanceConfig(cluster, c[1]))
			terraform.Must(0, "apply", "-auto-approve", "-lock=false")
			terraform.Must(0, "plan", "-detailed-exitcode", "-lock=false")
		})
	}
}

// watchedAfterPost returns a provider block, and what is closed once Pods are watched after one was
// created.
func watchedAfterPost(t *testing.T) (provider string, waits chan struct{}) {
	t.Helper()
	waits = make(chan struct{})
	seen := sync.OnceFunc(func() { close(waits) })
	var created atomic.Bool
	return acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if !strings.HasSuffix(r.URL.Path, "/pods") || r.URL.Query().Has("dryRun") {
			return acctest.Pass
		}
		if r.Method == http.MethodPost {
			created.Store(true)
		}
		if created.Load() && r.URL.Query().Has("watch") {
			seen()
		}
		return acctest.Pass
	}), waits
}
