package instance_test

import (
	"context"
	"fmt"
	"strings"
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
