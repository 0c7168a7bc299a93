package planning

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

func TestReplacementFor(t *testing.T) {
	for _, c := range []struct {
		pod       string
		replaceOn []string
		// says is part of the warning; empty where nothing is replaced.
		says string
	}{
		{"ready", []string{"Failed"}, ""},
		{"new", []string{"Failed"}, ""},
		{"new", []string{"Pending"}, "Pod dev/web is Pending."},
		{"crash-loop-long", []string{"Failed"}, ""},
		{"evicted", []string{"Failed"}, "Pod dev/web is Failed: Evicted. Apply replaces it"},
		{"oom", []string{"Failed"}, "container app ended: OOMKilled, exit code 137."},
		{"deadline", []string{"Failed"}, "DeadlineExceeded"},
		{"failed", []string{"Failed"}, "Error, exit code 3. Apply"},
		{"failed", nil, ""},
		{"failed", []string{"Succeeded"}, ""},
		{"succeeded", []string{"Failed"}, ""},
		{"succeeded", []string{"Succeeded"}, "is Succeeded"},
		{"succeeded-always", []string{"Failed"}, "is Succeeded"},
		{"succeeded-always", nil, ""},
		{"deleting", nil, "is being deleted"},
	} {
		pod := fixture.PodFrom(t, c.pod)
		m := fixture.Stateful(t, fixture.Planned())
		m.RestartPolicy = types.StringValue(string(pod.Spec.RestartPolicy))
		m.ReplaceOn = model.TextSet(c.replaceOn...)
		got, replaces := ReplacementFor(m, LastSeenOf(pod, power.State{Pod: power.PodAlive}))
		if replaces != (c.says != "") || !strings.Contains(got.Detail, c.says) {
			t.Errorf("%s with %v: got %t, %q", c.pod, c.replaceOn, replaces, got.Detail)
		}
	}
}

// TestNormalise holds what a refresh may show of an instance's life: each cell is
// what the state says after that status was found.
func TestNormalise(t *testing.T) {
	for _, c := range []struct {
		waitFor, policy, was, found, want string
	}{
		{model.WaitReady, "Always", "Running", "Running", "Running"},
		{model.WaitReady, "Always", "Running", "Failed", "Failed"},
		{model.WaitReady, "Always", "Running", "Unknown", "Unknown"},
		{model.WaitReady, "Always", "Running", "Succeeded", "Succeeded"},
		{model.WaitReady, "Never", "Running", "Succeeded", "Running"},
		{model.WaitReady, "OnFailure", "Running", "Succeeded", "Running"},
		{model.WaitReady, "Never", "Running", "Failed", "Failed"},
		{model.WaitSucceeded, "Never", "Succeeded", "Succeeded", "Succeeded"},
		// The wait was interrupted.
		{model.WaitReady, "Always", "Pending", "Running", "Running"},
		{model.WaitReady, "Never", "Pending", "Succeeded", "Succeeded"},
		// It wasn't waited for.
		{model.WaitNone, "Always", "Pending", "Running", "Pending"},
		{model.WaitScheduled, "Always", "Pending", "Running", "Pending"},
		{model.WaitNone, "Never", "Pending", "Succeeded", "Pending"},
		{model.WaitNone, "Always", "Pending", "Failed", "Failed"},
		{model.WaitReady, "Always", "Unknown", "Running", "Running"},
	} {
		prior := fixture.Stateful(t, fixture.Planned())
		prior.WaitFor, prior.RestartPolicy = types.StringValue(c.waitFor), types.StringValue(c.policy)
		prior.Status = types.StringValue(c.was)
		seen := prior.Instance
		seen.Status = types.StringValue(c.found)
		if got := Normalise(prior, seen).Status.ValueString(); got != c.want {
			t.Errorf("%s, %s: %s then %s is %s, want %s", c.waitFor, c.policy, c.was, c.found, got, c.want)
		}
	}
}

func TestNormalise_showsAStatusToReplaceOn(t *testing.T) {
	prior := fixture.Stateful(t, fixture.Planned())
	prior.RestartPolicy, prior.ReplaceOn = types.StringValue("Never"), model.TextSet("Succeeded")
	seen := prior.Instance
	seen.Status = types.StringValue("Succeeded")
	if got := Normalise(prior, seen).Status.ValueString(); got != "Succeeded" {
		t.Errorf("got %s", got)
	}
}

func TestNormalise_addresses(t *testing.T) {
	null := types.StringNull()
	for _, c := range []struct {
		waitFor          string
		node, ip         types.String
		wantNode, wantIP types.String
	}{
		{model.WaitReady, null, null, types.StringValue("n"), types.StringValue("i")},
		{model.WaitScheduled, null, null, types.StringValue("n"), null},
		{model.WaitNone, null, null, null, null},
		{model.WaitNone, types.StringValue("n"), types.StringValue("old"), types.StringValue("n"), types.StringValue("i")},
	} {
		prior := fixture.Stateful(t, fixture.Planned())
		prior.WaitFor, prior.Node, prior.IP = types.StringValue(c.waitFor), c.node, c.ip
		seen := prior.Instance
		seen.Node, seen.IP = types.StringValue("n"), types.StringValue("i")
		got := Normalise(prior, seen)
		if !got.Node.Equal(c.wantNode) || !got.IP.Equal(c.wantIP) {
			t.Errorf("%s, had %s and %s: got %s and %s", c.waitFor, c.node, c.ip, got.Node, got.IP)
		}
	}
}

func TestNormalise_takesAnotherPodAsItIs(t *testing.T) {
	prior := fixture.Stateful(t, fixture.Planned())
	prior.WaitFor, prior.Node, prior.IP = types.StringValue(model.WaitNone), types.StringNull(), types.StringNull()
	seen := fixture.Stateful(t, fixture.Planned()).Instance
	seen.UID, seen.Status = types.StringValue("uid-2"), types.StringValue("Pending")
	if diff := cmp.Diff(seen, Normalise(prior, seen)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestIsSame(t *testing.T) {
	m := fixture.Stateful(t, fixture.Planned()).Instance
	for name, c := range map[string]struct {
		change func(*corev1.Pod)
		want   bool
	}{
		"itself":                        {func(*corev1.Pod) {}, true},
		"itself, its labels taken away": {func(p *corev1.Pod) { p.Labels = nil }, true},
		"a namesake with our labels":    {func(p *corev1.Pod) { p.UID = "uid-2" }, true},
		"a namesake without labels":     {func(p *corev1.Pod) { p.UID, p.Labels = "uid-2", nil }, false},
		"a namesake with another's ID":  {func(p *corev1.Pod) { p.UID, p.Labels["instance-id"] = "uid-2", "db" }, false},
		"a namesake managed by others":  {func(p *corev1.Pod) { p.UID, p.Labels[mar.LabelManagedBy] = "uid-2", "Helm" }, false},
	} {
		pod := fixture.Living(t)(manifest.Desired(t.Context(), fixture.Planned(), manifest.Options{Nonce: "nonce"}))
		c.change(pod)
		if got := power.IsSame(m, pod); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestLastSeenOf(t *testing.T) {
	pod := fixture.Living(t)(manifest.Desired(t.Context(), fixture.PlannedFull(), manifest.Options{Nonce: "nonce"}))
	s := LastSeenOf(pod, power.State{Pod: power.PodAlive})
	if s.Status != "Running" || s.Rest != corev1.PodQOSBurstable || s.Fixed != "" || s.Deleting != "" || s.Size.Limits.Cpu().String() != "2" {
		t.Errorf("got %+v", s)
	}
	pod.Spec.Resources = &corev1.ResourceRequirements{}
	if s := LastSeenOf(pod, power.State{Pod: power.PodAlive}); s.Fixed == "" {
		t.Error("a Pod with resources of its own counts as resizable")
	}
	if s := LastSeenOf(fixture.PodFrom(t, "deleting"), power.State{Pod: power.PodAlive}); s.Deleting != "2026-03-01T09:40:00Z" {
		t.Errorf("got %+v", s)
	}
}
