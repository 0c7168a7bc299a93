package cluster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// bearing is what an instance was found to be, from well to worse.
type bearing int

const (
	// well works, or has done its work.
	well bearing = iota
	// moving is starting, changing or stopping in the usual course of things.
	moving
	// impaired works, and something about it needs a person.
	impaired
	// broken doesn't work, and isn't about to.
	broken
)

const (
	// late is after how long a start that isn't done counts as one that won't be: a
	// Deployment's progressDeadlineSeconds by default.
	late = 10 * time.Minute
	// overdue is how long after its time a Pod that is being deleted is still thought
	// to go by itself.
	overdue = time.Minute
)

// judged is an instance, what it was found to be, and why in a few words unless it is well.
type judged struct {
	Name string
	Is   bearing
	Why  string
}

// judgeAll judges the Pods by name. A controller's Pod that has ended is left out: the
// controller has seen to it, and keeps it for the record.
func judgeAll(pods []*corev1.Pod, now time.Time) []judged {
	var all []judged
	for _, pod := range pods {
		if ended(pod) && pod.DeletionTimestamp == nil && metav1.GetControllerOf(pod) != nil {
			continue
		}
		is, why := judge(pod, now)
		all = append(all, judged{Name: pod.Name, Is: is, Why: why})
	}
	slices.SortFunc(all, func(a, b judged) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func judge(pod *corev1.Pod, now time.Time) (bearing, string) {
	switch {
	case pod.DeletionTimestamp != nil && now.Sub(pod.DeletionTimestamp.Time) > overdue:
		return broken, "should be gone since " + pod.DeletionTimestamp.UTC().Format(time.RFC3339)
	case pod.DeletionTimestamp != nil:
		return moving, "being deleted"
	case ended(pod):
		return judgeEnd(pod)
	case pod.Status.Phase == corev1.PodUnknown:
		return broken, withCause("Unknown", pod.Status.Reason)
	}
	if why := faultOf(pod); why != "" {
		return broken, why
	}
	if works(pod) {
		return judgeResize(pod)
	}
	scheduled := podCondition(pod, corev1.PodScheduled)
	if scheduled.Reason == corev1.PodReasonSchedulingGated {
		return moving, scheduled.Reason
	}
	if waited := now.Sub(lastStep(pod)); waited > late {
		return broken, fmt.Sprintf("not ready after %d minutes", int(waited.Minutes()))
	}
	return moving, "starting"
}

func ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
}

func judgeEnd(pod *corev1.Pod) (bearing, string) {
	switch {
	case pod.Status.Phase == corev1.PodFailed:
		return broken, withCause("Failed", cmp.Or(pod.Status.Reason, exitOf(pod)))
	case pod.Spec.RestartPolicy == corev1.RestartPolicyAlways:
		return broken, "finished, though its restart policy is Always"
	}
	return well, ""
}

// judgeResize judges a Pod that works by whether it has the size that was asked for.
func judgeResize(pod *corev1.Pod) (bearing, string) {
	pending := podCondition(pod, corev1.PodResizePending)
	switch {
	case pending.Status == corev1.ConditionTrue && pending.Reason == corev1.PodReasonInfeasible:
		return impaired, "its node can't resize it"
	case pending.Status == corev1.ConditionTrue, podCondition(pod, corev1.PodResizeInProgress).Status == corev1.ConditionTrue:
		return moving, "being resized"
	}
	return well, ""
}

// works reports whether a Pod runs and is ready. One that may finish works too when
// some of its containers have, for then Kubernetes calls it unready.
func works(pod *corev1.Pod) bool {
	if pod.Status.Phase != corev1.PodRunning {
		return false
	}
	if podCondition(pod, corev1.PodReady).Status == corev1.ConditionTrue {
		return true
	}
	unready := func(c corev1.ContainerStatus) bool {
		return !c.Ready && (c.State.Terminated == nil || c.State.Terminated.ExitCode != 0)
	}
	return pod.Spec.RestartPolicy != corev1.RestartPolicyAlways && len(pod.Spec.ReadinessGates) == 0 &&
		len(pod.Status.ContainerStatuses) > 0 && !slices.ContainsFunc(pod.Status.ContainerStatuses, unready)
}

// faultOf says what is wrong with a Pod that hasn't ended, if something is.
func faultOf(pod *corev1.Pod) string {
	if c := podCondition(pod, corev1.PodScheduled); c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable {
		return c.Reason
	}
	for _, c := range containersOf(pod) {
		if why := containerFault(c); why != "" {
			return why
		}
	}
	ready := podCondition(pod, corev1.PodReady)
	if ready.Status == corev1.ConditionTrue || ready.Status == "" {
		return ""
	}
	switch {
	case podCondition(pod, corev1.ContainersReady).Status == corev1.ConditionTrue && ready.Reason == "":
		// The node's controller turns Ready alone, and gives no reason.
		return "its node doesn't answer"
	case wasReady(pod, ready):
		return withCause("not ready any more", ready.Reason)
	}
	return ""
}

// wasReady reports whether an unready Pod, all of whose containers run, was ready
// since they were started: the condition begins as False before that, so a later
// change is one back.
func wasReady(pod *corev1.Pod, ready corev1.PodCondition) bool {
	return len(pod.Status.ContainerStatuses) > 0 && !slices.ContainsFunc(pod.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool {
		return c.State.Running == nil || !ready.LastTransitionTime.After(c.State.Running.StartedAt.Time)
	})
}

func containerFault(c corev1.ContainerStatus) string {
	switch {
	case c.State.Waiting != nil:
		switch reason := c.State.Waiting.Reason; reason {
		case "", "ContainerCreating", "PodInitializing":
		default:
			return reason
		}
	case c.State.Terminated != nil && c.State.Terminated.ExitCode != 0:
		return exit(c.State.Terminated)
	case c.State.Running != nil && !c.Ready && c.RestartCount > 0:
		// Between two crashes.
		if last := c.LastTerminationState.Terminated; last != nil && last.ExitCode != 0 {
			return fmt.Sprintf("restarted after %s", exit(last))
		}
	}
	return ""
}

// exitOf is how the first container ended that did so badly.
func exitOf(pod *corev1.Pod) string {
	for _, c := range containersOf(pod) {
		if t := c.State.Terminated; t != nil && t.ExitCode != 0 {
			return exit(t)
		}
	}
	return ""
}

func exit(t *corev1.ContainerStateTerminated) string {
	if t.Reason == "" || t.Reason == "Error" {
		return fmt.Sprintf("exit code %d", t.ExitCode)
	}
	return t.Reason
}

// lastStep is when the Pod was made, or later, when the last of its containers was
// started or ended.
func lastStep(pod *corev1.Pod) time.Time {
	last := pod.CreationTimestamp.Time
	for _, c := range containersOf(pod) {
		for _, at := range []time.Time{startOf(c.State), endOf(c.State), endOf(c.LastTerminationState)} {
			if at.After(last) {
				last = at
			}
		}
	}
	return last
}

func startOf(s corev1.ContainerState) time.Time {
	if s.Running == nil {
		return time.Time{}
	}
	return s.Running.StartedAt.Time
}

func endOf(s corev1.ContainerState) time.Time {
	if s.Terminated == nil {
		return time.Time{}
	}
	return s.Terminated.FinishedAt.Time
}

func containersOf(pod *corev1.Pod) []corev1.ContainerStatus {
	return slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses)
}

func podCondition(pod *corev1.Pod, kind corev1.PodConditionType) corev1.PodCondition {
	for _, c := range pod.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return corev1.PodCondition{}
}

func withCause(what, cause string) string {
	if cause = strings.TrimSpace(cause); cause == "" {
		return what
	}
	return what + ": " + cause
}
