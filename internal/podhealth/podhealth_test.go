package podhealth_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// TestJudge holds the cause of each Pod, and the golden file all that is said of them.
func TestJudge(t *testing.T) {
	var said strings.Builder
	for _, c := range seenPods() {
		p := podhealth.Judge(c.of)
		if p.Cause != c.cause || p.Passing != c.passing {
			t.Errorf("%s: got %q, passing %t, want %q, %t", c.name, p.Cause, p.Passing, c.cause, c.passing)
		}
		tell(&said, c.name, p)
	}
	assert.Check(t, golden.String(said.String(), "texts.txt"))
}

func tell(said *strings.Builder, name string, p podhealth.Problem) {
	if p.Cause == podhealth.None {
		return
	}
	waiting := map[podhealth.Waiting]string{podhealth.Helps: "waiting helps", podhealth.HelpsBriefly: "waiting helps briefly", podhealth.Useless: "waiting is useless"}[p.Waiting]
	fmt.Fprintf(said, "## %s (%s; %s)\n%s\n%s\n%s\n(%s)\n\n", name, p.Cause, waiting, p.Title, p.Text, p.Advice, p.Brief)
}

// TestJudge_hasAPodForEachCause holds that no row of the table is without one.
func TestJudge_hasAPodForEachCause(t *testing.T) {
	for _, cause := range podhealth.Causes() {
		if !slices.ContainsFunc(seenPods(), func(c struct {
			name string
			seen
		},
		) bool {
			return c.cause == cause
		}) {
			t.Errorf("no Pod has the cause %s", cause)
		}
	}
}

// TestJudge_keepsNoFreeText holds that what may go into a state has no text of a controller, a
// node or a program in it: neither a message nor a reason that isn't one word.
func TestJudge_keepsNoFreeText(t *testing.T) {
	const canary = "password is hunter2"
	for _, c := range seenPods() {
		f := c.of
		f.Kept = true
		f.Pod = f.Pod.DeepCopy()
		f.Pod.Status.Message += canary
		for i := range f.Pod.Status.Conditions {
			f.Pod.Status.Conditions[i].Message += canary
			if f.Pod.Status.Conditions[i].Type == "example.com/open" {
				f.Pod.Status.Conditions[i].Reason = canary
			}
		}
		for i := range f.Pod.Status.ContainerStatuses {
			s := &f.Pod.Status.ContainerStatuses[i]
			if s.State.Waiting != nil {
				s.State.Waiting.Message = strings.ReplaceAll(s.State.Waiting.Message, "nginx", canary) + canary
			}
			for _, end := range []*corev1.ContainerStateTerminated{s.State.Terminated, s.LastTerminationState.Terminated} {
				if end != nil {
					end.Message, end.Reason = canary, strings.ReplaceAll(end.Reason, "Error", canary)
				}
			}
		}
		for i := range f.Events {
			f.Events[i].Message += canary
		}
		p := podhealth.Judge(f)
		if p.Cause != c.cause {
			t.Errorf("%s: kept, it has the cause %s, want %s", c.name, p.Cause, c.cause)
		}
		if whole := p.Text + p.Advice + p.Brief + p.Title; strings.Contains(whole, "hunter2") {
			t.Errorf("%s: %s", c.name, whole)
		}
	}
}

// TestJudgeEnd holds why a container that was meant to go on has ended.
func TestJudgeEnd(t *testing.T) {
	var said strings.Builder
	for _, c := range []struct {
		name  string
		of    podhealth.Facts
		cause podhealth.Cause
	}{
		{"memory", of(restarted(1, exit(137, "OOMKilled", "", time.Second), 0)), podhealth.EndedByMemory},
		{"a liveness check", of(restarted(1, exit(0, "Completed", "", time.Minute), 0), killedBy("liveness")), podhealth.EndedByCheck},
		{"a startup check", of(restarted(1, exit(137, "Error", "", time.Minute), 0), killedBy("startup")), podhealth.EndedByCheck},
		{"its own error", of(ended(3, "Error", "no database")), podhealth.Failed},
		{"its own will", of(restarted(1, exit(0, "Completed", "", time.Second), 0)), podhealth.Failed},
	} {
		p := podhealth.JudgeEnd(c.of, "app")
		if p.Cause != c.cause {
			t.Errorf("%s: got %q", c.name, p.Cause)
		}
		tell(&said, c.name, p)
	}
	assert.Check(t, golden.String(said.String(), "ends.txt"))
	if p := podhealth.JudgeEnd(of(), "app"); p.Cause != podhealth.None {
		t.Errorf("one that runs: %+v", p)
	}
}

func TestJudgeResize(t *testing.T) {
	var said strings.Builder
	pending := func(reason, message string) edit {
		return condition(corev1.PodResizePending, corev1.ConditionTrue, reason, message, time.Minute)
	}
	for _, c := range []struct {
		name  string
		of    podhealth.Facts
		cause podhealth.Cause
	}{
		{"done", of(), podhealth.None},
		{"infeasible", of(pending("Infeasible", "Node didn't have enough capacity: cpu, requested: 64000, capacity: 8000")), podhealth.ResizeInfeasible},
		{"deferred", of(pending("Deferred", "Node didn't have enough resource: cpu")), podhealth.ResizeDeferred},
		{"failed", of(condition(corev1.PodResizeInProgress, corev1.ConditionTrue, "Error", "failed to write cgroup", time.Minute)), podhealth.ResizeError},
		{"an earlier one", of(pending("Infeasible", "no"), func(f *podhealth.Facts) { f.Pod.Generation, f.Pod.Status.ObservedGeneration = 3, 2 }), podhealth.None},
	} {
		p := podhealth.JudgeResize(c.of)
		if p.Cause != c.cause {
			t.Errorf("%s: got %q", c.name, p.Cause)
		}
		tell(&said, c.name, p)
	}
	assert.Check(t, golden.String(said.String(), "resizes.txt"))
}

// TestSuspects holds that events are asked for where only they can tell a loop.
func TestSuspects(t *testing.T) {
	meant := exit(0, "Completed", "", time.Minute)
	for name, c := range map[string]struct {
		of   podhealth.Facts
		want bool
	}{
		"ready":            {of(), false},
		"restarted once":   {of(restarted(1, meant, time.Second)), false},
		"restarted twice":  {of(restarted(2, meant, time.Second)), true},
		"well again":       {of(restarted(2, meant, 11*time.Minute)), false},
		"events are known": {of(restarted(2, meant, time.Second), event("Normal", "Pulled", "", time.Second)), false},
	} {
		if got := podhealth.Suspects(c.of); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestProblem_endsAWait holds how long a wait bears with what.
func TestProblem_endsAWait(t *testing.T) {
	for name, c := range map[string]struct {
		of    podhealth.Problem
		borne time.Duration
		want  bool
	}{
		"useless":             {podhealth.Problem{Waiting: podhealth.Useless}, 0, true},
		"helps":               {podhealth.Problem{Waiting: podhealth.Helps}, time.Hour, false},
		"briefly":             {podhealth.Problem{Waiting: podhealth.HelpsBriefly}, podhealth.Patience - 1, false},
		"no longer":           {podhealth.Problem{Waiting: podhealth.HelpsBriefly}, podhealth.Patience, true},
		"exhausted":           {podhealth.Problem{Waiting: podhealth.HelpsBriefly, Exhausted: true}, 0, true},
		"resting for an hour": {podhealth.Problem{Waiting: podhealth.HelpsBriefly, Resting: true}, time.Hour, false},
	} {
		if got := c.of.EndsWait(c.borne); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestNodeProblem(t *testing.T) {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}, Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}}}
	if got := podhealth.NodeProblem(node); got != "" {
		t.Errorf("got %q", got)
	}
	node.Status.Conditions[0] = corev1.NodeCondition{Type: corev1.NodeReady, Status: corev1.ConditionUnknown, Reason: "NodeStatusUnknown", Message: "Kubelet stopped posting node status."}
	if got := podhealth.NodeProblem(node); got != "node n isn't ready: NodeStatusUnknown: Kubelet stopped posting node status" {
		t.Errorf("got %q", got)
	}
}
