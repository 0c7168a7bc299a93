package instance

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// resized judges a Pod of which another size was asked. Where a container
// doesn't run, the size is simply that of its next start.
func resized(pod *corev1.Pod, want size, faulty time.Duration) outlook {
	if isOver(pod) {
		return outlook{Hopeless: "it finished before it was resized", Advice: "Run the plan again: it shows what becomes of it."}
	}
	if f := resizeFault(pod); f != nil {
		if f.hopelessAfter(faulty) {
			return outlook{Hopeless: f.Text, Advice: f.Advice}
		}
		return outlook{Waiting: "this to change: " + f.Text}
	}
	if conditionOf(pod, corev1.PodResizePending).Status == corev1.ConditionTrue || conditionOf(pod, corev1.PodResizeInProgress).Status == corev1.ConditionTrue {
		return outlook{Waiting: "the node to give it the new size"}
	}
	main := statusByName(pod.Status.ContainerStatuses, mainContainer(pod).Name)
	if main == nil || main.State.Running == nil || main.Resources == nil || sizeOf(*main.Resources).equal(want) {
		return outlook{Done: true}
	}
	// A node rounds small amounts, so its figures may differ for ever; having
	// seen this generation and raised no condition it is done.
	if pod.Status.ObservedGeneration != 0 && pod.Status.ObservedGeneration >= pod.Generation {
		return outlook{Done: true}
	}
	return outlook{Waiting: "the node to give it the new size"}
}

// resizeFault finds what keeps a node from carrying out a resize. What it said of an
// earlier one doesn't count.
func resizeFault(pod *corev1.Pod) *fault {
	if seen := pod.Status.ObservedGeneration; seen != 0 && seen < pod.Generation {
		return nil
	}
	pending, underway := conditionOf(pod, corev1.PodResizePending), conditionOf(pod, corev1.PodResizeInProgress)
	switch {
	case pending.Status == corev1.ConditionTrue && pending.Reason == corev1.PodReasonInfeasible:
		return &fault{
			Key:    "resize/infeasible",
			Text:   "its node can't ever give it that size: " + joinReason(pending.Reason, pending.Message),
			Advice: "Ask for less, or move the instance to a larger node by replacing it: `terraform apply -replace=<its address>`.",
		}
	case pending.Status == corev1.ConditionTrue && pending.Reason == corev1.PodReasonDeferred:
		return &fault{
			Key: "resize/deferred", Heals: true,
			Text:   "its node has no room for that size now: " + joinReason(pending.Reason, pending.Message),
			Advice: "Make room on the node, ask for less, or move the instance to another node by replacing it: `terraform apply -replace=<its address>`.",
		}
	case underway.Status == corev1.ConditionTrue && underway.Reason == corev1.PodReasonError:
		return &fault{
			Key: "resize/error", Heals: true,
			Text:   "its node failed to resize it: " + joinReason(underway.Reason, underway.Message),
			Advice: "The message above is the node's own. Replacing the instance gives it the size from its start: `terraform apply -replace=<its address>`.",
		}
	}
	return nil
}
