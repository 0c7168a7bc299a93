package waiting

import (
	"cmp"
	"fmt"
	"reflect"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Status is whether a Pod may still come to the goal.
type Status struct {
	Done bool
	// Hopeless is why it won't.
	Failure string
	// Waiting says what is still missing.
	Waiting string
	// Problem is what is wrong so far, empty where nothing is, or where it is too early to say.
	Problem string
	// Advice is what to do where the wait ends so, whatever ends it.
	Advice string
}

// Ended says why the wait ended, which ended with err.
func (s Status) Ended(err error) string {
	switch {
	case s.Failure != "":
		return s.Failure
	case s.Problem != "":
		return fmt.Sprintf("it %s: %s", err, s.Problem)
	}
	return fmt.Sprintf("it %s, waiting for %s", err, cmp.Or(s.Waiting, "the API server"))
}

// Assess judges a Pod. Borne is for how long its present problem has been there.
func Assess(f podhealth.Facts, g Goal, lasted time.Duration) Status {
	pod := f.Pod
	if pod.DeletionTimestamp != nil {
		return Status{Failure: "it is being deleted", Advice: "This run didn't request the deletion: an earlier run or something else did. The next apply waits until it is gone, and then recreates it."}
	}
	if g.Size != nil {
		return resized(f, *g.Size, lasted)
	}
	if MissedChange(pod, g) {
		return Status{
			Failure: "it finished before the change took effect",
			Advice:  "Its program won't run again, so the change never takes effect. Run the plan again: it replaces the instance.",
		}
	}
	if stale(pod, g) {
		return Status{
			Waiting: "the node to restart the container with the change",
			Advice:  "The node hasn't acted on the change. Give it more time with `timeouts`, or look at the node " + pod.Spec.NodeName + ".",
		}
	}
	if reached(pod, g) {
		return Status{Done: true}
	}
	return statusOf(pod, g, g.problem(f), lasted)
}

// statusOf is the status for a Pod that hasn't reached the goal.
func statusOf(pod *corev1.Pod, g Goal, p podhealth.Problem, lasted time.Duration) Status {
	lacks, advice := podhealth.Lacks(pod, g.For == model.WaitSucceeded)
	switch {
	case p.Cause == podhealth.None:
		return Status{Waiting: lacks, Advice: advice}
	case p.Cause.IsEnd() && p.Cause != podhealth.Finished:
		return Status{Failure: "it failed: " + p.Text, Advice: p.Advice}
	case p.EndsWait(lasted):
		return Status{Failure: p.Text, Advice: p.Advice}
	case p.Passing:
		return Status{Waiting: lacks, Problem: p.Text, Advice: p.Advice}
	}
	return Status{Waiting: "this to change: " + p.Text, Problem: p.Text, Advice: p.Advice}
}

func reached(pod *corev1.Pod, g Goal) bool {
	finished := pod.Status.Phase == corev1.PodSucceeded && manifest.MayFinish(string(pod.Spec.RestartPolicy))
	running := pod.Status.Phase == corev1.PodRunning
	switch g.For {
	case model.WaitNone:
		return true
	case model.WaitScheduled:
		return pod.Spec.NodeName != ""
	case model.WaitRunning:
		if g.Before != nil {
			now := podhealth.StatusOf(pod.Status.ContainerStatuses, g.Before.Name)
			running = now != nil && now.State.Running != nil
		}
		return finished || running
	case model.WaitSucceeded:
		return finished
	}
	return finished || podhealth.IsReady(pod)
}

// stale reports that the main container hasn't changed since before.
func stale(pod *corev1.Pod, g Goal) bool {
	if g.Before == nil {
		return false
	}
	now := podhealth.StatusOf(pod.Status.ContainerStatuses, g.Before.Name)
	return now != nil && now.ContainerID == g.Before.ContainerID && now.RestartCount == g.Before.RestartCount &&
		now.Image == g.Before.Image && reflect.DeepEqual(now.State, g.Before.State)
}

// MissedChange reports whether the main container ended for good before the node noticed a change,
// so that what was changed never runs.
func MissedChange(pod *corev1.Pod, g Goal) bool {
	if g.Before == nil || pod.Status.Phase == corev1.PodFailed || !podhealth.IsOver(pod) {
		return false
	}
	now := podhealth.StatusOf(pod.Status.ContainerStatuses, g.Before.Name)
	return now != nil && now.ContainerID == g.Before.ContainerID && now.RestartCount == g.Before.RestartCount
}

// FinishedError says that an instance has finished since the plan, so its change in place wasn't
// sent.
func FinishedError(pod *corev1.Pod, what string) error {
	how := cmp.Or(podhealth.EndCause(pod), manifest.StatusOf(pod))
	return fmt.Errorf("%s has finished since the plan was made (%s). %s can't be changed in place any more, so nothing was sent. Run the plan again: it replaces the instance", manifest.Ref(pod), how, what)
}
