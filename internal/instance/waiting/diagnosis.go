package waiting

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Diagnosis is what is known of a Pod that didn't come to its goal.
type Diagnosis struct {
	State, Events, Logs []string
	// known are all events, not only the warnings.
	Known []corev1.Event
}

// Diagnose puts into lines, for people, what was seen of a Pod. The log has as many as may
// be quoted.
func Diagnose(pod *corev1.Pod, events []corev1.Event, log []string) Diagnosis {
	return Diagnosis{
		State:  podhealth.Describe(pod),
		Events: podhealth.EventLines(events),
		Logs:   log,
		Known:  events,
	}
}

// LastLines returns up to that many of the last lines of a log that aren't blank.
func LastLines(log string, most int) []string {
	var lines []string
	for line := range strings.Lines(log) {
		if line = strings.TrimRight(line, " \r\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-most):]
}

// Quotable returns the Pod with no more of its programs' logs in it than that many lines:
// under FallbackToLogsOnError a termination message is the end of a log.
func Quotable(pod *corev1.Pod, lines int) *corev1.Pod {
	if pod == nil {
		return nil
	}
	var logging []string
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if c.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
			logging = append(logging, c.Name)
		}
	}
	if len(logging) == 0 {
		return pod
	}
	shortened := *pod
	shortened.Status = *pod.Status.DeepCopy()
	for _, statuses := range [][]corev1.ContainerStatus{shortened.Status.InitContainerStatuses, shortened.Status.ContainerStatuses} {
		for _, c := range statuses {
			for _, end := range []*corev1.ContainerStateTerminated{c.State.Terminated, c.LastTerminationState.Terminated} {
				if end != nil && slices.Contains(logging, c.Name) {
					end.Message = strings.Join(LastLines(end.Message, lines), "\n")
				}
			}
		}
	}
	return &shortened
}

// LogsOf chooses the container whose log explains most: one that failed, and the main one among
// several.
func LogsOf(pod *corev1.Pod) (container string, previous, found bool) {
	ran := func(c corev1.ContainerStatus) bool {
		return c.State.Running != nil || c.State.Terminated != nil || c.LastTerminationState.Terminated != nil
	}
	candidates := slices.DeleteFunc(podhealth.Statuses(pod),
		func(c corev1.ContainerStatus) bool { return !ran(c) })
	if len(candidates) == 0 {
		return "", false, false
	}
	main := manifest.MainContainer(pod).Name
	chosen := slices.MinFunc(candidates, func(a, b corev1.ContainerStatus) int {
		return cmp.Or(cmp.Compare(exitedWell(a), exitedWell(b)), cmp.Compare(otherThan(main, a), otherThan(main, b)))
	})
	return chosen.Name, chosen.State.Waiting != nil && chosen.LastTerminationState.Terminated != nil, true
}

// exitedWell is 0 for a container that ended with an error, else 1.
func exitedWell(c corev1.ContainerStatus) int {
	if t := podhealth.LastEnd(c); t != nil && t.ExitCode != 0 {
		return 0
	}
	return 1
}

func otherThan(name string, c corev1.ContainerStatus) int {
	if c.Name == name {
		return 0
	}
	return 1
}

// AdviceOnInterrupted is for a deletion whose end nobody has waited for.
func AdviceOnInterrupted(pod *corev1.Pod) string {
	if len(pod.Finalizers) > 0 {
		return podhealth.DeletionAdvice(pod)
	}
	return "Apply again: the apply waits until it is gone, and goes on from there."
}
