package podhealth

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// check is a health check by its name in Kubernetes' events.
type check string

const (
	liveness  check = "liveness"
	readiness check = "readiness"
	startup   check = "startup"
)

func loopByMemory(f Facts) *finding {
	return loopOf(f, func(c container) bool { return isMemory(f, c) })
}

func isMemory(_ Facts, c container) bool {
	return c.lastEnd() != nil && c.lastEnd().Reason == "OOMKilled"
}

// endOf finds the last end of the container with that name, if it is such a one.
func endOf(name string, is func(Facts, container) bool) func(Facts) *finding {
	return func(f Facts) *finding {
		for _, c := range f.containers() {
			if c.Name != name || c.lastEnd() == nil || !is(f, c) {
				continue
			}
			return &finding{of: &c, at: c.lastEnd().FinishedAt}
		}
		return nil
	}
}

// loopBy recognises a container that the kubelet keeps killing because a check fails.
func loopBy(which check) func(Facts) *finding {
	return func(f Facts) *finding {
		found := loopOf(f, func(c container) bool { return f.killedBy(c, which) })
		if found != nil {
			found.detail = f.lastFailure(*found.of, which)
		}
		return found
	}
}

func loop(f Facts) *finding { return loopOf(f, func(container) bool { return true }) }

// loopOf finds a container that ends again and again, and is such a one.
func loopOf(f Facts, is func(container) bool) *finding {
	for _, c := range f.containers() {
		if found := f.looping(c); found != nil && is(c) {
			return found
		}
	}
	return nil
}

// looping recognises a container that ends again and again: while it waits for its next start,
// when it has just ended, and while it happens to run.
func (f Facts) looping(c container) *finding {
	restarts := c.RestartCount - f.RestartsBefore[c.Name]
	found := &finding{of: &c}
	if end := c.lastEnd(); end != nil {
		found.at = end.FinishedAt
	}
	switch {
	case c.State.Waiting != nil:
		if c.State.Waiting.Reason != "CrashLoopBackOff" {
			return nil
		}
		found.exhausted = restarts >= LoopRestarts
		return found
	case c.State.Terminated != nil:
		if c.State.Terminated.ExitCode == 0 || EndedForGood(c.pod, c.spec(), c.ContainerStatus) {
			return nil
		}
		// Its first end may be its last.
		found.passing, found.resting = restarts < 2, restarts == 0
		return found
	case c.State.Running != nil && restarts > 0:
		return f.loopingWhileRunning(c, restarts, found)
	}
	return nil
}

// Suspects reports whether only events can tell if a container of the Pod is in a loop.
func Suspects(f Facts) bool {
	return f.Events == nil && slices.ContainsFunc(f.containers(), func(c container) bool {
		restarts := c.RestartCount - f.RestartsBefore[c.Name]
		return c.State.Running != nil && restarts >= 2 && f.endedLately(c) && mayBeMeant(*c.LastTerminationState.Terminated)
	})
}

// endedLately reports whether a container that runs was started anew not long ago.
func (f Facts) endedLately(c container) bool {
	return c.LastTerminationState.Terminated != nil && f.Now.Sub(c.State.Running.StartedAt.Time) <= loopMemory
}

// mayBeMeant reports whether a container may have ended so because it was asked to.
func mayBeMeant(end corev1.ContainerStateTerminated) bool {
	return end.Reason != "OOMKilled" && slices.Contains([]int32{0, 137, 143}, end.ExitCode)
}

// loopingWhileRunning recognises a loop in a container that runs. A change of its image or its
// size restarts a container too; what ends it then has an exit code of its own choice, or those
// of the signals. So with such an exit code it is a loop only where an event says so.
func (f Facts) loopingWhileRunning(c container, restarts int32, found *finding) *finding {
	switch {
	case !f.endedLately(c):
		return nil
	case mayBeMeant(*c.LastTerminationState.Terminated) && !f.saysLoop(c):
		return nil
	case c.Ready && restarts < 2:
		return nil
	}
	found.resting, found.passing = true, restarts < 2
	return found
}

// saysLoop reports whether the kubelet has said, since the run before this one began, that it
// backs off from the container or that a check failed.
func (f Facts) saysLoop(c container) bool {
	return f.killedBy(c, liveness) || f.killedBy(c, startup) || f.latest(func(e corev1.Event) bool {
		return e.Reason == "BackOff" && e.Type == corev1.EventTypeWarning && isAbout(e, c.Name) && f.sinceLastRun(c, e) && strings.HasPrefix(e.Message, "Back-off restarting")
	}) != nil
}

// killedBy reports whether the kubelet ended the last run because of the check: "Container app
// failed liveness probe, will be restarted".
func (f Facts) killedBy(c container, which check) bool {
	killing := f.latest(func(e corev1.Event) bool { return e.Reason == "Killing" && isAbout(e, c.Name) })
	return killing != nil && strings.Contains(killing.Message, "failed "+string(which)+" probe") && f.sinceLastRun(c, *killing)
}

// sinceLastRun reports whether an event isn't older than the run that ended last.
func (f Facts) sinceLastRun(c container, e corev1.Event) bool {
	end := c.lastEnd()
	return end == nil || !EventTime(e).Before(end.StartedAt.Time)
}

// lastFailure is what a check last failed with: "Liveness probe failed: HTTP probe failed with
// statuscode: 500".
func (f Facts) lastFailure(c container, which check) string {
	failure := f.latest(func(e corev1.Event) bool {
		return e.Reason == "Unhealthy" && isAbout(e, c.Name) && strings.HasPrefix(strings.ToLower(e.Message), string(which)+" probe")
	})
	if failure == nil {
		return ""
	}
	_, detail, _ := strings.Cut(failure.Message, ": ")
	return detail
}

func imageReasons() []string {
	return []string{"ErrImagePull", "ImagePullBackOff", "ImageInspectError", "ErrImageNeverPull", "RegistryUnavailable", "SignatureValidationFailed"}
}

func configReasons() []string {
	return []string{"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError", "PostStartHookError", "StartError"}
}

// waitingFor recognises a container that isn't started, for such a reason.
func waitingFor(reasons ...string) func(Facts) *finding {
	return func(f Facts) *finding {
		return f.waiting(func(w corev1.ContainerStateWaiting) bool { return slices.Contains(reasons, w.Reason) })
	}
}

func (f Facts) waiting(is func(corev1.ContainerStateWaiting) bool) *finding {
	for _, c := range f.containers() {
		if w := c.State.Waiting; w != nil && is(*w) {
			return &finding{of: &c, name: w.Reason, detail: w.Message}
		}
	}
	return nil
}

// rootUser recognises a container that the node doesn't start because its user is root, or may
// be, in the words of the kubelet (verifyRunAsNonRoot).
func rootUser(f Facts) *finding {
	return f.waiting(func(w corev1.ContainerStateWaiting) bool {
		return slices.Contains(configReasons(), w.Reason) && slices.ContainsFunc([]string{"breaks non-root policy", "non-numeric user", "runAsNonRoot"},
			func(words string) bool { return strings.Contains(w.Message, words) })
	})
}

// held recognises a container that waits for a reason that isn't known here.
func held(f Facts) *finding {
	return f.waiting(func(w corev1.ContainerStateWaiting) bool { return w.Reason != "" && !isUsual(w.Reason) })
}

// isUsual reports whether a container waits for such a reason in the usual course of things.
func isUsual(reason string) bool {
	return slices.Contains([]string{"ContainerCreating", "PodInitializing"}, reason)
}

// creating finds the last event that says why containers that are being created aren't.
func (f Facts) creating(reasons ...string) *finding {
	if f.waiting(func(w corev1.ContainerStateWaiting) bool { return isUsual(w.Reason) }) == nil {
		return nil
	}
	said := f.latest(func(e corev1.Event) bool {
		return slices.Contains(reasons, e.Reason) && e.Type == corev1.EventTypeWarning
	})
	if said == nil {
		return nil
	}
	return &finding{name: said.Reason, detail: said.Message}
}

func volumes(f Facts) *finding {
	return f.creating("FailedMount", "FailedAttachVolume", "FailedMapVolume")
}

func sandbox(f Facts) *finding {
	return f.creating("FailedCreatePodSandBox", "FailedPrepareDynamicResources", "FailedPodSandBoxStatus", "NetworkNotReady")
}

// endedBeside recognises a container that has ended for good while others run.
func endedBeside(f Facts) *finding {
	if HasEnded(f.Pod) {
		return nil
	}
	for _, declared := range f.Pod.Spec.Containers {
		status := StatusOf(f.Pod.Status.ContainerStatuses, declared.Name)
		if status == nil || !EndedForGood(f.Pod, declared, *status) {
			continue
		}
		code := status.State.Terminated.ExitCode
		if f.MayEnd == nil && code == 0 || f.MayEnd != nil && f.MayEnd(declared.Name, code) {
			continue
		}
		return &finding{of: &container{*status, f.Pod}, at: status.State.Terminated.FinishedAt}
	}
	return nil
}

func isPlainInit(c container) bool {
	return strings.HasPrefix(c.title(), "init container")
}
