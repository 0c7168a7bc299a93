package planning

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// LastSeen is how a read found the Pod: what the next plan needs and the state doesn't have. It is
// part of the private state.
type LastSeen struct {
	State  power.State `json:"presence"`
	Status string      `json:"status"`
	// Cause says why the instance failed or finished. It is empty if it didn't.
	Cause string `json:"cause,omitempty"`
	// Deleting is the end of the grace period of a Pod that is being deleted.
	Deleting string `json:"deleting,omitempty"`
	// Size is the main container's size, Rest the QoS class of the other containers.
	Size manifest.Size      `json:"size"`
	Rest corev1.PodQOSClass `json:"rest,omitempty"`
	// Fixed says why Kubernetes can't resize this Pod. It is empty if it can.
	Fixed string `json:"fixed,omitempty"`
	// Over is set if the main container has ended for good while others still run.
	Over bool `json:"over,omitempty"`
	// Unlabelled names the provider's own labels that something removed from the Pod.
	Unlabelled []string `json:"unlabelled,omitempty"`
}

func LastSeenOf(pod *corev1.Pod, p power.State) LastSeen {
	pod = kube.KeptPod(pod)
	main := manifest.MainContainer(pod)
	rest := slices.DeleteFunc(slices.Concat(pod.Spec.Containers, pod.Spec.InitContainers), func(c corev1.Container) bool { return c.Name == main.Name })
	s := LastSeen{
		State:  p,
		Status: manifest.StatusOf(pod),
		Cause:  podhealth.EndCause(pod),
		Size:   manifest.SizeOf(main.Resources),
		Rest:   qosOf(rest),
	}
	s.Over = !s.finished() && podhealth.IsOver(pod)
	if pod.DeletionTimestamp != nil {
		s.Deleting = pod.DeletionTimestamp.UTC().Format(time.RFC3339)
	}
	switch {
	case pod.Spec.Resources != nil:
		s.Fixed = "its Pod sets resources for the whole Pod, besides its containers'"
	case pod.Spec.OS != nil && pod.Spec.OS.Name == corev1.Windows:
		s.Fixed = "Kubernetes can't resize instances that run on Windows"
	}
	return s
}

// Normalised hides statuses that a Pod passes through by itself, which no plan needs. Otherwise a
// refresh-only plan would show a change of the private state as drift.
func (s LastSeen) Normalised(m model.Resource) LastSeen {
	if s.Status == model.StatusPending && !manifest.ReplacesOn(s.Status, m) {
		s.Status = model.StatusRunning
	}
	return s
}

// finished reports whether the program has ended and won't run again.
func (s LastSeen) finished() bool {
	return s.Status == model.StatusFailed || s.Status == model.StatusSucceeded || s.Over
}

// Replacement is the warning that says why an instance is replaced.
type Replacement struct {
	Summary, Detail string
}

// ReplacementFor decides whether an instance is replaced because of how it was found, whatever else
// changes.
func ReplacementFor(m model.Resource, s LastSeen) (Replacement, bool) {
	ref := m.Key().Ref()
	if s.Deleting != "" {
		return Replacement{
			Summary: "Instance is being deleted",
			Detail:  fmt.Sprintf("%s is being deleted (its grace period ends at %s). Apply waits until it is gone, and then recreates it.", ref, s.Deleting),
		}, true
	}
	if !manifest.ReplacesOn(s.Status, m) {
		return Replacement{}, false
	}
	detail := fmt.Sprintf("%s is %s", ref, s.Status)
	if s.Cause != "" {
		detail += ": " + strings.TrimRight(s.Cause, ".")
	}
	return Replacement{
		Summary: "Instance will be replaced because of its status",
		Detail:  detail + ". Apply replaces it, because `replace_on` names its status.",
	}, true
}

// Normalise keeps changes out of the state that happen by themselves after an apply: a start that
// the apply didn't wait for, and the end of a job. A status that replaces, another Pod and another
// address are kept.
func Normalise(prior model.Resource, seen model.Instance) model.Instance {
	if prior.UID.IsNull() || prior.UID.IsUnknown() || !prior.UID.Equal(seen.UID) {
		return seen
	}
	if !manifest.ReplacesOn(seen.Status.ValueString(), prior) && isExpected(prior, seen.Status.ValueString()) {
		seen.Status = prior.Status
	}
	if awaited := pendingAttributes(prior); prior.Node.IsNull() && !slices.Contains(awaited, "node") {
		seen.Node = types.StringNull()
	}
	if awaited := pendingAttributes(prior); prior.IP.IsNull() && !slices.Contains(awaited, "ip") {
		seen.IP = types.StringNull()
	}
	return seen
}

// isExpected reports whether the prior status becomes the found one by itself.
func isExpected(prior model.Resource, found string) bool {
	was := prior.Status.ValueString()
	if was == found {
		return true
	}
	switch found {
	case model.StatusRunning:
		return was == model.StatusPending && !slices.Contains(pendingAttributes(prior), "status")
	case model.StatusSucceeded:
		return manifest.MayFinish(prior.RestartPolicy.ValueString()) &&
			(was == model.StatusRunning || was == model.StatusPending && !slices.Contains(pendingAttributes(prior), "status"))
	}
	return false
}

// pendingAttributes names the computed attributes that applies wait for, and that have no final
// value yet. An interrupted wait leaves such.
func pendingAttributes(m model.Resource) []string {
	var open []string
	goal := m.WaitFor.ValueString()
	if goal == model.WaitNone {
		return nil
	}
	if m.Node.IsNull() {
		open = append(open, "node")
	}
	if goal == model.WaitScheduled {
		return open
	}
	if m.Status.ValueString() == model.StatusPending {
		open = append(open, "status")
	}
	if m.IP.IsNull() {
		open = append(open, "ip")
	}
	return open
}
