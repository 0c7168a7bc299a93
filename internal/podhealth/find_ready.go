package podhealth

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// startupCheck recognises a container that runs and hasn't passed its startup check.
func startupCheck(f Facts) *finding {
	for _, c := range f.containers() {
		if c.State.Running != nil && c.Started != nil && !*c.Started {
			return f.unready(c, startup)
		}
	}
	return nil
}

// readinessCheck recognises a container that runs and hasn't passed its readiness check yet.
func readinessCheck(f Facts) *finding {
	if Condition(f.Pod, corev1.PodReady).Status == corev1.ConditionTrue {
		return nil
	}
	for _, c := range f.containers() {
		if c.State.Running != nil && !c.Ready && !isPlainInit(c) {
			return f.unready(c, readiness)
		}
	}
	return nil
}

func (f Facts) unready(c container, which check) *finding {
	return &finding{
		of: &c, detail: f.lastFailure(c, which), at: c.State.Running.StartedAt,
		passing: f.Now.Sub(c.State.Running.StartedAt.Time) < startTime,
	}
}

// noLongerReady recognises a Pod that was ready, and of which a container isn't any more.
func noLongerReady(f Facts) *finding {
	ready := Condition(f.Pod, corev1.PodReady)
	if !WasReady(f.Pod) || Condition(f.Pod, corev1.ContainersReady).Status == corev1.ConditionTrue {
		return nil
	}
	found := readinessCheck(f)
	if found == nil {
		found = &finding{}
	}
	found.name, found.at, found.passing = ready.Reason, ready.LastTransitionTime, false
	return found
}

// WasReady reports whether an unready Pod, all of whose containers run, was ready since they were
// started. The condition begins as False before that, so a later change is one back.
func WasReady(pod *corev1.Pod) bool {
	ready := Condition(pod, corev1.PodReady)
	if ready.Status != corev1.ConditionFalse || len(pod.Status.ContainerStatuses) == 0 {
		return false
	}
	return !slices.ContainsFunc(pod.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool {
		return c.State.Running == nil || !ready.LastTransitionTime.After(c.State.Running.StartedAt.Time)
	})
}

// readinessGate recognises a Pod whose containers are ready, and that waits for a condition
// which somebody else sets.
func readinessGate(f Facts) *finding {
	ready := Condition(f.Pod, corev1.PodReady)
	if ready.Status == corev1.ConditionTrue || Condition(f.Pod, corev1.ContainersReady).Status != corev1.ConditionTrue {
		return nil
	}
	for _, gate := range f.Pod.Spec.ReadinessGates {
		c := Condition(f.Pod, gate.ConditionType)
		if c.Status == corev1.ConditionTrue {
			continue
		}
		found := &finding{name: string(gate.ConditionType), detail: f.reasonAnd(c.Reason, c.Message), at: ready.LastTransitionTime}
		found.passing = !WasReady(f.Pod) && f.Now.Sub(ready.LastTransitionTime.Time) < startTime
		return found
	}
	return nil
}
