package causes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// TestProblemOf holds what a refresh says of each Pod, and of which it says
// nothing.
func TestProblemOf(t *testing.T) {
	var said strings.Builder
	for _, c := range []struct {
		pod       string
		was       string
		replaceOn []string
		// summary is empty where there is nothing to say.
		summary string
	}{
		{"ready", "Running", []string{"Failed"}, ""},
		{"ready-again", "Running", []string{"Failed"}, ""},
		{"new", "Running", []string{"Failed"}, ""},
		{"creating", "Running", []string{"Failed"}, ""},
		{"not-ready", "Running", []string{"Failed"}, titled(podhealth.ReadinessCheck)},
		{"lately-started", "Running", []string{"Failed"}, ""},
		{"init-running", "Running", []string{"Failed"}, ""},
		{"succeeded", "Running", []string{"Failed"}, ""},
		{"succeeded", "Running", []string{"Succeeded"}, titled(podhealth.Finished)},
		{"succeeded-always", "Running", []string{"Failed"}, titled(podhealth.Finished)},
		{"succeeded-always", "Succeeded", nil, ""},
		{"evicted", "Running", []string{"Failed"}, titled(podhealth.Evicted)},
		{"shutdown", "Running", []string{"Failed"}, titled(podhealth.Shutdown)},
		{"oom", "Running", []string{"Failed"}, titled(podhealth.EndedByMemory)},
		{"deadline", "Running", []string{"Failed"}, titled(podhealth.Deadline)},
		{"failed", "Running", []string{"Failed"}, titled(podhealth.Failed)},
		{"failed", "Failed", []string{"Failed"}, titled(podhealth.Failed)},
		{"failed", "Running", nil, titled(podhealth.Failed)},
		{"failed", "Failed", nil, ""},
		{"deleting", "Running", nil, causeDeleting},
		{"deleting", "Running", nil, causeDeleting},
		{"crash-loop", "Running", []string{"Failed"}, titled(podhealth.Loop)},
		{"crash-between", "Running", []string{"Failed"}, titled(podhealth.Loop)},
		{"crash-oom", "Running", []string{"Failed"}, titled(podhealth.LoopByMemory)},
		{"init-crash", "Running", []string{"Failed"}, titled(podhealth.Loop)},
		{"image-backoff", "Running", []string{"Failed"}, titled(podhealth.ImagePull)},
		{"image-name", "Running", []string{"Failed"}, titled(podhealth.ImageName)},
		{"no-config", "Running", []string{"Failed"}, titled(podhealth.Config)},
		{"unschedulable", "Running", []string{"Failed"}, titled(podhealth.Unschedulable)},
		{"lost", "Running", []string{"Failed"}, titled(podhealth.NodeSilent)},
	} {
		pod := fixture.PodFrom(t, c.pod)
		prior := fixture.Stateful(t, fixture.Planned())
		prior.Status, prior.RestartPolicy = types.StringValue(c.was), types.StringValue(string(pod.Spec.RestartPolicy))
		prior.ReplaceOn = model.TextSet(c.replaceOn...)
		found := ProblemOf(prior, podhealth.Facts{Pod: pod, Now: fixture.Then()})
		if found == nil || c.summary == "" {
			if found != nil || c.summary != "" {
				t.Errorf("%s, which was %s, with %v: got %+v", c.pod, c.was, c.replaceOn, found)
			}
			continue
		}
		n := found.Warning(Details{})
		if n.Summary != c.summary || strings.Count(n.Detail, "\n") != 1 || strings.Contains(n.Detail, "..") {
			t.Errorf("%s: got %s: %s", c.pod, n.Summary, n.Detail)
		}
		fmt.Fprintf(&said, "## %s, which was %s, with replace_on %v, on %s\n%s\n%s\n\n", c.pod, c.was, c.replaceOn, n.Attribute, n.Summary, n.Detail)
	}
	assert.Check(t, golden.String(said.String(), "texts/refresh.txt"))
}

// TestResizeProblem holds that a size which is still asked for is told in every
// refresh, and one that is in force isn't.
func TestResizeProblem(t *testing.T) {
	for name, says := range map[string]string{
		"resize-deferred":          "no room for that size now: Deferred",
		"resize-infeasible":        "can never give it that size: Infeasible",
		"resize-error":             "failed to resize it",
		"resize-infeasible-before": "", "resize-underway": "", "resize-done": "", "resize-rounded": "", "ready": "",
	} {
		pod := fixture.PodFrom(t, name)
		prior := fixture.Stateful(t, fixture.Planned())
		var said []string
		for _, found := range Problems(prior, power.Existing{Pod: pod}, power.State{Pod: power.PodAlive}, mar.FieldManager, fixture.Then()) {
			if found.Summary == titled(podhealth.ResizeDeferred) {
				said = append(said, found.Warning(Details{}).Detail)
			}
		}
		if len(said) > 1 || (len(said) == 1) != (says != "") || says != "" && !strings.Contains(said[0], says) {
			t.Errorf("%s: got %q, want %q", name, said, says)
		}
	}
}

func TestProblemOf_disruptions(t *testing.T) {
	for reason, want := range map[string]string{
		"PreemptionByScheduler": titled(podhealth.Preempted), "EvictionByEvictionAPI": titled(podhealth.Evicted), "DeletionByTaintManager": titled(podhealth.Evicted), "Other": causeDeleting,
	} {
		pod := fixture.PodFrom(t, "deleting")
		pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: reason, Message: "make room"})
		n := ProblemOf(fixture.Stateful(t, fixture.Planned()), podhealth.Facts{Pod: pod, Now: fixture.Then()}).Warning(Details{})
		if n.Summary != want || !strings.Contains(n.Detail, reason+": make room") {
			t.Errorf("%s: got %+v", reason, n)
		}
	}
}

// TestProblemOf_deletionIsToldFromItsEnd holds that the time of the deletion isn't
// that at which the Pod's time runs out.
func TestProblemOf_deletionIsToldFromItsEnd(t *testing.T) {
	pod := fixture.PodFrom(t, "ready")
	end := metav1.Date(2026, 1, 2, 3, 4, 35, 0, time.UTC)
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &end, ptr.To[int64](30)
	n := ProblemOf(fixture.Stateful(t, fixture.Planned()), podhealth.Facts{Pod: pod, Now: fixture.Then()}).Warning(Details{})
	if !strings.Contains(n.Detail, "requested at 2026-01-02T03:04:05Z, and its grace period ends at 2026-01-02T03:04:35Z") {
		t.Errorf("got %s", n.Detail)
	}
}

func TestProblems(t *testing.T) {
	const manager = "terraform-provider-mar"
	ours := metav1.ManagedFieldsEntry{Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate}
	theirs := metav1.ManagedFieldsEntry{Manager: "kubectl-create", Operation: metav1.ManagedFieldsOperationUpdate, Time: ptr.To(metav1.Now())}
	alive := power.State{Pod: power.PodAlive}
	for name, c := range map[string]struct {
		change func(*corev1.Pod)
		state  func(*model.Resource)
		seen   power.State
		want   string
	}{
		"healthy":                   {seen: alive},
		"gone":                      {seen: power.State{}, want: causeGone},
		"stopped":                   {seen: power.State{Template: true}},
		"stopping":                  {seen: power.State{Template: true, Pod: power.PodTerminating}, change: func(p *corev1.Pod) { p.DeletionTimestamp = ptr.To(metav1.Now()) }, want: causeStopping},
		"making way":                {seen: power.State{Template: true, Starting: true, Pod: power.PodTerminating}, change: func(p *corev1.Pod) { p.DeletionTimestamp = ptr.To(metav1.Now()) }, want: causeOldPod},
		"made anew by others":       {seen: alive, change: func(p *corev1.Pod) { p.UID = "uid-2" }, want: causeRecreated},
		"somebody else's":           {seen: power.State{Pod: power.PodForeign}, change: func(p *corev1.Pod) { p.UID, p.Labels, p.Annotations = "uid-2", nil, nil }, want: causeForeign},
		"made anew by the provider": {seen: alive, change: func(p *corev1.Pod) { p.UID, p.ManagedFields = "uid-2", []metav1.ManagedFieldsEntry{ours} }},
		"started outside":           {seen: alive, state: func(m *model.Resource) { m.UID = types.StringNull() }},
		"imported, without labels":  {seen: alive, change: func(p *corev1.Pod) { p.Labels, p.Annotations = nil, nil }},
		"imported, and only resized": {seen: alive, change: func(p *corev1.Pod) {
			p.Labels, p.Annotations, p.ManagedFields = nil, nil, []metav1.ManagedFieldsEntry{{Manager: manager, Subresource: "resize"}}
		}},
		"imported and changed, labels off": {seen: alive, change: func(p *corev1.Pod) {
			p.Labels, p.Annotations, p.ManagedFields = nil, nil, []metav1.ManagedFieldsEntry{ours}
		}, want: causeLabels},
		"labels taken off": {seen: alive, change: func(p *corev1.Pod) { p.Labels = nil }, want: causeLabels},
		"a label changed":  {seen: alive, change: func(p *corev1.Pod) { p.Labels[mar.LabelManagedBy] = "Helm" }, want: causeLabels},
	} {
		pod := fixture.Living(t)(manifest.Desired(t.Context(), fixture.Planned(), manifest.Options{Nonce: "nonce"}))
		pod.ManagedFields = []metav1.ManagedFieldsEntry{theirs}
		if c.change != nil {
			c.change(pod)
		}
		prior := fixture.Stateful(t, fixture.Planned())
		if c.state != nil {
			c.state(&prior)
		}
		have := power.Existing{Pod: pod}
		if c.seen.Pod == power.PodNone {
			have.Pod = nil
		}
		got := Problems(prior, have, c.seen, manager, fixture.Then())
		if len(got) > 1 || (len(got) == 1) != (c.want != "") || len(got) == 1 && got[0].Summary != c.want {
			t.Errorf("%s: got %+v, want %q", name, got, c.want)
		}
	}
}

// TestProblem_warning holds what is made of events and nodes.
func TestProblem_warning(t *testing.T) {
	at := func(second int, kind, reason, message string) corev1.Event {
		return corev1.Event{Type: kind, Reason: reason, Message: message, LastTimestamp: metav1.Date(2026, 1, 2, 3, 4, second, 0, time.UTC)}
	}
	gone, evicted := goneProblem(fixture.Stateful(t, fixture.Planned())), Problem{Summary: titled(podhealth.Evicted), What: "It was low on memory"}
	for name, c := range map[string]struct {
		of            Problem
		evidence      Details
		summary, says string
	}{
		"gone, and nobody knows why": {of: gone, summary: causeGone, says: "doesn't exist any more; no event says why.\nApply recreates it."},
		"gone, preempted": {
			of: gone, evidence: Details{Events: []corev1.Event{
				at(3, "Warning", "Unhealthy", "probe"), at(1, "Normal", "Preempted", "Preempted by pod x on node n."), at(2, "Normal", "Killing", "Stopping"),
			}},
			summary: titled(podhealth.Preempted), says: "Preempted: Preempted by pod x on node n, at 2026-01-02T03:04:01Z.\n",
		},
		"gone, stopped by its node": {
			of: gone, evidence: Details{Events: []corev1.Event{at(2, "Normal", "Killing", "Stopping"), at(3, "Normal", "Pulled", "image")}},
			summary: causeGone, says: "Killing: Stopping",
		},
		"gone with its node": {of: gone, evidence: Details{Node: "node n isn't there any more"}, summary: causeGone, says: "; its node n isn't there any more;"},
		"the last event":     {of: evicted, evidence: Details{Events: []corev1.Event{at(1, "Warning", "A", "a"), at(2, "Warning", "B", "b")}}, summary: titled(podhealth.Evicted), says: "memory; last event: B: b."},
		"an event that says the same": {
			of: evicted, evidence: Details{Events: []corev1.Event{at(1, "Warning", "Evicted", "low on memory")}}, summary: titled(podhealth.Evicted), says: "It was low on memory.\n",
		},
	} {
		n := c.of.Warning(c.evidence)
		if n.Summary != c.summary || !strings.Contains(n.Detail, c.says) {
			t.Errorf("%s: got %s: %s", name, n.Summary, n.Detail)
		}
	}
}

func titled(cause podhealth.Cause) string { return podhealth.TitleOf(cause) }
