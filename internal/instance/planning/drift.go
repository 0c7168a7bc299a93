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

// LastSeen is how a Pod was last found: what the next plan needs to know and the
// state doesn't show. It is kept beside the state.
type LastSeen struct {
	State  power.State `json:"presence"`
	Status string      `json:"status"`
	// Cause says why the instance failed or finished, if it did.
	Cause string `json:"cause,omitempty"`
	// Deleting says since when it is being deleted, if it is.
	Deleting string `json:"deleting,omitempty"`
	// Size is the main container's, Rest the class that the others make up.
	Size manifest.Size      `json:"size"`
	Rest corev1.PodQOSClass `json:"rest,omitempty"`
	// Fixed says why Kubernetes can't resize this Pod, if it can't.
	Fixed string `json:"fixed,omitempty"`
	// Over is set when the main container has ended for good beside others that run.
	Over bool `json:"over,omitempty"`
	// Unlabelled names the provider's own labels that somebody took off the Pod.
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

// Normalised leaves out what a Pod comes to in its usual life, which no plan asks for:
// core takes a change of what is remembered for drift too, in a refresh-only plan.
func (s LastSeen) Normalised(m model.Resource) LastSeen {
	if s.Status == model.StatusPending && !manifest.Lost(s.Status, m) {
		s.Status = model.StatusRunning
	}
	return s
}

// finished reports whether the instance's program has ended and won't run again.
func (s LastSeen) finished() bool {
	return s.Status == model.StatusFailed || s.Status == model.StatusSucceeded || s.Over
}

// Replacement is why an instance can't stay, in words for a warning.
type Replacement struct {
	Summary, Detail string
}

// ReplacementFor decides whether the instance that was found so must make way
// for a new one, whatever else has changed.
func ReplacementFor(m model.Resource, s LastSeen) (Replacement, bool) {
	ref := m.Key().Ref()
	if s.Deleting != "" {
		return Replacement{
			Summary: "Instance is being deleted",
			Detail:  fmt.Sprintf("%s is being deleted (its grace period ends at %s). Apply waits until it is gone, and then recreates it.", ref, s.Deleting),
		}, true
	}
	if !manifest.Lost(s.Status, m) {
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

// Normalise keeps out of the state what changes in an instance's usual life after
// an apply: starting where that wasn't waited for, and finishing. A status that
// replaces, another Pod or another address is none of that.
func Normalise(prior model.Resource, seen model.Instance) model.Instance {
	if prior.UID.IsNull() || prior.UID.IsUnknown() || !prior.UID.Equal(seen.UID) {
		return seen
	}
	if !manifest.Lost(seen.Status.ValueString(), prior) && usual(prior, seen.Status.ValueString()) {
		seen.Status = prior.Status
	}
	if awaited := unsettled(prior); prior.Node.IsNull() && !slices.Contains(awaited, "node") {
		seen.Node = types.StringNull()
	}
	if awaited := unsettled(prior); prior.IP.IsNull() && !slices.Contains(awaited, "ip") {
		seen.IP = types.StringNull()
	}
	return seen
}

// usual reports whether the status that was found is one that the prior one
// comes to by itself.
func usual(prior model.Resource, found string) bool {
	was := prior.Status.ValueString()
	if was == found {
		return true
	}
	switch found {
	case model.StatusRunning:
		return was == model.StatusPending && !slices.Contains(unsettled(prior), "status")
	case model.StatusSucceeded:
		return manifest.MayFinish(prior.RestartPolicy.ValueString()) &&
			(was == model.StatusRunning || was == model.StatusPending && !slices.Contains(unsettled(prior), "status"))
	}
	return false
}

// unsettled names the computed attributes that the instance hasn't come to yet,
// although applies wait for them: an interrupted wait leaves such.
func unsettled(m model.Resource) []string {
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
