package podhealth

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Describe puts into lines, for people, how a Pod is: its status, the conditions that aren't as
// they should be, and its containers.
func Describe(pod *corev1.Pod) []string {
	return slices.Concat(podLines(pod), conditionLines(pod), containerLines(pod))
}

func podLines(pod *corev1.Pod) []string {
	phase := pod.Status.Phase
	if phase == "" {
		phase = corev1.PodPending
	}
	line := "status " + string(phase)
	if reason := JoinReason(pod.Status.Reason, pod.Status.Message); reason != "" {
		line += ": " + reason
	}
	if pod.Spec.NodeName != "" {
		line += ", on node " + pod.Spec.NodeName
	}
	lines := []string{line}
	if pod.DeletionTimestamp != nil {
		lines = append(lines, "being deleted; its grace period ends at "+pod.DeletionTimestamp.UTC().Format(time.RFC3339))
		if len(pod.Finalizers) > 0 {
			lines = append(lines, "held by finalizers: "+strings.Join(pod.Finalizers, ", "))
		}
	}
	return lines
}

// conditionLines names the conditions that aren't as they should be, and why. For most that is
// False; those about resizing and disruption are bad news when True.
func conditionLines(pod *corev1.Pod) []string {
	var lines []string
	for _, c := range pod.Status.Conditions {
		wrong := corev1.ConditionFalse
		switch c.Type {
		case corev1.PodResizePending, corev1.PodResizeInProgress, corev1.DisruptionTarget:
			wrong = corev1.ConditionTrue
		case corev1.ContainersReady:
			// Ready says the same.
			continue
		case corev1.PodScheduled, corev1.PodReady, corev1.PodInitialized, corev1.PodReadyToStartContainers:
		}
		if reason := JoinReason(c.Reason, c.Message); c.Status == wrong && reason != "" {
			lines = append(lines, fmt.Sprintf("condition %s is %s: %s", c.Type, c.Status, reason))
		}
	}
	return lines
}

func containerLines(pod *corev1.Pod) []string {
	var lines []string
	for _, c := range Statuses(pod) {
		lines = append(lines, Title(pod, c.Name)+" "+containerLine(c))
	}
	return lines
}

func containerLine(c corev1.ContainerStatus) string {
	var line string
	switch {
	case c.State.Waiting != nil:
		line = "waiting"
		if reason := JoinReason(c.State.Waiting.Reason, c.State.Waiting.Message); reason != "" {
			line += ": " + reason
		}
	case c.State.Terminated != nil:
		line = "ended: " + EndText(c.State.Terminated)
	case c.State.Running != nil && c.Ready:
		line = "running, ready"
	case c.State.Running != nil:
		line = "running, not ready"
	default:
		line = "not started"
	}
	if c.RestartCount > 0 {
		line += fmt.Sprintf("; %s", restarts(c.RestartCount))
	}
	if t := c.LastTerminationState.Terminated; t != nil && c.State.Terminated == nil {
		line += "; last ended: " + EndText(t)
	}
	return line
}
