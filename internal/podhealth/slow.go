package podhealth

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// Lacks says what a Pod with which nothing is wrong still lacks, completing "waiting for …", and
// what to do where that takes too long. Finish is set where its program has to finish.
func Lacks(pod *corev1.Pod, finish bool) (what, advice string) {
	switch {
	case pod.Spec.NodeName == "":
		return "a node to run on", "The scheduler hasn't looked at it yet. Give it more time with `timeouts`; if it stays so, ask the administrators of the Kubernetes cluster."
	case pod.Status.Phase != corev1.PodRunning:
		return startingOf(pod), fmt.Sprintf("Its images, volumes or init containers need more time than `timeouts` allows. Give it more time, or look at its node %s.", pod.Spec.NodeName)
	case finish:
		return "its program to finish", "Its program runs. Give it more time with `timeouts`, or choose another `wait_for`."
	}
	if starting := startingOf(pod); starting != "its containers to start" {
		return starting, "It isn't ready yet. Give it more time with `timeouts`, or choose another `wait_for`."
	}
	return "its readiness", "It runs, but its node doesn't report it as ready yet. Give it more time with `timeouts`, or choose another `wait_for`."
}

// startingOf says what the first container that hasn't come up lacks.
func startingOf(pod *corev1.Pod) string {
	for _, c := range pod.Status.InitContainerStatuses {
		if c.State.Running != nil && !IsSidecar(pod, c.Name) {
			return Title(pod, c.Name) + " to finish"
		}
		if c.State.Running != nil && c.Started != nil && !*c.Started {
			return Title(pod, c.Name) + " to have started"
		}
	}
	for _, c := range Statuses(pod) {
		if w := c.State.Waiting; w != nil && w.Reason != "" {
			return fmt.Sprintf("%s to start: %s", Title(pod, c.Name), JoinReason(w.Reason, w.Message))
		}
	}
	for _, c := range Statuses(pod) {
		if c.State.Running != nil && !c.Ready {
			return Title(pod, c.Name) + " to pass its readiness check"
		}
	}
	return "its containers to start"
}
