package instance

import (
	"fmt"
	"reflect"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// The values of wait_for.
const (
	waitReady     = "Ready"
	waitRunning   = "Running"
	waitScheduled = "Scheduled"
	waitSucceeded = "Succeeded"
	waitNone      = "None"
)

// goal is what a wait is for.
type goal struct {
	// For is a value of wait_for; empty where only Size matters.
	For string
	// Hold is how long the Pod has to be ready without a break, where it is waited for to become
	// ready: min_ready_seconds.
	Hold time.Duration
	// Before is how the main container was before the change that is waited
	// for. Until the node has taken notice, it is still so.
	Before *corev1.ContainerStatus
	// Size is what a resize asked for.
	Size *size
}

// goalOf is what an apply of the plan waits for.
func goalOf(plan resourceModel) goal {
	return goal{For: plan.WaitFor.ValueString(), Hold: time.Duration(plan.MinReadySeconds.ValueInt64()) * time.Second}
}

// String completes "The wait for a Pod to …".
func (g goal) String() string {
	switch {
	case g.Size != nil:
		return "be resized"
	case g.For == waitRunning:
		return "run"
	case g.For == waitScheduled:
		return "be given a node"
	case g.For == waitSucceeded:
		return "finish well"
	case g.holds():
		return "be ready for " + seconds(g.Hold)
	}
	return "become ready"
}

// followsContainer reports whether a change of the container is waited for.
func (g goal) followsContainer() bool { return g.For != waitNone && g.For != waitScheduled }

// holds reports whether readiness has to last.
func (g goal) holds() bool { return g.For == waitReady && g.Hold > 0 && g.Size == nil }

// facts is what is known of a Pod, as it counts for the goal.
func (g goal) facts(pod *corev1.Pod, events []corev1.Event, now time.Time) podhealth.Facts {
	f := podhealth.Facts{Pod: pod, Events: events, Now: now, MayEnd: func(container string, exitCode int32) bool {
		return g.For == waitSucceeded && exitCode == 0 || g.For == waitRunning && container != mainContainer(pod).Name
	}}
	if g.Before != nil {
		// The change itself starts the container once more.
		f.RestartsBefore = map[string]int32{g.Before.Name: g.Before.RestartCount + 1}
	}
	return f
}

// problem is what keeps a Pod from the goal.
func (g goal) problem(f podhealth.Facts) podhealth.Problem {
	if g.Size != nil {
		return podhealth.JudgeResize(f)
	}
	p := podhealth.Judge(f)
	if readiness := g.For == waitReady || g.For == ""; p.Cause.IsUnready() && !readiness {
		return podhealth.Problem{}
	}
	return p
}

// outlook is whether a Pod may still come to the goal.
type outlook struct {
	Done bool
	// Hopeless is why it won't.
	Hopeless string
	// Waiting says what is still missing.
	Waiting string
	// Problem is what is wrong so far, empty where nothing is, or where it is too early to say.
	Problem string
	// Advice is what to do where the wait ends so, whatever ends it.
	Advice string
}

// ended says why the wait ended, which ended with err.
func (o outlook) ended(err error) string {
	switch {
	case o.Hopeless != "":
		return o.Hopeless
	case o.Problem != "":
		return fmt.Sprintf("it %s: %s", err, o.Problem)
	}
	return fmt.Sprintf("it %s, waiting for %s", err, orElse(o.Waiting, "the API server"))
}

// progress judges a Pod. Borne is for how long its present problem has been there.
func progress(f podhealth.Facts, g goal, borne time.Duration) outlook {
	pod := f.Pod
	if pod.DeletionTimestamp != nil {
		return outlook{Hopeless: "it is being deleted", Advice: "This run didn't request the deletion: an earlier run or something else did. The next apply waits until it is gone, and then recreates it."}
	}
	if g.Size != nil {
		return resized(f, *g.Size, borne)
	}
	if missed(pod, g) {
		return outlook{
			Hopeless: "it finished before the change took effect",
			Advice:   "Its program won't run again, so the change never takes effect. Run the plan again: it replaces the instance.",
		}
	}
	if stale(pod, g) {
		return outlook{
			Waiting: "the node to restart the container with the change",
			Advice:  "The node hasn't acted on the change. Give it more time with `timeouts`, or look at the node " + pod.Spec.NodeName + ".",
		}
	}
	if reached(pod, g) {
		return outlook{Done: true}
	}
	return judged(pod, g, g.problem(f), borne)
}

// judged is the outlook of a Pod that hasn't come to the goal.
func judged(pod *corev1.Pod, g goal, p podhealth.Problem, borne time.Duration) outlook {
	lacks, advice := podhealth.Lacks(pod, g.For == waitSucceeded)
	switch {
	case p.Cause == podhealth.None:
		return outlook{Waiting: lacks, Advice: advice}
	case p.Cause.IsEnd() && p.Cause != podhealth.Finished:
		return outlook{Hopeless: "it failed: " + p.Text, Advice: p.Advice}
	case p.EndsWait(borne):
		return outlook{Hopeless: p.Text, Advice: p.Advice}
	case p.Passing:
		return outlook{Waiting: lacks, Problem: p.Text, Advice: p.Advice}
	}
	return outlook{Waiting: "this to change: " + p.Text, Problem: p.Text, Advice: p.Advice}
}

func reached(pod *corev1.Pod, g goal) bool {
	finished := pod.Status.Phase == corev1.PodSucceeded && mayFinish(string(pod.Spec.RestartPolicy))
	running := pod.Status.Phase == corev1.PodRunning
	switch g.For {
	case waitNone:
		return true
	case waitScheduled:
		return pod.Spec.NodeName != ""
	case waitRunning:
		if g.Before != nil {
			now := podhealth.StatusOf(pod.Status.ContainerStatuses, g.Before.Name)
			running = now != nil && now.State.Running != nil
		}
		return finished || running
	case waitSucceeded:
		return finished
	}
	return finished || podhealth.IsReady(pod)
}

// stale reports that the main container hasn't changed since before.
func stale(pod *corev1.Pod, g goal) bool {
	if g.Before == nil {
		return false
	}
	now := podhealth.StatusOf(pod.Status.ContainerStatuses, g.Before.Name)
	return now != nil && now.ContainerID == g.Before.ContainerID && now.RestartCount == g.Before.RestartCount &&
		now.Image == g.Before.Image && reflect.DeepEqual(now.State, g.Before.State)
}

// missed reports whether the Pod's main container ended for good before the node
// took notice of a change, so that what was changed never runs.
func missed(pod *corev1.Pod, g goal) bool {
	if g.Before == nil || pod.Status.Phase == corev1.PodFailed || !podhealth.IsOver(pod) {
		return false
	}
	now := podhealth.StatusOf(pod.Status.ContainerStatuses, g.Before.Name)
	return now != nil && now.ContainerID == g.Before.ContainerID && now.RestartCount == g.Before.RestartCount
}

// finishedError says that an instance has finished, so that a change which the
// plan meant for a running one wasn't sent.
func finishedError(pod *corev1.Pod, what string) error {
	how := orElse(podhealth.EndCause(pod), statusOf(pod))
	return fmt.Errorf("%s has finished since the plan was made (%s). %s can't be changed in place any more, so nothing was sent. Run the plan again: it replaces the instance", podRef(pod), how, what)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%ds", int(d.Seconds())) }

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
