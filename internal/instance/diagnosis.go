package instance

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	podresource "k8s.io/component-helpers/resource"
)

const maxEvents = 10

// diagnosis is what is known of a Pod that didn't come to its goal.
type diagnosis struct {
	State, Events, Logs []string
}

// diagnose puts into lines, for people, what was seen of a Pod. The log has as many as may
// be quoted.
func diagnose(pod *corev1.Pod, events []corev1.Event, log []string) diagnosis {
	return diagnosis{
		State:  slices.Concat(podLines(pod), conditionLines(pod), containerLines(pod)),
		Events: eventLines(events),
		Logs:   log,
	}
}

func podLines(pod *corev1.Pod) []string {
	line := "status " + statusOf(pod)
	if reason := joinReason(pod.Status.Reason, pod.Status.Message); reason != "" {
		line += ": " + reason
	}
	if pod.Spec.NodeName != "" {
		line += ", on node " + pod.Spec.NodeName
	}
	lines := []string{line}
	if pod.DeletionTimestamp != nil {
		lines = append(lines, "being deleted; its time runs out at "+pod.DeletionTimestamp.UTC().Format(time.RFC3339))
		if len(pod.Finalizers) > 0 {
			lines = append(lines, "held by finalizers: "+strings.Join(pod.Finalizers, ", "))
		}
	}
	return lines
}

// conditionLines names the conditions that aren't as they should be, and why. For most
// that is False; those about resizing and disruption are bad news when True.
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
		if reason := joinReason(c.Reason, c.Message); c.Status == wrong && reason != "" {
			lines = append(lines, fmt.Sprintf("condition %s is %s: %s", c.Type, c.Status, reason))
		}
	}
	return lines
}

func containerLines(pod *corev1.Pod) []string {
	var lines []string
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		lines = append(lines, titleOf(pod, c.Name)+" "+containerLine(c))
	}
	return lines
}

func containerLine(c corev1.ContainerStatus) string {
	var state string
	switch {
	case c.State.Waiting != nil:
		state = "waiting"
		if reason := joinReason(c.State.Waiting.Reason, c.State.Waiting.Message); reason != "" {
			state += ": " + reason
		}
	case c.State.Terminated != nil:
		state = "ended: " + termination(c.State.Terminated)
	case c.State.Running != nil && c.Ready:
		state = "running, ready"
	case c.State.Running != nil:
		state = "running, not ready"
	default:
		state = "not started"
	}
	line := state
	if c.RestartCount > 0 {
		line += fmt.Sprintf("; %d restarts", c.RestartCount)
	}
	if t := c.LastTerminationState.Terminated; t != nil && c.State.Terminated == nil {
		line += "; last ended: " + termination(t)
	}
	return line
}

// eventLines are the warnings, newest last, each with how often it came.
func eventLines(events []corev1.Event) []string {
	warnings := slices.DeleteFunc(slices.Clone(events), func(e corev1.Event) bool { return e.Type != corev1.EventTypeWarning })
	slices.SortStableFunc(warnings, func(a, b corev1.Event) int { return eventTime(a).Compare(eventTime(b)) })
	counts := map[string]int32{}
	var lines []string
	for _, e := range slices.Backward(warnings) {
		line := joinReason(e.Reason, e.Message)
		if counts[line] == 0 {
			lines = append(lines, line)
		}
		counts[line] += eventCount(e)
	}
	if len(lines) > maxEvents {
		lines = lines[:maxEvents]
	}
	slices.Reverse(lines)
	for i, line := range lines {
		if n := counts[line]; n > 1 {
			lines[i] = fmt.Sprintf("%s (%d times)", line, n)
		}
	}
	return lines
}

// eventTime is when an event last happened; its two APIs say so in different
// fields.
func eventTime(e corev1.Event) time.Time {
	last := e.LastTimestamp.Time
	if e.Series != nil {
		last = e.Series.LastObservedTime.Time
	}
	if last.IsZero() {
		last = e.EventTime.Time
	}
	if last.IsZero() {
		last = e.CreationTimestamp.Time
	}
	return last
}

func eventCount(e corev1.Event) int32 {
	if e.Series != nil {
		return max(e.Series.Count, 1)
	}
	return max(e.Count, 1)
}

// lastLines returns up to that many of the last lines of a log that aren't blank.
func lastLines(log string, most int) []string {
	var lines []string
	for line := range strings.Lines(log) {
		if line = strings.TrimRight(line, " \r\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-most):]
}

// quotable returns the Pod with no more of its programs' logs in it than that many lines:
// under FallbackToLogsOnError a termination message is the end of a log.
func quotable(pod *corev1.Pod, lines int) *corev1.Pod {
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
					end.Message = strings.Join(lastLines(end.Message, lines), "\n")
				}
			}
		}
	}
	return &shortened
}

// logsOf chooses whose log tells most: the container that is in trouble, and
// its previous run when the present one has hardly begun. It is nothing where no
// container has ever run.
func logsOf(pod *corev1.Pod) (container string, previous, found bool) {
	ran := func(c corev1.ContainerStatus) bool {
		return c.State.Running != nil || c.State.Terminated != nil || c.LastTerminationState.Terminated != nil
	}
	candidates := slices.DeleteFunc(slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses),
		func(c corev1.ContainerStatus) bool { return !ran(c) })
	if len(candidates) == 0 {
		return "", false, false
	}
	main := mainContainer(pod).Name
	chosen := slices.MinFunc(candidates, func(a, b corev1.ContainerStatus) int {
		return cmp.Or(cmp.Compare(calm(a), calm(b)), cmp.Compare(otherThan(main, a), otherThan(main, b)))
	})
	return chosen.Name, chosen.State.Waiting != nil && chosen.LastTerminationState.Terminated != nil, true
}

// calm is 0 for a container that ended badly.
func calm(c corev1.ContainerStatus) int {
	if t := lastTermination(c); t != nil && t.ExitCode != 0 {
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

// adviceOnTimeout is for what may still come true after the time is up.
func adviceOnTimeout(pod *corev1.Pod) string {
	switch {
	case pod.Spec.NodeName == "":
		return adviceOnPlace(pod)
	case pod.Status.Phase == corev1.PodPending:
		return "Pulling the image or preparing the node takes longer than `timeouts` allows, or hangs. Give it more time, or look at the node."
	}
	return "It runs, but isn't ready. Its log may say why; give it more time with `timeouts`, or choose another `wait_for`."
}

// adviceOnInterrupted is for a deletion whose end nobody has waited for.
func adviceOnInterrupted(pod *corev1.Pod) string {
	if len(pod.Finalizers) > 0 {
		return adviceOnLeaving(pod)
	}
	return "Apply again: that waits until it is gone, and goes on from there."
}

func adviceOnLeaving(pod *corev1.Pod) string {
	if len(pod.Finalizers) > 0 {
		return "Its finalizers hold it: what set them must take them away. Then apply again."
	}
	return fmt.Sprintf("Its program doesn't stop, or its node %s doesn't answer. Once that node is known to be lost or switched off, `kubectl delete pod --namespace %s %s --force` lets go of it; then apply again.", pod.Spec.NodeName, pod.Namespace, pod.Name)
}

// adviceOnPlace names the resources that no node has enough of, by the words of
// the scheduler (NodeResourcesFit in k8s.io/kube-scheduler: "Insufficient cpu").
func adviceOnPlace(pod *corev1.Pod) string {
	var lacking []string
	asked := podresource.PodRequests(pod, podresource.PodResourcesOptions{})
	insufficient := regexp.MustCompile(`Insufficient ([\w./-]*\w)`)
	for _, match := range insufficient.FindAllStringSubmatch(conditionOf(pod, corev1.PodScheduled).Message, -1) {
		name := corev1.ResourceName(match[1])
		text := match[1]
		if amount, ok := asked[name]; ok {
			text += " (it reserves " + amount.String() + ")"
		}
		if !slices.Contains(lacking, text) {
			lacking = append(lacking, text)
		}
	}
	if len(lacking) == 0 {
		return "No node may take it. Compare what it asks of a node, in `pod` or by its volumes, with the nodes that there are."
	}
	slices.Sort(lacking)
	return "No node that may take it has enough left of: " + strings.Join(lacking, ", ") + ". Ask for less with `cpu`, `memory`, `limits` or `requests`, or add nodes."
}
