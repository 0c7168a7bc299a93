package podhealth

import (
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Facts is what is known of a Pod at a moment.
type Facts struct {
	Pod *corev1.Pod
	// Events are those about the Pod. Nil means that they aren't known: causes that only events
	// tell are then reported as the next more general one.
	Events []corev1.Event
	Now    time.Time
	// Kept leaves all free text out of what is said, so that it may be kept in a state. The
	// Pod may be whole.
	Kept bool
	// RestartsBefore has the restarts of containers that don't count, because they were there
	// before the change that is waited for.
	RestartsBefore map[string]int32
	// MayEnd says whether a container may end for good while others run. Nil means that one may
	// that ends with exit code 0.
	MayEnd func(container string, exitCode int32) bool
}

// quoted is the text of a controller, a node or a program, empty where it may not be kept.
func (f Facts) quoted(text string) string {
	if f.Kept {
		return ""
	}
	return strings.TrimRight(strings.TrimSpace(text), ".")
}

// reasonAnd is a reason in one word, with the message that belongs to it.
func (f Facts) reasonAnd(reason, message string) string {
	return JoinReason(reason, f.quoted(message))
}

// wordsOnly is the Pod with the reasons in its status that are one word, as all of Kubernetes'
// are.
func wordsOnly(pod *corev1.Pod) *corev1.Pod {
	words := *pod
	words.Status = *pod.Status.DeepCopy()
	all := []*string{&words.Status.Reason}
	for i := range words.Status.Conditions {
		all = append(all, &words.Status.Conditions[i].Reason)
	}
	for _, statuses := range [][]corev1.ContainerStatus{words.Status.InitContainerStatuses, words.Status.ContainerStatuses} {
		for i := range statuses {
			for _, state := range []*corev1.ContainerState{&statuses[i].State, &statuses[i].LastTerminationState} {
				if state.Waiting != nil {
					all = append(all, &state.Waiting.Reason)
				}
				if state.Terminated != nil {
					all = append(all, &state.Terminated.Reason)
				}
			}
		}
	}
	word := regexp.MustCompile(`^[A-Za-z0-9_,:]{0,128}$`)
	for _, reason := range all {
		if !word.MatchString(*reason) {
			*reason = ""
		}
	}
	return &words
}

// container is a container's status, with its Pod.
type container struct {
	corev1.ContainerStatus
	pod *corev1.Pod
}

// containers are those that have a status, in the order in which they start.
func (f Facts) containers() []container {
	var all []container
	for _, status := range Statuses(f.Pod) {
		all = append(all, container{status, f.Pod})
	}
	return all
}

func (c container) title() string { return Title(c.pod, c.Name) }

func (c container) isMain() bool { return c.Name == Main(c.pod).Name }

// attribute names where a configuration says something about the container: an attribute for
// the main one, `pod` for the others.
func (c container) attribute(name string) string {
	if c.isMain() {
		return "`" + name + "`"
	}
	return "`pod`"
}

// spec is what the Pod declares of the container.
func (c container) spec() corev1.Container {
	for _, declared := range slices.Concat(c.pod.Spec.InitContainers, c.pod.Spec.Containers) {
		if declared.Name == c.Name {
			return declared
		}
	}
	return corev1.Container{}
}

// lastEnd is how the container last ended, nil where it never has.
func (c container) lastEnd() *corev1.ContainerStateTerminated { return LastEnd(c.ContainerStatus) }
