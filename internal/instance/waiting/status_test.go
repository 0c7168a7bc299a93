package waiting

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

func TestAssess(t *testing.T) {
	const done, hopeless, waiting = "done", "hopeless", "waiting"
	var said strings.Builder
	for _, c := range []struct {
		pod, waitFor string
		lasted       time.Duration
		verdict      string
	}{
		{pod: "new", waitFor: model.WaitNone, verdict: done},
		{pod: "new", waitFor: model.WaitScheduled, verdict: waiting},
		{pod: "new", waitFor: model.WaitReady, verdict: waiting},
		{pod: "unschedulable", waitFor: model.WaitReady, lasted: time.Hour, verdict: waiting},
		{pod: "unschedulable", waitFor: model.WaitScheduled, lasted: time.Hour, verdict: waiting},
		{pod: "creating", waitFor: model.WaitScheduled, verdict: done},
		{pod: "creating", waitFor: model.WaitRunning, verdict: waiting},
		{pod: "not-ready", waitFor: model.WaitRunning, verdict: done},
		{pod: "not-ready", waitFor: model.WaitReady, lasted: time.Hour, verdict: waiting},
		{pod: "not-ready", waitFor: model.WaitSucceeded, verdict: waiting},
		{pod: "ready", waitFor: model.WaitReady, verdict: done},
		{pod: "ready", waitFor: model.WaitRunning, verdict: done},
		{pod: "ready", waitFor: model.WaitSucceeded, verdict: waiting},
		{pod: "succeeded", waitFor: model.WaitReady, verdict: done},
		{pod: "succeeded", waitFor: model.WaitRunning, verdict: done},
		{pod: "succeeded", waitFor: model.WaitSucceeded, verdict: done},
		{pod: "succeeded-always", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "failed", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "failed", waitFor: model.WaitSucceeded, verdict: hopeless},
		{pod: "failed", waitFor: model.WaitScheduled, verdict: done},
		{pod: "oom", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "evicted", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "deadline", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "deleting", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "crash-loop", waitFor: model.WaitReady, verdict: waiting},
		{pod: "crash-loop", waitFor: model.WaitRunning, verdict: done},
		{pod: "crash-loop", waitFor: model.WaitReady, lasted: podhealth.Patience, verdict: hopeless},
		{pod: "crash-loop-long", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "crash-between", waitFor: model.WaitReady, verdict: waiting},
		{pod: "crash-between", waitFor: model.WaitReady, lasted: time.Hour, verdict: waiting},
		{pod: "crash-ended", waitFor: model.WaitReady, verdict: waiting},
		{pod: "crash-ended", waitFor: model.WaitReady, lasted: podhealth.Patience, verdict: hopeless},
		{pod: "crash-oom", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "init-crash", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "init-crash", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "init-running", waitFor: model.WaitReady, lasted: time.Hour, verdict: waiting},
		{pod: "sidecar-starting", waitFor: model.WaitReady, lasted: time.Hour, verdict: waiting},
		{pod: "sidecar-not-ready", waitFor: model.WaitReady, lasted: time.Hour, verdict: waiting},
		{pod: "sidecar-crash", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "image-pull", waitFor: model.WaitReady, verdict: waiting},
		{pod: "image-pull", waitFor: model.WaitScheduled, verdict: done},
		{pod: "image-pull", waitFor: model.WaitReady, lasted: podhealth.Patience, verdict: hopeless},
		{pod: "image-backoff", waitFor: model.WaitReady, lasted: podhealth.Patience, verdict: hopeless},
		{pod: "image-name", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "no-config", waitFor: model.WaitReady, lasted: podhealth.Patience - 1, verdict: waiting},
		{pod: "no-config", waitFor: model.WaitReady, lasted: podhealth.Patience, verdict: hopeless},
		{pod: "root-image", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "root-image", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "named-user", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "helper-ended", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "helper-ended", waitFor: model.WaitRunning, verdict: done},
		{pod: "helper-ended", waitFor: model.WaitSucceeded, verdict: waiting},
		{pod: "helper-failed", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "helper-failed", waitFor: model.WaitSucceeded, verdict: hopeless},
		{pod: "helper-restarting", waitFor: model.WaitReady, verdict: waiting},
		{pod: "helper-own-policy", waitFor: model.WaitReady, verdict: waiting},
		{pod: "app-ended", waitFor: model.WaitReady, verdict: hopeless},
		{pod: "root-sidecar", waitFor: model.WaitReady, verdict: hopeless},
	} {
		t.Run(c.pod+" for "+c.waitFor+" after "+c.lasted.String(), func(t *testing.T) {
			check(t, &said, Assess(Goal{For: c.waitFor}.Facts(fixture.PodFrom(t, c.pod), nil, fixture.Then()), Goal{For: c.waitFor}, c.lasted), c.verdict)
		})
	}
	assert.Check(t, golden.String(said.String(), "texts/progress.txt"))
}

// check compares the verdict, and adds what is said to the golden file's text.
func check(t *testing.T, text *strings.Builder, got Status, verdict string) {
	t.Helper()
	was := "waiting"
	switch {
	case got.Done:
		was = "done"
	case got.Failure != "":
		was = "hopeless"
	}
	if was != verdict {
		t.Errorf("got %+v, want %s", got, verdict)
	}
	if !got.Done && got.Advice == "" {
		t.Error("no advice")
	}
	fmt.Fprintf(text, "## %s: %s\n", t.Name(), was)
	for _, part := range []struct{ name, text string }{{"hopeless", got.Failure}, {"problem", got.Problem}, {"waiting for", got.Waiting}, {"advice", got.Advice}} {
		if part.text != "" {
			fmt.Fprintf(text, "%s: %s\n", part.name, part.text)
		}
	}
	text.WriteString("\n")
}

// TestAssess_followsTheNewContainer holds that a wait after a change isn't
// satisfied, or given up, by the container from before it.
func TestAssess_followsTheNewContainer(t *testing.T) {
	var said strings.Builder
	for _, c := range []struct {
		before, after, waitFor, verdict string
		lasted                          time.Duration
	}{
		{"ready", "ready", model.WaitReady, "waiting", 0},
		{"ready", "ready", model.WaitRunning, "waiting", 0},
		{"ready", "ready-again", model.WaitReady, "done", 0},
		{"ready", "ready-again", model.WaitRunning, "done", 0},
		{"ready", "image-name", model.WaitReady, "hopeless", 0},
		{"ready", "image-pull", model.WaitRunning, "waiting", 0},
		{"image-name", "image-name", model.WaitReady, "waiting", 0},
		{"image-name", "ready", model.WaitReady, "done", 0},
		{"crash-loop-long", "crash-loop-long", model.WaitReady, "waiting", 0},
		{"ready", "crash-loop-long", model.WaitReady, "waiting", 0},
		{"ready", "crash-loop-long", model.WaitReady, "hopeless", podhealth.Patience},
		{"job-running", "job-running", model.WaitReady, "waiting", 0},
		{"job-running", "job-ended", model.WaitReady, "hopeless", 0},
		{"job-ended", "job-ended", model.WaitSucceeded, "hopeless", 0},
		{"job-running", "app-ended", model.WaitRunning, "hopeless", 0},
		{"job-running", "evicted", model.WaitReady, "hopeless", 0},
	} {
		t.Run(c.before+" then "+c.after+" for "+c.waitFor+" after "+c.lasted.String(), func(t *testing.T) {
			g := Goal{For: c.waitFor, Before: podhealth.StatusOf(fixture.PodFrom(t, c.before).Status.ContainerStatuses, "app")}
			check(t, &said, Assess(g.Facts(fixture.PodFrom(t, c.after), nil, fixture.Then()), g, c.lasted), c.verdict)
		})
	}
	assert.Check(t, golden.String(said.String(), "texts/progress_after_a_change.txt"))
}

func TestAssess_ofAResize(t *testing.T) {
	amounts := corev1.ResourceList{"cpu": resource.MustParse("2"), "memory": resource.MustParse("1Gi")}
	want := manifest.Size{Limits: amounts, Requests: amounts}
	var said strings.Builder
	for _, c := range []struct {
		pod     string
		lasted  time.Duration
		verdict string
	}{
		{pod: "resize-done", verdict: "done"},
		{pod: "resize-asked", verdict: "waiting"},
		{pod: "resize-rounded", verdict: "done"},
		{pod: "resize-underway", verdict: "waiting"},
		{pod: "resize-deferred", verdict: "waiting"},
		{pod: "resize-deferred", lasted: podhealth.Patience, verdict: "hopeless"},
		{pod: "resize-infeasible", verdict: "hopeless"},
		{pod: "resize-infeasible-before", verdict: "waiting"},
		{pod: "resize-error", verdict: "waiting"},
		{pod: "resize-error", lasted: podhealth.Patience, verdict: "hopeless"},
		{pod: "resize-not-running", verdict: "done"},
		{pod: "resize-finished", verdict: "hopeless"},
		{pod: "app-ended", verdict: "hopeless"},
		{pod: "deleting", verdict: "hopeless"},
	} {
		t.Run(c.pod+" after "+c.lasted.String(), func(t *testing.T) {
			g := Goal{Size: &want}
			check(t, &said, Assess(g.Facts(fixture.PodFrom(t, c.pod), nil, fixture.Then()), g, c.lasted), c.verdict)
		})
	}
	assert.Check(t, golden.String(said.String(), "texts/progress_of_a_resize.txt"))
}

// TestGoal_isOnePatiencePerProblem holds that neither a new wording nor a restart in between
// starts the patience again.
func TestGoal_isOnePatiencePerProblem(t *testing.T) {
	key := func(name string) string {
		g := Goal{For: model.WaitReady}
		return g.problem(g.Facts(fixture.PodFrom(t, name), nil, fixture.Then())).Key()
	}
	for _, same := range [][2]string{{"image-pull", "image-backoff"}, {"crash-loop", "crash-between"}, {"crash-between", "crash-ended"}} {
		if a, b := key(same[0]), key(same[1]); a == "" || a != b {
			t.Errorf("%s is %q, %s is %q", same[0], a, same[1], b)
		}
	}
	if a, b := key("image-pull"), key("no-config"); a == b {
		t.Errorf("two problems are one: %q", a)
	}
	if key := key("ready-again"); key != "" {
		t.Errorf("a Pod that is ready has the problem %q", key)
	}
}
