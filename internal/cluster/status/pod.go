package status

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// bearing is what an instance was found to be, from well to worse.
type bearing int

const (
	// well works, or has done its work.
	well bearing = iota
	// moving is starting, changing or stopping in the usual course of things.
	moving
	// impaired works, and something about it needs a person.
	impaired
	// broken doesn't work, and isn't about to.
	broken
)

// late is after how long a start that isn't done counts as one that won't be: a
// Deployment's progressDeadlineSeconds by default.
const late = 10 * time.Minute

// judged is an instance, what it was found to be, and why in a few words unless it is well.
type judged struct {
	Name string
	Is   bearing
	Why  string
}

// judgeAll judges the Pods by name. A controller's Pod that has ended is left out: the
// controller has seen to it, and keeps it for the record.
func judgeAll(pods []*corev1.Pod, now time.Time) []judged {
	var all []judged
	for _, pod := range pods {
		if podhealth.HasEnded(pod) && pod.DeletionTimestamp == nil && metav1.GetControllerOf(pod) != nil {
			continue
		}
		is, why := judge(pod, now)
		all = append(all, judged{Name: pod.Name, Is: is, Why: why})
	}
	slices.SortFunc(all, func(a, b judged) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// judge says what an instance is found to be, by what podhealth knows of its Pod.
func judge(pod *corev1.Pod, now time.Time) (bearing, string) {
	f := podhealth.Facts{Pod: pod, Now: now, Kept: true}
	p := podhealth.Judge(f)
	switch {
	case p.Cause == podhealth.None && works(pod):
		return judgeResize(f)
	case p.Cause == podhealth.Deleting, p.Cause == podhealth.Gated:
		return moving, p.Brief
	case p.Cause.IsLoop() && podhealth.IsReady(pod):
		return impaired, p.Brief
	case p.Cause == podhealth.EndedBeside && podhealth.IsReady(pod):
		return impaired, p.Brief
	case p.Cause != podhealth.None && !isStarting(p.Cause):
		return broken, p.Brief
	case podhealth.WasReady(pod):
		return broken, withCause("not ready any more", podhealth.Condition(pod, corev1.PodReady).Reason)
	}
	if waited := now.Sub(lastStep(pod)); waited > late {
		return broken, fmt.Sprintf("not ready after %d minutes", int(waited.Minutes()))
	}
	return moving, "starting"
}

// isStarting reports whether a Pod with that cause may be starting as it should.
func isStarting(cause podhealth.Cause) bool {
	return cause == podhealth.StartupCheck || cause == podhealth.ReadinessCheck || cause == podhealth.ReadinessGate
}

// judgeResize judges a Pod that works by whether it has the size that was asked for.
func judgeResize(f podhealth.Facts) (bearing, string) {
	p := podhealth.JudgeResize(f)
	switch {
	case p.Cause == podhealth.ResizeInfeasible:
		return impaired, p.Brief
	case p.Cause != podhealth.None,
		podhealth.Condition(f.Pod, corev1.PodResizePending).Status == corev1.ConditionTrue,
		podhealth.Condition(f.Pod, corev1.PodResizeInProgress).Status == corev1.ConditionTrue:
		return moving, "being resized"
	}
	return well, ""
}

// works reports whether a Pod is ready, or has done its work. One that may finish works too when
// some of its containers have, for then Kubernetes calls it unready.
func works(pod *corev1.Pod) bool {
	if podhealth.IsReady(pod) || pod.Status.Phase == corev1.PodSucceeded {
		return true
	}
	unready := func(c corev1.ContainerStatus) bool {
		return !c.Ready && (c.State.Terminated == nil || c.State.Terminated.ExitCode != 0)
	}
	return pod.Status.Phase == corev1.PodRunning && pod.Spec.RestartPolicy != corev1.RestartPolicyAlways && len(pod.Spec.ReadinessGates) == 0 &&
		len(pod.Status.ContainerStatuses) > 0 && !slices.ContainsFunc(pod.Status.ContainerStatuses, unready)
}

// lastStep is when the Pod was made, or later, when the last of its containers was
// started or ended.
func lastStep(pod *corev1.Pod) time.Time {
	last := pod.CreationTimestamp.Time
	for _, c := range podhealth.Statuses(pod) {
		for _, at := range []time.Time{startOf(c.State), endOf(c.State), endOf(c.LastTerminationState)} {
			if at.After(last) {
				last = at
			}
		}
	}
	return last
}

func startOf(s corev1.ContainerState) time.Time {
	if s.Running == nil {
		return time.Time{}
	}
	return s.Running.StartedAt.Time
}

func endOf(s corev1.ContainerState) time.Time {
	if s.Terminated == nil {
		return time.Time{}
	}
	return s.Terminated.FinishedAt.Time
}

func withCause(what, cause string) string {
	if cause == "" {
		return what
	}
	return what + ": " + cause
}
