package waiting

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Course is a wait as it goes on: for how long the present problem has been there, and for how
// long the Pod has been ready. Times are this machine's, since the node's clock may differ.
type Course struct {
	goal Goal
	// problem is the present one's key, there since problemSince.
	problem      string
	problemSince time.Time
	ready        readiness
}

// readiness is a time for which a Pod has been ready without a break.
type readiness struct {
	// since is zero while the Pod isn't ready.
	since time.Time
	// turned is when the Pod became ready by its node's clock, which tells one such time from
	// another.
	turned time.Time
	// restarts has each container's at the beginning.
	restarts map[string]int32
	// ended is the container that ended or was restarted meanwhile, after lasted.
	ended  string
	lasted time.Duration
}

func NewCourse(g Goal, now time.Time) *Course { return &Course{goal: g, problemSince: now} }

// See takes the Pod as it is now, and judges it.
func (c *Course) See(pod *corev1.Pod, now time.Time) Status {
	f := c.goal.Facts(pod, nil, now)
	if key := c.goal.problem(f).Key(); key != c.problem {
		c.problem, c.problemSince = key, now
	}
	if c.goal.Holds() {
		c.ready = c.followed(pod, now)
	}
	return c.Judge(f)
}

// followed is the readiness once the Pod was seen so. After a change of the container it begins with
// the container's next run: the change itself ends the present one.
func (c *Course) followed(pod *corev1.Pod, now time.Time) readiness {
	if before := c.goal.Before; before != nil {
		if status := podhealth.StatusOf(pod.Status.ContainerStatuses, before.Name); status == nil || status.ContainerID == before.ContainerID {
			return readiness{}
		}
	}
	return c.ready.after(pod, now)
}

// Judge is the outlook by what has been seen so far. Facts may have events that see didn't
// have.
func (c *Course) Judge(f podhealth.Facts) Status {
	if c.ready.ended != "" {
		return c.broken(f)
	}
	o := Assess(f, c.goal, f.Now.Sub(c.problemSince))
	hasHeld := !c.ready.since.IsZero() && f.Now.Sub(c.ready.since) >= c.goal.Hold
	if o.Done && c.goal.Holds() && !podhealth.HasEnded(f.Pod) && !hasHeld {
		return Status{
			Waiting: "it to stay ready for " + seconds(c.goal.Hold),
			Advice:  "It is ready, but not yet for as long as `min_ready_seconds` requires. Give it more time with `timeouts`, or lower `min_ready_seconds`.",
		}
	}
	return o
}

// broken is the outlook of a Pod that was ready, and didn't stay so for long enough.
func (c *Course) broken(f podhealth.Facts) Status {
	p := podhealth.JudgeEnd(f, c.ready.ended)
	if whole := podhealth.Judge(f); whole.Cause.IsEnd() || p.Cause == podhealth.None {
		p = whole
	}
	how := "for " + seconds(c.ready.lasted.Round(time.Second))
	if c.ready.lasted < time.Second {
		how = "for a moment"
	}
	return Status{
		Hopeless: fmt.Sprintf("it was ready %s, but not for the %s that `min_ready_seconds` requires: %s", how, seconds(c.goal.Hold), OrElse(p.Text, podhealth.Title(f.Pod, c.ready.ended)+" was restarted")),
		Advice:   OrElse(p.Advice, "Its log says why the program ended."),
	}
}

// after is the readiness once the Pod was seen so.
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

// endedSince names a container that has ended or was restarted since, init containers that
// have done their work aside.
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

// restartsOf has the restarts of the containers that run.
func restartsOf(pod *corev1.Pod) map[string]int32 {
	counts := map[string]int32{}
	for _, c := range podhealth.Statuses(pod) {
		if c.State.Running != nil {
			counts[c.Name] = c.RestartCount
		}
	}
	return counts
}
