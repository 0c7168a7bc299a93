package instance

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// isOver reports whether the main container has ended and isn't started again.
// Nothing that is written to such a Pod takes effect: neither another image nor
// another size.
func isOver(pod *corev1.Pod) bool {
	if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
		return true
	}
	main := mainContainer(pod)
	status := statusByName(pod.Status.ContainerStatuses, main.Name)
	return status != nil && endedForGood(pod, main, *status)
}

// endedForGood reports whether a container has ended and its restart policy
// doesn't start it again. Rules of its own may, so such a container never counts.
func endedForGood(pod *corev1.Pod, c corev1.Container, status corev1.ContainerStatus) bool {
	ended := status.State.Terminated
	if ended == nil || len(c.RestartPolicyRules) > 0 {
		return false
	}
	switch restartPolicyOf(pod, c) {
	case corev1.RestartPolicyNever:
		return true
	case corev1.RestartPolicyOnFailure:
		return ended.ExitCode == 0
	case corev1.RestartPolicyAlways:
	}
	return false
}

func restartPolicyOf(pod *corev1.Pod, c corev1.Container) corev1.RestartPolicy {
	if c.RestartPolicy != nil {
		return corev1.RestartPolicy(*c.RestartPolicy)
	}
	return pod.Spec.RestartPolicy
}

// policyAttribute is where a configuration says the container's restart policy.
func policyAttribute(c corev1.Container) string {
	if c.RestartPolicy != nil {
		return "`restartPolicy` in `pod`"
	}
	return "`restart_policy`"
}

// endedBeside finds a container that has ended for good beside others that run,
// where the goal can't be reached without it.
func endedBeside(pod *corev1.Pod, g goal) *outlook {
	for _, c := range pod.Spec.Containers {
		status := statusByName(pod.Status.ContainerStatuses, c.Name)
		if status == nil || !endedForGood(pod, c, *status) {
			continue
		}
		ended := status.State.Terminated
		if g.For == waitSucceeded && ended.ExitCode == 0 || g.For == waitRunning && c.Name != mainContainer(pod).Name {
			continue
		}
		found := &outlook{Hopeless: fmt.Sprintf("%s has ended (%s) and isn't started again, as %s is %s",
			titleOf(pod, c.Name), termination(ended), policyAttribute(c), restartPolicyOf(pod, c))}
		found.Advice = "An instance is ready only while all of its containers run. Where this one is meant to end, set `wait_for` to \"Running\" or \"Succeeded\"; otherwise mend the program, or set `restart_policy` to \"Always\"."
		if ended.ExitCode != 0 {
			found.Advice = "Its log says why the program ended. Mend the program, or let `restart_policy` start it again."
		}
		return found
	}
	return nil
}

// missed reports whether the Pod's main container ended for good before the node
// took notice of a change, so that what was changed never runs.
func missed(pod *corev1.Pod, g goal) bool {
	if g.Before == nil || pod.Status.Phase == corev1.PodFailed || !isOver(pod) {
		return false
	}
	now := statusByName(pod.Status.ContainerStatuses, g.Before.Name)
	return now != nil && now.ContainerID == g.Before.ContainerID && now.RestartCount == g.Before.RestartCount
}

// finishedError says that an instance has finished, so that a change which the
// plan meant for a running one wasn't sent.
func finishedError(pod *corev1.Pod, what string) error {
	how := orElse(causeOf(pod), statusOf(pod))
	return fmt.Errorf("%s has finished since the plan was made (%s). It can't take up %s any more, so nothing was sent. Run the plan again: it replaces the instance", podRef(pod), how, what)
}
