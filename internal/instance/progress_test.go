package instance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

func TestProgress(t *testing.T) {
	const done, hopeless, waiting = "done", "hopeless", "waiting"
	var said strings.Builder
	for _, c := range []struct {
		pod, waitFor string
		borne        time.Duration
		verdict      string
	}{
		{pod: "new", waitFor: waitNone, verdict: done},
		{pod: "new", waitFor: waitScheduled, verdict: waiting},
		{pod: "new", waitFor: waitReady, verdict: waiting},
		{pod: "unschedulable", waitFor: waitReady, borne: time.Hour, verdict: waiting},
		{pod: "unschedulable", waitFor: waitScheduled, borne: time.Hour, verdict: waiting},
		{pod: "creating", waitFor: waitScheduled, verdict: done},
		{pod: "creating", waitFor: waitRunning, verdict: waiting},
		{pod: "not-ready", waitFor: waitRunning, verdict: done},
		{pod: "not-ready", waitFor: waitReady, borne: time.Hour, verdict: waiting},
		{pod: "not-ready", waitFor: waitSucceeded, verdict: waiting},
		{pod: "ready", waitFor: waitReady, verdict: done},
		{pod: "ready", waitFor: waitRunning, verdict: done},
		{pod: "ready", waitFor: waitSucceeded, verdict: waiting},
		{pod: "succeeded", waitFor: waitReady, verdict: done},
		{pod: "succeeded", waitFor: waitRunning, verdict: done},
		{pod: "succeeded", waitFor: waitSucceeded, verdict: done},
		{pod: "succeeded-always", waitFor: waitReady, verdict: hopeless},
		{pod: "failed", waitFor: waitReady, verdict: hopeless},
		{pod: "failed", waitFor: waitSucceeded, verdict: hopeless},
		{pod: "failed", waitFor: waitScheduled, verdict: done},
		{pod: "oom", waitFor: waitReady, verdict: hopeless},
		{pod: "evicted", waitFor: waitReady, verdict: hopeless},
		{pod: "deadline", waitFor: waitReady, verdict: hopeless},
		{pod: "deleting", waitFor: waitReady, verdict: hopeless},
		{pod: "crash-loop", waitFor: waitReady, verdict: waiting},
		{pod: "crash-loop", waitFor: waitRunning, verdict: done},
		{pod: "crash-loop", waitFor: waitReady, borne: podhealth.Patience, verdict: hopeless},
		{pod: "crash-loop-long", waitFor: waitReady, verdict: hopeless},
		{pod: "crash-between", waitFor: waitReady, verdict: waiting},
		{pod: "crash-between", waitFor: waitReady, borne: time.Hour, verdict: waiting},
		{pod: "crash-ended", waitFor: waitReady, verdict: waiting},
		{pod: "crash-ended", waitFor: waitReady, borne: podhealth.Patience, verdict: hopeless},
		{pod: "crash-oom", waitFor: waitReady, verdict: hopeless},
		{pod: "init-crash", waitFor: waitReady, verdict: hopeless},
		{pod: "init-crash", waitFor: waitReady, verdict: hopeless},
		{pod: "init-running", waitFor: waitReady, borne: time.Hour, verdict: waiting},
		{pod: "sidecar-starting", waitFor: waitReady, borne: time.Hour, verdict: waiting},
		{pod: "sidecar-not-ready", waitFor: waitReady, borne: time.Hour, verdict: waiting},
		{pod: "sidecar-crash", waitFor: waitReady, verdict: hopeless},
		{pod: "image-pull", waitFor: waitReady, verdict: waiting},
		{pod: "image-pull", waitFor: waitScheduled, verdict: done},
		{pod: "image-pull", waitFor: waitReady, borne: podhealth.Patience, verdict: hopeless},
		{pod: "image-backoff", waitFor: waitReady, borne: podhealth.Patience, verdict: hopeless},
		{pod: "image-name", waitFor: waitReady, verdict: hopeless},
		{pod: "no-config", waitFor: waitReady, borne: podhealth.Patience - 1, verdict: waiting},
		{pod: "no-config", waitFor: waitReady, borne: podhealth.Patience, verdict: hopeless},
		{pod: "root-image", waitFor: waitReady, verdict: hopeless},
		{pod: "root-image", waitFor: waitReady, verdict: hopeless},
		{pod: "named-user", waitFor: waitReady, verdict: hopeless},
		{pod: "helper-ended", waitFor: waitReady, verdict: hopeless},
		{pod: "helper-ended", waitFor: waitRunning, verdict: done},
		{pod: "helper-ended", waitFor: waitSucceeded, verdict: waiting},
		{pod: "helper-failed", waitFor: waitReady, verdict: hopeless},
		{pod: "helper-failed", waitFor: waitSucceeded, verdict: hopeless},
		{pod: "helper-restarting", waitFor: waitReady, verdict: waiting},
		{pod: "helper-own-policy", waitFor: waitReady, verdict: waiting},
		{pod: "app-ended", waitFor: waitReady, verdict: hopeless},
		{pod: "root-sidecar", waitFor: waitReady, verdict: hopeless},
	} {
		t.Run(c.pod+" for "+c.waitFor+" after "+c.borne.String(), func(t *testing.T) {
			check(t, &said, progress(goal{For: c.waitFor}.facts(podFrom(t, c.pod), nil, then), goal{For: c.waitFor}, c.borne), c.verdict)
		})
	}
	assert.Check(t, golden.String(said.String(), "texts/progress.txt"))
}

// then is when the Pods of testdata are looked at.
var then = time.Date(2026, 3, 1, 9, 35, 0, 0, time.UTC)

// check compares the verdict, and adds what is said to the golden file's text.
func check(t *testing.T, text *strings.Builder, got outlook, verdict string) {
	t.Helper()
	was := "waiting"
	switch {
	case got.Done:
		was = "done"
	case got.Hopeless != "":
		was = "hopeless"
	}
	if was != verdict {
		t.Errorf("got %+v, want %s", got, verdict)
	}
	if !got.Done && got.Advice == "" {
		t.Error("no advice")
	}
	fmt.Fprintf(text, "## %s: %s\n", t.Name(), was)
	for _, part := range []struct{ name, text string }{{"hopeless", got.Hopeless}, {"problem", got.Problem}, {"waiting for", got.Waiting}, {"advice", got.Advice}} {
		if part.text != "" {
			fmt.Fprintf(text, "%s: %s\n", part.name, part.text)
		}
	}
	text.WriteString("\n")
}

// TestProgress_followsTheNewContainer holds that a wait after a change isn't
// satisfied, or given up, by the container from before it.
func TestProgress_followsTheNewContainer(t *testing.T) {
	var said strings.Builder
	for _, c := range []struct {
		before, after, waitFor, verdict string
		borne                           time.Duration
	}{
		{"ready", "ready", waitReady, "waiting", 0},
		{"ready", "ready", waitRunning, "waiting", 0},
		{"ready", "ready-again", waitReady, "done", 0},
		{"ready", "ready-again", waitRunning, "done", 0},
		{"ready", "image-name", waitReady, "hopeless", 0},
		{"ready", "image-pull", waitRunning, "waiting", 0},
		{"image-name", "image-name", waitReady, "waiting", 0},
		{"image-name", "ready", waitReady, "done", 0},
		{"crash-loop-long", "crash-loop-long", waitReady, "waiting", 0},
		{"ready", "crash-loop-long", waitReady, "waiting", 0},
		{"ready", "crash-loop-long", waitReady, "hopeless", podhealth.Patience},
		{"job-running", "job-running", waitReady, "waiting", 0},
		{"job-running", "job-ended", waitReady, "hopeless", 0},
		{"job-ended", "job-ended", waitSucceeded, "hopeless", 0},
		{"job-running", "app-ended", waitRunning, "hopeless", 0},
		{"job-running", "evicted", waitReady, "hopeless", 0},
	} {
		t.Run(c.before+" then "+c.after+" for "+c.waitFor+" after "+c.borne.String(), func(t *testing.T) {
			g := goal{For: c.waitFor, Before: podhealth.StatusOf(podFrom(t, c.before).Status.ContainerStatuses, "app")}
			check(t, &said, progress(g.facts(podFrom(t, c.after), nil, then), g, c.borne), c.verdict)
		})
	}
	assert.Check(t, golden.String(said.String(), "texts/progress_after_a_change.txt"))
}

func TestProgress_ofAResize(t *testing.T) {
	amounts := corev1.ResourceList{"cpu": resource.MustParse("2"), "memory": resource.MustParse("1Gi")}
	want := size{Limits: amounts, Requests: amounts}
	var said strings.Builder
	for _, c := range []struct {
		pod     string
		borne   time.Duration
		verdict string
	}{
		{pod: "resize-done", verdict: "done"},
		{pod: "resize-asked", verdict: "waiting"},
		{pod: "resize-rounded", verdict: "done"},
		{pod: "resize-underway", verdict: "waiting"},
		{pod: "resize-deferred", verdict: "waiting"},
		{pod: "resize-deferred", borne: podhealth.Patience, verdict: "hopeless"},
		{pod: "resize-infeasible", verdict: "hopeless"},
		{pod: "resize-infeasible-before", verdict: "waiting"},
		{pod: "resize-error", verdict: "waiting"},
		{pod: "resize-error", borne: podhealth.Patience, verdict: "hopeless"},
		{pod: "resize-not-running", verdict: "done"},
		{pod: "resize-finished", verdict: "hopeless"},
		{pod: "app-ended", verdict: "hopeless"},
		{pod: "deleting", verdict: "hopeless"},
	} {
		t.Run(c.pod+" after "+c.borne.String(), func(t *testing.T) {
			g := goal{Size: &want}
			check(t, &said, progress(g.facts(podFrom(t, c.pod), nil, then), g, c.borne), c.verdict)
		})
	}
	assert.Check(t, golden.String(said.String(), "texts/progress_of_a_resize.txt"))
}

// TestGoal_isOnePatiencePerProblem holds that neither a new wording nor a restart in between
// begins the patience anew.
func TestGoal_isOnePatiencePerProblem(t *testing.T) {
	key := func(name string) string {
		g := goal{For: waitReady}
		return g.problem(g.facts(podFrom(t, name), nil, then)).Key()
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
