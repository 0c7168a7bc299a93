package waiting

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Goal is what a wait is for.
type Goal struct {
	// For is a value of wait_for; empty where only Size matters.
	For string
	// Hold is how long the Pod must stay ready: min_ready_seconds.
	Hold time.Duration
	// Before is the main container's status before the change. Until the node notices the change, the
	// status stays the same.
	Before *corev1.ContainerStatus
	// Size is what a resize asked for.
	Size *manifest.Size
}

// GoalOf returns what an apply of the plan waits for.
func GoalOf(plan model.Resource) Goal {
	return Goal{For: plan.WaitFor.ValueString(), Hold: time.Duration(plan.MinReadySeconds.ValueInt64()) * time.Second}
}

// String completes "The wait for a Pod to …".
func (g Goal) String() string {
	switch {
	case g.Size != nil:
		return "be resized"
	case g.For == model.WaitRunning:
		return "run"
	case g.For == model.WaitScheduled:
		return "be given a node"
	case g.For == model.WaitSucceeded:
		return "finish well"
	case g.Holds():
		return "be ready for " + seconds(g.Hold)
	}
	return "become ready"
}

// FollowsContainer reports whether the wait is about a change of the container.
func (g Goal) FollowsContainer() bool { return g.For != model.WaitNone && g.For != model.WaitScheduled }

// Holds reports whether the Pod must stay ready for a while.
func (g Goal) Holds() bool { return g.For == model.WaitReady && g.Hold > 0 && g.Size == nil }

// Facts is what is known of a Pod, as it counts for the goal.
func (g Goal) Facts(pod *corev1.Pod, events []corev1.Event, now time.Time) podhealth.Facts {
	f := podhealth.Facts{Pod: pod, Events: events, Now: now, MayEnd: func(container string, exitCode int32) bool {
		return g.For == model.WaitSucceeded && exitCode == 0 || g.For == model.WaitRunning && container != manifest.MainContainer(pod).Name
	}}
	if g.Before != nil {
		// The change itself starts the container once more.
		f.RestartsBefore = map[string]int32{g.Before.Name: g.Before.RestartCount + 1}
	}
	return f
}

// problem is what keeps a Pod from the goal.
func (g Goal) problem(f podhealth.Facts) podhealth.Problem {
	if g.Size != nil {
		return podhealth.JudgeResize(f)
	}
	p := podhealth.Judge(f)
	if readiness := g.For == model.WaitReady || g.For == ""; p.Cause.IsUnready() && !readiness {
		return podhealth.Problem{}
	}
	return p
}

func seconds(d time.Duration) string { return fmt.Sprintf("%ds", int(d.Seconds())) }
