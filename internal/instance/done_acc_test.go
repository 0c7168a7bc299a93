package instance_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// byHand is a behaviour that the nodes don't know: they do nothing about the Pod any
// more, and a test speaks for them.
const byHand = "by-hand"

// TestAccInstance_finishedOneIsNotWrittenTo has a job finish between plan and apply.
// What the plan meant for its program can't take effect any more: that is an error at
// once, nothing is sent, and the next plan replaces the instance.
func TestAccInstance_finishedOneIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	sized := func(cpu string) string { return fmt.Sprintf("cpu = %q\n  memory = \"1Gi\"", cpu) }
	for name, c := range map[string]struct{ before, after, says string }{
		"image":           {`image = "registry.example.com/job:1"`, `image = "registry.example.com/job:2"`, "Its image can't be changed in place"},
		"size":            {`image = "registry.example.com/job:1"` + "\n" + sized("1"), `image = "registry.example.com/job:1"` + "\n" + sized("2"), "Its size can't be changed in place"},
		"image and label": {`image = "registry.example.com/job:1"`, "image = \"registry.example.com/job:2\"\n  labels = { a = \"1\" }", "Its image can't be changed in place"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster, client := acctest.Namespace(t), acctest.Client(t)
			config := func(attributes string) string {
				return block(cluster, `name = "web"`, attributes, `restart_policy = "Never"`)
			}
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(config(c.before))
			terraform.Must(0, "apply", "-auto-approve")
			terraform.Configure(config(c.after))
			says(t, flat(terraform.Must(2, "plan", "-detailed-exitcode", "-out=saved")), "0 to add, 1 to change, 0 to destroy")
			becomes(t, cluster, "succeeded", phase(corev1.PodSucceeded))()
			before := getPod(t, client, cluster, "web")

			start := time.Now()
			says(t, flat(terraform.Must(1, "apply", "saved")), "has finished since the plan was made", c.says)
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("the apply took %s", took)
			}
			if now := getPod(t, client, cluster, "web"); now.ResourceVersion != before.ResourceVersion {
				t.Errorf("the Pod was written to: %v", now)
			}
			says(t, flat(terraform.Must(2, "plan", "-detailed-exitcode")), "1 to add, 0 to change, 1 to destroy")
			terraform.Must(0, "apply", "-auto-approve")
			if now := getPod(t, client, cluster, "web"); now.UID == before.UID {
				t.Error("the Pod wasn't replaced")
			}
			terraform.Must(0, "plan", "-detailed-exitcode")
		})
	}
}

// TestAccInstance_jobThatMissesItsImageIsReplaced has a job finish once the image was
// sent, and before the node took notice.
func TestAccInstance_jobThatMissesItsImageIsReplaced(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, client := acctest.Namespace(t), acctest.Client(t)
	config := func(image string) string {
		return block(cluster, `name = "web"`, fmt.Sprintf("image = %q", image), `restart_policy = "Never"`)
	}
	terraform := acctest.NewCheckedCLI(t)
	terraform.Configure(config("registry.example.com/job:1"))
	terraform.Must(0, "apply", "-auto-approve")
	// From here on its node does nothing, and the test speaks for it.
	change(t, cluster, fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, behavior+"behavior", byHand))()
	before := getPod(t, client, cluster, "web")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		await(t, cluster, "given the new image", func(pod *corev1.Pod) bool { return strings.HasSuffix(pod.Spec.Containers[0].Image, "job:2") })
		status := getPod(t, client, cluster, "web").Status.DeepCopy()
		status.Phase = corev1.PodSucceeded
		status.ContainerStatuses[0].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed", ContainerID: status.ContainerStatuses[0].ContainerID, FinishedAt: metav1.Now()}}
		status.ContainerStatuses[0].Ready = false
		nodeSays(t, cluster, status)
	}()
	terraform.Configure(config("registry.example.com/job:2"))
	output := terraform.Must(1, "apply", "-auto-approve")
	<-ended
	says(t, flat(output), "finished before the change took effect")
	says(t, flat(terraform.Must(2, "plan", "-detailed-exitcode")), "finished before it used its last new image", "1 to add, 0 to change, 1 to destroy")
	terraform.Must(0, "apply", "-auto-approve")
	if now := getPod(t, client, cluster, "web"); now.UID == before.UID {
		t.Error("the Pod wasn't replaced")
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// nodeSays writes the status of the Pod web, as its node does.
func nodeSays(t *testing.T, cluster string, status *corev1.PodStatus) {
	t.Helper()
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		pod, err := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		pod.Status = *status
		_, err = client.CoreV1().Pods(cluster).UpdateStatus(ctx, pod, metav1.UpdateOptions{})
		return err
	})()
}

// TestAccInstance_containerThatEndedForGoodEndsTheWait holds that a container which
// isn't started again is named at once, and that another image isn't sent to one.
func TestAccInstance_containerThatEndedForGoodEndsTheWait(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	for policy, exit := range map[string]int32{"Never": 3, "OnFailure": 0} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			cluster := acctest.Namespace(t)
			config := func(image string, more ...string) string {
				return block(cluster, append(more, `name = "web"`, fmt.Sprintf("image = %q", image), fmt.Sprintf("restart_policy = %q", policy),
					`pod = { containers = [{ name = "helper", image = "helper:1" }] }`)...)
			}
			terraform := acctest.NewCheckedCLI(t)
			terraform.Configure(config("web:1", behaving("behavior", "not-ready"), `timeouts = { create = "2m" }`))
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				endContainer(t, cluster, "helper", exit)
			}()
			start := time.Now()
			output := terraform.Must(1, "apply", "-auto-approve")
			<-ended
			if took := time.Since(start); took > time.Minute {
				t.Errorf("the wait took %s", took)
			}
			says(t, flat(output), "Container helper has ended", fmt.Sprintf("exit code %d", exit), "isn't started again")
		})
	}
}

// TestAccInstance_imageOfAnEndedMainContainerReplaces has the main container end for
// good beside one that runs, so that no other image would ever run in it.
func TestAccInstance_imageOfAnEndedMainContainerReplaces(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster, client := acctest.Namespace(t), acctest.Client(t)
	config := func(image string) string {
		return block(cluster, `name = "web"`, fmt.Sprintf("image = %q", image), `restart_policy = "Never"`, `pod = { containers = [{ name = "helper", image = "helper:1" }] }`)
	}
	terraform := acctest.NewCheckedCLI(t)
	terraform.Configure(config("web:1"))
	terraform.Must(0, "apply", "-auto-approve")
	before := getPod(t, client, cluster, "web")
	endContainer(t, cluster, "app", 0)
	terraform.Must(0, "plan", "-detailed-exitcode")
	terraform.Configure(config("web:2"))
	says(t, flat(terraform.Must(2, "plan", "-detailed-exitcode")), "1 to add, 0 to change, 1 to destroy")
	terraform.Must(0, "apply", "-auto-approve")
	if now := getPod(t, client, cluster, "web"); now.UID == before.UID {
		t.Error("the Pod wasn't replaced")
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}

// endContainer ends one of the containers of the Pod web, once it runs.
func endContainer(t *testing.T, cluster, name string, exit int32) {
	t.Helper()
	client, held := acctest.Client(t), 0
	acctest.Eventually(t, name+" to have ended", func(ctx context.Context) (bool, error) {
		pod, err := client.CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{})
		if err != nil || pod.Status.Phase != corev1.PodRunning {
			return false, ignore(err, apierrors.IsNotFound)
		}
		if pod.Annotations[behavior+"behavior"] != byHand {
			_, err := client.CoreV1().Pods(cluster).Patch(ctx, "web", types.MergePatchType, []byte(fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, behavior+"behavior", byHand)), metav1.PatchOptions{})
			return false, err
		}
		if endedIn(&pod.Status, name, exit) {
			// What its node was about to say when it fell silent may still come.
			held++
			return held > 5, nil
		}
		_, err = client.CoreV1().Pods(cluster).UpdateStatus(ctx, pod, metav1.UpdateOptions{})
		held = 0
		return false, ignore(err, apierrors.IsConflict)
	})
}

// endedIn has the container end in a status, and reports whether it had before.
func endedIn(status *corev1.PodStatus, name string, exit int32) bool {
	for i := range status.ContainerStatuses {
		c := &status.ContainerStatuses[i]
		if c.Name != name {
			continue
		}
		if c.State.Terminated != nil {
			return true
		}
		c.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: exit, Reason: "Completed", ContainerID: c.ContainerID, FinishedAt: metav1.Now()}}
		c.Ready = false
	}
	for i := range status.Conditions {
		if c := &status.Conditions[i]; c.Type == corev1.PodReady || c.Type == corev1.ContainersReady {
			c.Status, c.Reason, c.Message = corev1.ConditionFalse, "ContainersNotReady", fmt.Sprintf("containers with unready status: [%s]", name)
		}
	}
	return false
}

func ignore(err error, such func(error) bool) error {
	if such(err) {
		return nil
	}
	return err
}

// TestAccInstance_heldDeletionIsNamed has a finalizer hold a Pod that is destroyed:
// the error and each plan after it name the finalizer, and none says that somebody
// else deleted it.
func TestAccInstance_heldDeletionIsNamed(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	config := instanceConfig(cluster, `timeouts = { delete = "4s" }`)
	hold := func(finalizers string) {
		acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
			_, err := client.CoreV1().Pods(cluster).Patch(ctx, "web", types.MergePatchType, []byte(`{"metadata":{"finalizers":`+finalizers+`}}`), metav1.PatchOptions{})
			return err
		})()
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(config)
	terraform.Must(0, "apply", "-auto-approve")
	hold(`["example.com/hold"]`)
	says(t, flat(terraform.Must(1, "destroy", "-auto-approve")), "Could not delete the instance "+cluster+"/web", "Timed out after 4s", "example.com/hold")
	output := terraform.Must(2, "plan", "-detailed-exitcode")
	says(t, flat(output), "Instance is being deleted", "Its finalizers hold it: example.com/hold")
	if strings.Contains(output, "something else") {
		t.Errorf("the plan says\n%s", output)
	}
	terraform.Configure(instanceConfig(cluster, `timeouts = { delete = "2m" }`))
	held, tell := closing()
	go func() {
		time.Sleep(4 * time.Second)
		tell()
	}()
	interrupted, _, finished := terraform.Interrupt(held, "destroy", "-auto-approve", "-refresh=false")
	if finished {
		t.Errorf("it ended by itself:\n%s", interrupted)
	}
	says(t, flat(interrupted), "The run was cancelled, and Kubernetes is still deleting it", "example.com/hold")
	terraform.Configure(instanceConfig(cluster, stopped, `timeouts = { update = "4s" }`))
	says(t, flat(terraform.Must(1, "apply", "-auto-approve")), "example.com/hold")
	says(t, flat(terraform.Must(0, "plan", "-refresh-only")), "The Pod of a stopped instance still exists", "example.com/hold")
	hold(`null`)
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")
}
