package waiting

import (
	"cmp"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Tracker follows a Pod during a wait. It remembers how long the current problem has existed, and
// how long the Pod has been ready. Times are from this machine's clock, because the node's may
// differ.
type Tracker struct {
	goal Goal
	// problem is the key of the current problem, which exists since problemSince.
	problem      string
	problemSince time.Time
	ready        readiness
}

// readiness is a period in which a Pod was ready without interruption.
type readiness struct {
	// since is zero while the Pod isn't ready.
	since time.Time
	// turned is when the Pod became ready by its node's clock. It tells one period from the next.
	turned time.Time
	// restarts holds each container's restart count at the beginning.
	restarts map[string]int32
	// ended is the container that ended or was restarted in the period, after the time lasted.
	ended  string
	lasted time.Duration
}

func NewTracker(g Goal, now time.Time) *Tracker { return &Tracker{goal: g, problemSince: now} }

// Observe takes the Pod as it is now, and returns the status of the wait.
func (c *Tracker) Observe(pod *corev1.Pod, now time.Time) Status {
	f := c.goal.Facts(pod, nil, now)
	if key := c.goal.problem(f).Key(); key != c.problem {
		c.problem, c.problemSince = key, now
	}
	if c.goal.Holds() {
		c.ready = c.readinessAfter(pod, now)
	}
	return c.Judge(f)
}

// readinessAfter returns the readiness after an observation. After a change of the container it
// begins with the container's next run, because the change itself ends the current one.
func (c *Tracker) readinessAfter(pod *corev1.Pod, now time.Time) readiness {
	if before := c.goal.Before; before != nil {
		if status := podhealth.StatusOf(pod.Status.ContainerStatuses, before.Name); status == nil || status.ContainerID == before.ContainerID {
			return readiness{}
		}
	}
	return c.ready.after(pod, now)
}

// Judge returns the status of the wait by the observations so far. Facts may include events, which
// Observe doesn't have.
func (c *Tracker) Judge(f podhealth.Facts) Status {
	if c.ready.ended != "" {
		return c.readinessLost(f)
	}
	s := Assess(f, c.goal, f.Now.Sub(c.problemSince))
	hasHeld := !c.ready.since.IsZero() && f.Now.Sub(c.ready.since) >= c.goal.Hold
	if s.Done && c.goal.Holds() && !podhealth.HasEnded(f.Pod) && !hasHeld {
		return Status{
			Waiting: "it to stay ready for " + seconds(c.goal.Hold),
			Advice:  "It is ready, but not yet for as long as `min_ready_seconds` requires. Give it more time with `timeouts`, or lower `min_ready_seconds`.",
		}
	}
	return s
}

// readinessLost is the status for a Pod that was ready, but not for long enough.
func (c *Tracker) readinessLost(f podhealth.Facts) Status {
	p := podhealth.JudgeEnd(f, c.ready.ended)
	if whole := podhealth.Judge(f); whole.Cause.IsEnd() || p.Cause == podhealth.None {
		p = whole
	}
	how := "for " + seconds(c.ready.lasted.Round(time.Second))
	if c.ready.lasted < time.Second {
		how = "for a moment"
	}
	return Status{
		Failure: fmt.Sprintf("it was ready %s, but not for the %s that `min_ready_seconds` requires: %s", how, seconds(c.goal.Hold), cmp.Or(p.Text, podhealth.Title(f.Pod, c.ready.ended)+" was restarted")),
		Advice:  cmp.Or(p.Advice, "Its log says why the program ended."),
	}
}

// after returns the readiness after an observation.
func (r readiness) after(pod *corev1.Pod, now time.Time) readiness {
	if r.ended != "" {
		return r
	}
	if !r.since.IsZero() {
		if name := endedSince(pod, r.restarts); name != "" {
			r.ended, r.lasted = name, now.Sub(r.since)
			return r
		}
	}
	turned := podhealth.Condition(pod, corev1.PodReady).LastTransitionTime.Time
	switch {
	case !podhealth.IsReady(pod):
		return readiness{}
	case r.since.IsZero(), !r.turned.Equal(turned):
		return readiness{since: now, turned: turned, restarts: restartsOf(pod)}
	}
	return r
}

// endedSince returns the name of a container that ended or was restarted since restarts were
// counted. Init containers that have completed don't count.
func endedSince(pod *corev1.Pod, restarts map[string]int32) string {
	if pod.Status.Phase == corev1.PodSucceeded && manifest.MayFinish(string(pod.Spec.RestartPolicy)) {
		return ""
	}
	for _, c := range podhealth.Statuses(pod) {
		before, counts := restarts[c.Name]
		if counts && (c.RestartCount > before || c.State.Running == nil) {
			return c.Name
		}
	}
	return ""
}

// restartsOf returns the restart counts of the running containers.
func restartsOf(pod *corev1.Pod) map[string]int32 {
	counts := map[string]int32{}
	for _, c := range podhealth.Statuses(pod) {
		if c.State.Running != nil {
			counts[c.Name] = c.RestartCount
		}
	}
	return counts
}
