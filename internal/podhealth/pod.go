package podhealth

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// MainContainer is the name of an instance's main container.
const MainContainer = "app"

// Main is the container that an instance's attributes are about: the one called app, or
// else the first.
func Main(pod *corev1.Pod) corev1.Container {
	for _, c := range pod.Spec.Containers {
		if c.Name == MainContainer {
			return c
		}
	}
	if len(pod.Spec.Containers) == 0 {
		return corev1.Container{}
	}
	return pod.Spec.Containers[0]
}

// Statuses are the statuses of all containers, init containers first.
func Statuses(pod *corev1.Pod) []corev1.ContainerStatus {
	return slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses)
}

// StatusOf is the status of the container with that name, nil where there is none.
func StatusOf(statuses []corev1.ContainerStatus, name string) *corev1.ContainerStatus {
	for i := range statuses {
		if statuses[i].Name == name {
			return &statuses[i]
		}
	}
	return nil
}

// Condition is the Pod's condition of that type, empty where it has none.
func Condition(pod *corev1.Pod, kind corev1.PodConditionType) corev1.PodCondition {
	for _, c := range pod.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return corev1.PodCondition{}
}

// IsReady reports whether the Pod runs and is ready.
func IsReady(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodRunning && Condition(pod, corev1.PodReady).Status == corev1.ConditionTrue
}

// HasEnded reports whether the Pod is over, well or not.
func HasEnded(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
}

// Title names a container and its kind, since each kind fails for reasons of its own.
func Title(pod *corev1.Pod, name string) string {
	switch {
	case IsSidecar(pod, name):
		return "sidecar " + name
	case slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == name }):
		return "init container " + name
	}
	return "container " + name
}

// IsSidecar reports whether an init container runs beside the others (KEP-753).
func IsSidecar(pod *corev1.Pod, name string) bool {
	return slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool {
		return c.Name == name && c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
	})
}

// LastEnd is how a container last ended, nil where it never has.
func LastEnd(c corev1.ContainerStatus) *corev1.ContainerStateTerminated {
	if c.State.Terminated != nil {
		return c.State.Terminated
	}
	return c.LastTerminationState.Terminated
}

// IsOver reports whether the main container has ended and isn't started again. Nothing that
// is written to such a Pod takes effect: neither another image nor another size.
func IsOver(pod *corev1.Pod) bool {
	if HasEnded(pod) {
		return true
	}
	main := Main(pod)
	status := StatusOf(pod.Status.ContainerStatuses, main.Name)
	return status != nil && EndedForGood(pod, main, *status)
}

// EndedForGood reports whether a container has ended and its restart policy doesn't start it
// again. It is false for a container with restart rules of its own, since those may.
func EndedForGood(pod *corev1.Pod, c corev1.Container, status corev1.ContainerStatus) bool {
	ended := status.State.Terminated
	if ended == nil || len(c.RestartPolicyRules) > 0 {
		return false
	}
	switch RestartPolicy(pod, c) {
	case corev1.RestartPolicyNever:
		return true
	case corev1.RestartPolicyOnFailure:
		return ended.ExitCode == 0
	case corev1.RestartPolicyAlways:
	}
	return false
}

// RestartPolicy is the container's own restart policy, or else the Pod's.
func RestartPolicy(pod *corev1.Pod, c corev1.Container) corev1.RestartPolicy {
	if c.RestartPolicy != nil {
		return corev1.RestartPolicy(*c.RestartPolicy)
	}
	return pod.Spec.RestartPolicy
}

// EndText says how a container ended: "Error, exit code 3 (no database)".
func EndText(t *corev1.ContainerStateTerminated) string {
	text := fmt.Sprintf("exit code %d", t.ExitCode)
	if t.Signal != 0 {
		text += fmt.Sprintf(", signal %d", t.Signal)
	}
	if t.Reason != "" {
		text = t.Reason + ", " + text
	}
	if message := strings.TrimSpace(t.Message); message != "" {
		text += " (" + message + ")"
	}
	return text
}

// EndCause says why a Pod ended, as precisely as its status does. It is empty for a Pod
// that hasn't ended.
func EndCause(pod *corev1.Pod) string {
	if !HasEnded(pod) && pod.Status.Phase != corev1.PodUnknown {
		return ""
	}
	var causes []string
	if pod.Status.Reason != "" || pod.Status.Message != "" {
		causes = append(causes, strings.TrimRight(JoinReason(pod.Status.Reason, pod.Status.Message), "."))
	}
	for _, c := range Statuses(pod) {
		if t := c.State.Terminated; t != nil && (t.ExitCode != 0 || t.Reason == "OOMKilled") {
			causes = append(causes, fmt.Sprintf("%s ended: %s", Title(pod, c.Name), EndText(t)))
		}
	}
	return strings.Join(causes, "; ")
}

// JoinReason joins a reason in one word to its message.
func JoinReason(reason, message string) string {
	message = strings.TrimSpace(message)
	if reason == "" || message == "" {
		return reason + message
	}
	return reason + ": " + message
}
