package instance

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// The values of wait_for.
const (
	waitReady     = "Ready"
	waitRunning   = "Running"
	waitScheduled = "Scheduled"
	waitSucceeded = "Succeeded"
	waitNone      = "None"
)

const (
	// patience is how long a fault that may heal is borne with.
	patience = 60 * time.Second
	// crashes is how many restarts end a wait before patience does.
	crashes = 3

	adviceOnJob = "If it is a job that runs to completion, set `restart_policy` to \"OnFailure\" or \"Never\"."
)

// goal is what a wait is for.
type goal struct {
	// For is a value of wait_for; empty where only Size matters.
	For string
	// Before is how the main container was before the change that is waited
	// for. Until the node has taken notice, it is still so.
	Before *corev1.ContainerStatus
	// Size is what a resize asked for.
	Size *size
}

// String completes "was waited for to …".
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
	}
	return "become ready"
}

// followsContainer reports whether a change of the container is waited for.
func (g goal) followsContainer() bool { return g.For != waitNone && g.For != waitScheduled }

// outlook is whether a Pod may still come to the goal.
type outlook struct {
	Done bool
	// Hopeless is why it won't, Advice what to do about it.
	Hopeless, Advice string
	// Waiting says what is still missing.
	Waiting string
}

// progress judges a Pod. Faulty is for how long its present fault, as told by
// faultOf, has been there.
func progress(pod *corev1.Pod, g goal, faulty time.Duration) outlook {
	if pod.DeletionTimestamp != nil {
		return outlook{Hopeless: "it is being deleted", Advice: "This run didn't ask for that: an earlier one did, or somebody else. The next apply waits until it is gone and makes it anew."}
	}
	if g.Size != nil {
		return resized(pod, *g.Size, faulty)
	}
	if missed(pod, g) {
		return outlook{
			Hopeless: "it finished before it took up the change",
			Advice:   "Its program won't run again, so what was changed never takes effect. Run the plan again: it replaces the instance.",
		}
	}
	if stale(pod, g) {
		return outlook{Waiting: "the node to restart the container with what has changed"}
	}
	if reached(pod, g) {
		return outlook{Done: true}
	}
	if ended := finishedShort(pod); ended != nil {
		return *ended
	}
	if ended := endedBeside(pod, g); ended != nil {
		return *ended
	}
	if f := faultOf(pod, g); f != nil && f.hopelessAfter(faulty) {
		return outlook{Hopeless: f.Text, Advice: f.Advice}
	}
	return outlook{Waiting: missingFor(pod, g)}
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
			now := statusByName(pod.Status.ContainerStatuses, g.Before.Name)
			running = now != nil && now.State.Running != nil
		}
		return finished || running
	case waitSucceeded:
		return finished
	}
	return finished || running && conditionOf(pod, corev1.PodReady).Status == corev1.ConditionTrue
}

func finishedShort(pod *corev1.Pod) *outlook {
	switch pod.Status.Phase {
	case corev1.PodFailed:
		return &outlook{
			Hopeless: "it failed: " + orElse(causeOf(pod), "Kubernetes gives no reason"),
			Advice:   adviceOnEnd(pod),
		}
	case corev1.PodSucceeded:
		return &outlook{
			Hopeless: "its program finished, though `restart_policy` is Always",
			Advice:   adviceOnJob,
		}
	}
	return nil
}

func adviceOnEnd(pod *corev1.Pod) string {
	switch {
	case pod.Status.Reason == "Evicted":
		return "The node ran short of something and chose this instance to go. Reserve what it needs with `requests`."
	case pod.Status.Reason == "DeadlineExceeded":
		return "It took longer than it is allowed to."
	case strings.Contains(causeOf(pod), "OOMKilled"):
		return "It used more than its `memory`. Raise that, or make the program use less."
	}
	return "Its log says why the program ended. Mend the program, its `command`, `args` or `env`."
}

// stale reports that the main container hasn't changed since before.
func stale(pod *corev1.Pod, g goal) bool {
	if g.Before == nil {
		return false
	}
	now := statusByName(pod.Status.ContainerStatuses, g.Before.Name)
	return now != nil && now.ContainerID == g.Before.ContainerID && now.RestartCount == g.Before.RestartCount &&
		now.Image == g.Before.Image && reflect.DeepEqual(now.State, g.Before.State)
}

// missingFor says what a Pod that is well so far still lacks.
func missingFor(pod *corev1.Pod, g goal) string {
	if c := conditionOf(pod, corev1.PodScheduled); pod.Spec.NodeName == "" && c.Status == corev1.ConditionFalse {
		return "a node to run on: " + joinReason(c.Reason, c.Message)
	}
	if pod.Spec.NodeName == "" {
		return "a node to run on"
	}
	if starting := startingContainer(pod); starting != "" {
		return starting
	}
	switch {
	case pod.Status.Phase != corev1.PodRunning:
		return "its containers to start"
	case g.For == waitSucceeded:
		return "its program to finish"
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if c.State.Running != nil && !c.Ready {
			return fmt.Sprintf("%s to pass its readiness check", titleOf(pod, c.Name))
		}
	}
	if c := conditionOf(pod, corev1.PodReady); c.Message != "" || c.Reason != "" {
		return "its readiness: " + joinReason(c.Reason, c.Message)
	}
	return "its readiness"
}

// startingContainer says what the first container that hasn't come up lacks,
// nothing where all have.
func startingContainer(pod *corev1.Pod) string {
	for _, c := range pod.Status.InitContainerStatuses {
		if c.State.Running != nil && !isSidecar(pod, c.Name) {
			return titleOf(pod, c.Name) + " to finish"
		}
		if c.State.Running != nil && c.Started != nil && !*c.Started {
			return titleOf(pod, c.Name) + " to have started"
		}
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if w := c.State.Waiting; w != nil && w.Reason != "" {
			return fmt.Sprintf("%s to start: %s", titleOf(pod, c.Name), joinReason(w.Reason, w.Message))
		}
	}
	return ""
}

func conditionOf(pod *corev1.Pod, kind corev1.PodConditionType) corev1.PodCondition {
	for _, c := range pod.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return corev1.PodCondition{}
}

func statusByName(statuses []corev1.ContainerStatus, name string) *corev1.ContainerStatus {
	for i := range statuses {
		if statuses[i].Name == name {
			return &statuses[i]
		}
	}
	return nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
