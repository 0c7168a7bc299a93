package instance_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_createThatFailsSaysWhy holds that the error has the reason, the
// last observed state, the events, the log and the advice; that the instance is
// in the state; and that the next apply replaces it.
func TestAccInstance_createThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for name, c := range map[string]struct {
		attributes []string
		says       string
	}{
		"invalid image name": {
			[]string{`image = "registry.example.com/WEB:1"`},
			`(?s)no\s+valid\s+name:\s+InvalidImageName.*Last seen:.*status Pending.*Correct\s+.image.*terraform\s+untaint`,
		},
		"image that can't be pulled": {
			[]string{`image = "registry.invalid/web:1"`, `timeouts = { create = "8s" }`},
			`(?s)timed\s+out\s+after\s+8s:\s+the\s+image\s+of\s+container\s+app\s+can't\s+be\s+pulled.*Warning events:.*Failed.*(ErrImagePull|no such host).*Check\s+the\s+name\s+and\s+tag`,
		},
		"crash loop": {
			[]string{`image = "web:1"`, behaving("behavior", "crash-loop", "exit-code", "3", "previous-logs", "no database at db:5432")},
			`(?s)keeps\s+ending\s+\(\d+\s+restarts\):\s+Error,\s+exit\s+code\s+3.*CrashLoopBackOff.*Warning events:.*BackOff.*Last lines of its log:.*no database at db:5432.*read_only_root_filesystem`,
		},
		"out of memory": {
			[]string{`image = "web:1"`, `restart_policy = "Never"`, behaving("behavior", "oom-killed")},
			`(?s)It\s+failed.*OOMKilled,\s+exit\s+code\s+137.*.memory.`,
		},
		"failed job": {
			[]string{`image = "web:1"`, `restart_policy = "Never"`, `wait_for = "Succeeded"`, behaving("behavior", "failed", "exit-code", "4", "logs", "broken")},
			`(?s)exit\s+code\s+4.*Last lines of its log:.*broken`,
		},
		"root image": {
			[]string{`image = "web:1"`, behaving("behavior", "config-error")},
			`(?s)CreateContainerConfigError:\s+container\s+has\s+runAsNonRoot.*.security.run_as_non_root\s+=\s+false.`,
		},
		"no room": {
			[]string{`image = "web:1"`, `cpu = "100000"`, `memory = "1Gi"`, `timeouts = { create = "8s" }`},
			`(?s)timed\s+out\s+after\s+8s:\s+no\s+node\s+takes\s+it:\s+Unschedulable:.*Insufficient\s+cpu.*enough\s+left\s+of:\s+cpu\s+\(it\s+reserves\s+100k\)`,
		},
		"an init container that fails": {
			[]string{`image = "web:1"`, `pod = { initContainers = [{ name = "setup", image = "setup:1" }] }`, behaving("behavior", "crash-loop", "container", "setup", "exit-code", "2")},
			`(?is)init\s+container\s+setup\s+keeps\s+ending\s+\(3\s+restarts\):\s+Error,\s+exit\s+code\s+2.*its\s+fields\s+in\s+.pod.`,
		},
		"a sidecar that fails": {
			[]string{`image = "web:1"`, `pod = { initContainers = [{ name = "log", image = "log:1", restartPolicy = "Always" }] }`, behaving("behavior", "crash-loop", "container", "log")},
			`(?is)sidecar\s+log\s+keeps\s+ending\s+\(3\s+restarts\)`,
		},
		"never ready": {
			[]string{`image = "web:1"`, behaving("behavior", "not-ready"), `timeouts = { create = "8s" }`},
			`(?s)timed\s+out\s+after\s+8s:\s+container\s+app\s+fails\s+its\s+readiness\s+check:.*container app running, not ready.*health_checks`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			var pod uid
			test(t,
				resource.TestStep{Config: block(cluster, append(c.attributes, `name = "web"`)...), ExpectError: regexp.MustCompile(c.says)},
				resource.TestStep{
					PreConfig:        func() { await(t, cluster, "noted", func(p *corev1.Pod) bool { return pod.note(p) == nil }) },
					Config:           instanceConfig(cluster),
					ConfigPlanChecks: planned(action(plancheck.ResourceActionReplace)),
					Check:            thePod(t, cluster, pod.other),
				},
			)
		})
	}
}

// TestAccInstance_logLines holds that an error quotes as much of a log as the provider block
// lets it, and that with 0 the log isn't even asked for. A termination message that is the end
// of a log counts as one.
func TestAccInstance_logLines(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	var asked atomic.Int32
	proxied := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if strings.HasSuffix(r.URL.Path, "/log") {
			asked.Add(1)
		}
		return acctest.Pass
	})
	for block, c := range map[string]struct {
		quoted, left []string
		asks         bool
	}{
		"":              {quoted: []string{"log 1", "log 3", "message 1", "message 3"}, asks: true},
		"log_lines = 2": {quoted: []string{"log 2", "log 3", "message 2", "message 3"}, left: []string{"log 1", "message 1"}, asks: true},
		"log_lines = 0": {quoted: []string{"exit code 5"}, left: []string{"log 1", "log 3", "message 1", "message 3"}},
	} {
		asked.Store(0)
		terraform := acctest.NewCLI(t)
		terraform.Configure(strings.Replace(proxied, "{", "{\n  "+block, 1) + fmt.Sprintf(`
resource "mar_instance" "test" {
  cluster        = %q
  image          = "web:1"
  restart_policy = "Never"
  pod            = { containers = [{ name = "app", terminationMessagePolicy = "FallbackToLogsOnError" }] }
  annotations = {
    "devcluster.mar.headgym.com/behavior"  = "failed"
    "devcluster.mar.headgym.com/exit-code" = "5"
    "devcluster.mar.headgym.com/logs"      = "log 1\nlog 2\nlog 3"
    "devcluster.mar.headgym.com/message"   = "message 1\nmessage 2\nmessage 3"
  }
}`, cluster))
		_, said, _ := strings.Cut(terraform.Must(1, "apply", "-auto-approve"), "Error: ")
		for _, text := range c.quoted {
			if !strings.Contains(said, text) {
				t.Errorf("with %q it doesn't quote %q:\n%s", block, text, said)
			}
		}
		for _, text := range c.left {
			if strings.Contains(said, text) {
				t.Errorf("with %q it quotes %q:\n%s", block, text, said)
			}
		}
		if got := asked.Load() > 0; got != c.asks {
			t.Errorf("with %q the log was asked for: %t", block, got)
		}
		// The next plan tells of the instance again, under the same rule.
		plan := terraform.Must(0, "plan")
		_, warned, _ := strings.Cut(plan, "Warning: ")
		if strings.Contains(warned, "message 1") == slices.Contains(c.left, "message 1") || !strings.Contains(warned, "exit code 5") {
			t.Errorf("with %q the next plan says:\n%s", block, plan)
		}
	}
	for _, block := range []string{"log_lines = -1", "log_lines = 101"} {
		terraform := acctest.NewCLI(t)
		terraform.Configure(strings.Replace(proxied, "{", "{\n  "+block, 1) + "data \"mar_clusters\" \"all\" {}\n")
		if output := terraform.Must(1, "plan"); !strings.Contains(output, "log_lines") {
			t.Errorf("%s: %s", block, output)
		}
	}
}

func TestAccInstance_runningIsEnoughWhereAsked(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	test(t, resource.TestStep{
		Config: instanceConfig(cluster, `wait_for = "Running"`, behaving("behavior", "not-ready")),
		Check:  inState("status", "Running"),
	})
}
