package instance_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_killedCreatesEndAsAsked kills Terraform between any two writes of a
// create and of a replacement. The next apply goes on, or names the one object that is
// left, with the block that imports it. That import ends with what was asked for.
func TestAccInstance_killedCreatesEndAsAsked(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	for name, c := range map[string]struct {
		before, after string
		writes        int32
		stopped       bool
	}{
		"plain":                {after: "", writes: 1},
		"stopped":              {after: stopped, writes: 1, stopped: true},
		"secrets":              {after: secretEnv("hunter2", 1), writes: 5},
		"secrets, running":     {after: secretEnv("hunter2", 1) + "\n" + running, writes: 5},
		"secrets, stopped":     {after: secretEnv("hunter2", 1) + "\n" + stopped, writes: 2, stopped: true},
		"replaced":             {before: `env = { A = "1" }`, after: `env = { A = "2" }`, writes: 2},
		"new version, stopped": {before: secretEnv("other", 1) + "\n" + stopped, after: secretEnv("hunter2", 2) + "\n" + stopped, writes: 4, stopped: true},
		"new version, running": {before: secretEnv("other", 1), after: secretEnv("hunter2", 2), writes: 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for writes := int32(1); ; writes++ {
				cluster := acctest.Namespace(t)
				terraform := acctest.NewCLI(t)
				if c.before != "" {
					terraform.Configure(instanceConfig(cluster, c.before))
					terraform.Must(0, "apply", "-auto-approve")
				}
				proxy, reached := dyingAfter(t, writes)
				terraform.Configure(proxy + instanceConfig(cluster, c.after))
				output, finished := terraform.Kill(reached, "apply", "-auto-approve", "-lock=false")
				if finished {
					if writes <= c.writes {
						t.Fatalf("it took only %d writes:\n%s", writes-1, output)
					}
					return
				}
				output = applyOrImport(t, terraform, cluster, c.after)
				if err := asAsked(t, cluster, c.stopped, strings.Contains(c.after, "secret_env")); err != nil {
					t.Errorf("killed after %d writes: %v\n%s", writes, err, output)
				}
				terraform.Must(0, "plan", "-detailed-exitcode", "-lock=false")
			}
		})
	}
}

// applyOrImport applies, and does what the error says where there is one.
func applyOrImport(t *testing.T, terraform *acctest.CLI, cluster, attributes string) string {
	t.Helper()
	terraform.Configure(instanceConfig(cluster, attributes))
	output, code := terraform.Run("apply", "-auto-approve", "-lock=false")
	if code == 0 {
		return output
	}
	id := fmt.Sprintf("id = %q", cluster+"/web")
	if !strings.Contains(output, "already exists") || !strings.Contains(output, id) {
		t.Fatalf("the error doesn't name what is left:\n%s", output)
	}
	terraform.Configure(fmt.Sprintf("import {\n  to = %s\n  %s\n}\n", address, id) + instanceConfig(cluster, attributes))
	return output + terraform.Must(0, "apply", "-auto-approve", "-lock=false")
}

// asAsked reports what of the instance web isn't as its configuration says.
func asAsked(t *testing.T, cluster string, isStopped, withSecret bool) error {
	t.Helper()
	client := acctest.Client(t)
	if withSecret {
		// Kubernetes collects what an earlier try has left.
		acctest.Eventually(t, "one Secret to be there", func(ctx context.Context) (bool, error) {
			list, err := client.CoreV1().Secrets(cluster).List(ctx, metav1.ListOptions{LabelSelector: "instance-id=web"})
			return err == nil && len(list.Items) == 1, err
		})
		return whole(t.Context(), client, cluster, theSecret(t, cluster), !isStopped)
	}
	pod, podErr := client.CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	_, templateErr := client.CoreV1().PodTemplates(cluster).Get(t.Context(), "web", metav1.GetOptions{})
	switch {
	case isStopped && apierrors.IsNotFound(podErr) && templateErr == nil:
		return nil
	case !isStopped && podErr == nil && apierrors.IsNotFound(templateErr):
		return equal("the Pod's phase", pod.Status.Phase, corev1.PodRunning)
	}
	return fmt.Errorf("the Pod: %w; the template: %w", podErr, templateErr)
}

// TestAccInstance_interruptedRunsLoseNothing presses Ctrl-C at each write of a create, a
// stop, a start, a restart and a change of the Secret. What was done is in the state, so
// that the next apply goes on by itself.
func TestAccInstance_interruptedRunsLoseNothing(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	for name, c := range map[string]struct {
		before, after string
		writes        int32
		stopped       bool
	}{
		"create":      {after: secretEnv("hunter2", 1), writes: 5},
		"stop":        {before: secretEnv("hunter2", 1), after: secretEnv("hunter2", 1) + "\n" + stopped, writes: 3, stopped: true},
		"start":       {before: secretEnv("hunter2", 1) + "\n" + stopped, after: secretEnv("hunter2", 1) + "\n" + running, writes: 5},
		"restart":     {before: secretEnv("hunter2", 1) + "\n" + `restart_triggers = { a = "1" }`, after: secretEnv("hunter2", 1) + "\n" + `restart_triggers = { a = "2" }`, writes: 6},
		"new version": {before: secretEnv("other", 1) + "\n" + stopped, after: secretEnv("hunter2", 2) + "\n" + stopped, writes: 4, stopped: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for writes := int32(1); writes <= c.writes; writes++ {
				cluster := acctest.Namespace(t)
				terraform := acctest.NewCLI(t)
				if c.before != "" {
					terraform.Configure(instanceConfig(cluster, c.before))
					terraform.Must(0, "apply", "-auto-approve")
				}
				proxy, reached := tellingAfter(t, writes)
				terraform.Configure(proxy + instanceConfig(cluster, c.after))
				output, _, _ := terraform.Interrupt(reached, "apply", "-auto-approve")
				terraform.Configure(instanceConfig(cluster, c.after))
				output += terraform.Must(0, "apply", "-auto-approve")
				if err := asAsked(t, cluster, c.stopped, true); err != nil {
					t.Errorf("interrupted after %d writes: %v\n%s", writes, err, output)
				}
				terraform.Must(0, "plan", "-detailed-exitcode")
			}
		})
	}
}

// tellingAfter returns a provider block whose API server says when it has answered so many
// writes.
func tellingAfter(t *testing.T, writes int32) (provider string, reached chan struct{}) {
	t.Helper()
	var seen atomic.Int32
	reached = make(chan struct{})
	tell := sync.OnceFunc(func() { close(reached) })
	return acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if r.Method == http.MethodGet {
			return acctest.Pass
		}
		return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
			server.ServeHTTP(w, r)
			if seen.Add(1) >= writes {
				tell()
			}
		}
	}), reached
}

// TestAccInstance_killedActionsGoOn kills an action between any two writes. The same action
// goes on, and what a restart was to start the next apply starts, too.
func TestAccInstance_killedActionsGoOn(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	acctest.Needs(t, acctest.WriteOnly)
	for action, c := range map[string]struct {
		before string
		goOn   []string
		runs   bool
	}{
		"stop":    {"", invocation("stop", "web"), false},
		"start":   {"stop", invocation("start", "web"), true},
		"restart": {"", []string{"apply", "-auto-approve", "-lock=false"}, true},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			for writes := int32(1); ; writes++ {
				cluster := acctest.Namespace(t)
				terraform := acctest.NewCLI(t)
				config := actionsOn(cluster, "web") + instanceConfig(cluster, secretEnv("hunter2", 1))
				terraform.Configure(config)
				terraform.Must(0, "apply", "-auto-approve")
				made := theSecret(t, cluster)
				if c.before != "" {
					invoke(t, terraform, 0, c.before, "web")
				}
				proxy, reached := dyingAfter(t, writes)
				terraform.Configure(proxy + config)
				if output, finished := terraform.Kill(reached, invocation(action, "web")...); finished {
					if writes < 4 {
						t.Fatalf("it took only %d writes:\n%s", writes-1, output)
					}
					return
				}
				terraform.Configure(config)
				output := terraform.Must(0, c.goOn...)
				if err := whole(t.Context(), acctest.Client(t), cluster, made, c.runs); err != nil {
					t.Errorf("killed after %d writes: %v\n%s", writes, err, output)
				}
				terraform.Must(0, "plan", "-detailed-exitcode", "-lock=false")
			}
		})
	}
}
