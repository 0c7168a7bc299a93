package instance_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// closing is a channel, and what closes it once.
func closing() (chan struct{}, func()) {
	now := make(chan struct{})
	return now, sync.OnceFunc(func() { close(now) })
}

// resizeIs reports whether the Pod's resize is pending for that reason.
func resizeIs(reason string) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool {
		for _, c := range pod.Status.Conditions {
			if c.Type == corev1.PodResizePending && c.Reason == reason {
				return true
			}
		}
		return false
	}
}

// TestAccInstance_interruptedWaitSaysWhatIsKnown has somebody press Ctrl-C while an image can't be
// pulled: the warning names that, with its advice.
func TestAccInstance_interruptedWaitSaysWhatIsKnown(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	terraform := acctest.NewCLI(t)
	terraform.Configure(block(cluster, `name = "web"`, `image = "registry.invalid/web:1"`))
	failing, tell := closing()
	go func() {
		acctest.Eventually(t, "a failed pull", func(ctx context.Context) (bool, error) {
			pods, err := acctest.Client(t).CoreV1().Pods(cluster).List(ctx, metav1.ListOptions{})
			return err == nil && len(pods.Items) > 0 && waitsFor(pods.Items[0], "ImagePullBackOff"), err
		})
		tell()
	}()
	output, _, finished := terraform.Interrupt(failing, "apply", "-auto-approve")
	if finished {
		t.Fatalf("it ended by itself:\n%s", output)
	}
	says(t, flat(output), "Stopped waiting for Pod", "Known so far: the image of container app can't be pulled", "Check the name and tag in `image`")
}

func waitsFor(pod corev1.Pod, reason string) bool {
	return len(pod.Status.ContainerStatuses) > 0 && pod.Status.ContainerStatuses[0].State.Waiting != nil && pod.Status.ContainerStatuses[0].State.Waiting.Reason == reason
}

// TestAccInstance_interruptedResizeIsTold has somebody press Ctrl-C while a node has
// no room for a new size. The size stays asked for: the run says so, and so does every
// plan and refresh after it, also once the node can't ever give it.
func TestAccInstance_interruptedResizeIsTold(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	config := func(cpu string) string {
		return instanceConfig(cluster, fmt.Sprintf("cpu = %q", cpu), `memory = "1Gi"`, behaving("resize", "deferred"), `timeouts = { update = "2m" }`)
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("1"))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config("2"))
	deferred, tell := closing()
	go func() {
		await(t, cluster, "waiting for its size", resizeIs("Deferred"))
		tell()
	}()
	output, code, finished := terraform.Interrupt(deferred, "apply", "-auto-approve")
	if finished || code == 0 {
		t.Fatalf("it ended by itself, with %d:\n%s", code, output)
	}
	says(t, flat(output), "Could not update the instance", "The run was cancelled", "still requested and may happen at any time")
	if strings.Contains(output, "was created") {
		t.Errorf("it says\n%s", output)
	}
	const pending, still = "Instance doesn't have its new size yet", "The request stays until the size is changed again"
	// What the instance is recreated from doesn't say the size yet.
	says(t, flat(terraform.Must(2, "plan", "-detailed-exitcode")), pending, "no room for that size now: Deferred", still, "An update of the instance was interrupted")
	terraform.Must(0, "apply", "-auto-approve")
	says(t, flat(terraform.Must(0, "plan", "-detailed-exitcode")), pending, "no room for that size now: Deferred")
	says(t, flat(terraform.Must(0, "plan", "-refresh-only", "-detailed-exitcode")), pending)

	change(t, cluster, fmt.Sprintf(`{"metadata":{"annotations":{%q:"infeasible"}}}`, behavior+"resize"))()
	await(t, cluster, "infeasible", resizeIs("Infeasible"))
	terraform.Configure(strings.ReplaceAll(config("2"), "deferred", "infeasible"))
	says(t, flat(terraform.Must(0, "plan", "-detailed-exitcode")), pending, "can never give it that size: Infeasible")

	terraform.Configure(strings.ReplaceAll(config("1"), "deferred", "infeasible"))
	terraform.Must(0, "apply", "-auto-approve")
	if output := terraform.Must(0, "plan", "-detailed-exitcode"); strings.Contains(output, pending) {
		t.Errorf("the plan says\n%s", output)
	}
}

// TestAccInstance_interruptedUpdateSavesWhatWasDone has somebody press Ctrl-C once the
// first of two requests was carried out: that one is in the state, and the next plan has
// the other.
func TestAccInstance_interruptedUpdateSavesWhatWasDone(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	before := []string{`cpu = "1"`, `memory = "1Gi"`, `labels = { a = "1", b = "1" }`}
	after := []string{`cpu = "2"`, `memory = "1Gi"`, `labels = { b = "2" }`}
	terraform := acctest.NewCLI(t)
	terraform.Configure(instanceConfig(cluster, before...))
	terraform.Must(0, "apply", "-auto-approve")
	reached, tell := closing()
	hanging := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if writesTo(r, "pods") && !strings.HasSuffix(r.URL.Path, "/resize") {
			return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
				tell()
				<-r.Context().Done()
			}
		}
		return acctest.Pass
	})
	terraform.Configure(hanging + instanceConfig(cluster, after...))
	output, code, finished := terraform.Interrupt(reached, "apply", "-auto-approve")
	if finished || code == 0 {
		t.Fatalf("it ended by itself, with %d:\n%s", code, output)
	}
	says(t, flat(output), "What was done is in the state")
	terraform.Configure(instanceConfig(cluster, after...))
	again := changesPlanned(t, terraform)[address]
	if labels, ok := again.Before["labels"].(map[string]any); again.Before["cpu"] != "2" || !ok || labels["a"] != "1" || labels["b"] != "1" {
		t.Errorf("the state has cpu %v and labels %v", again.Before["cpu"], again.Before["labels"])
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// TestAccInstance_interruptedWaitAfterAnImageSavesIt has somebody press Ctrl-C while
// the new image starts: all was sent, and that is what the state has.
func TestAccInstance_interruptedWaitAfterAnImageSavesIt(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	config := func(image string) string {
		return block(cluster, `name = "web"`, fmt.Sprintf("image = %q", image), `labels = { a = "`+image+`" }`, behaving("start-delay", "3s"))
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config("web-1"))
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Configure(config("web-2"))
	starting, tell := closing()
	go func() {
		await(t, cluster, "starting", func(pod *corev1.Pod) bool { return pod.Spec.Containers[0].Image == "web-2" })
		tell()
	}()
	output, _, finished := terraform.Interrupt(starting, "apply", "-auto-approve")
	if finished {
		t.Fatalf("it ended by itself:\n%s", output)
	}
	says(t, flat(output), "Stopped waiting for Pod", "All of it was sent and is in the state")
	await(t, cluster, "running again", func(pod *corev1.Pod) bool { return pod.Status.ContainerStatuses[0].Ready })
	terraform.Must(0, "plan", "-detailed-exitcode")
}
