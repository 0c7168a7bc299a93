package instance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

const (
	statusPending   = string(corev1.PodPending)
	statusRunning   = string(corev1.PodRunning)
	statusSucceeded = string(corev1.PodSucceeded)
	statusFailed    = string(corev1.PodFailed)
	statusUnknown   = string(corev1.PodUnknown)
)

// standing is how a Pod was last found: what the next plan needs to know and the
// state doesn't show. It is kept beside the state.
type standing struct {
	Presence presence `json:"presence"`
	Status   string   `json:"status"`
	// Cause says why the instance failed or finished, if it did.
	Cause string `json:"cause,omitempty"`
	// Deleting says since when it is being deleted, if it is.
	Deleting string `json:"deleting,omitempty"`
	// Size is the main container's, Rest the class that the others make up.
	Size size               `json:"size"`
	Rest corev1.PodQOSClass `json:"rest,omitempty"`
	// Fixed says why Kubernetes can't resize this Pod, if it can't.
	Fixed string `json:"fixed,omitempty"`
	// Over is set when the main container has ended for good beside others that run.
	Over bool `json:"over,omitempty"`
	// Unlabelled names the provider's own labels that somebody took off the Pod.
	Unlabelled []string `json:"unlabelled,omitempty"`
}

func standingOf(pod *corev1.Pod, p presence) standing {
	pod = kube.KeptPod(pod)
	main := mainContainer(pod)
	rest := slices.DeleteFunc(slices.Concat(pod.Spec.Containers, pod.Spec.InitContainers), func(c corev1.Container) bool { return c.Name == main.Name })
	s := standing{
		Presence: p,
		Status:   statusOf(pod),
		Cause:    podhealth.EndCause(pod),
		Size:     sizeOf(main.Resources),
		Rest:     qosOf(rest),
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

// steady leaves out what a Pod comes to in its usual life, which no plan asks for:
// core takes a change of what is remembered for drift too, in a refresh-only plan.
func (s standing) steady(m resourceModel) standing {
	if s.Status == statusPending && !lost(s.Status, m) {
		s.Status = statusRunning
	}
	return s
}

// statusOf is the Pod's phase. The API server sets Pending on creation, so an
// empty one isn't seen in practice.
func statusOf(pod *corev1.Pod) string {
	if pod.Status.Phase == "" {
		return statusPending
	}
	return string(pod.Status.Phase)
}

// finished reports whether the instance's program has ended and won't run again.
func (s standing) finished() bool {
	return s.Status == statusFailed || s.Status == statusSucceeded || s.Over
}

// replacement is why an instance can't stay, in words for a warning.
type replacement struct {
	Summary, Detail string
}

// replacementFor decides whether the instance that was found so must make way
// for a new one, whatever else has changed.
func replacementFor(m resourceModel, s standing) (replacement, bool) {
	ref := m.key().ref()
	if s.Deleting != "" {
		return replacement{
			Summary: "Instance is being deleted",
			Detail:  fmt.Sprintf("%s is being deleted (its grace period ends at %s). Apply waits until it is gone, and then recreates it.", ref, s.Deleting),
		}, true
	}
	if !lost(s.Status, m) {
		return replacement{}, false
	}
	detail := fmt.Sprintf("%s is %s", ref, s.Status)
	if s.Cause != "" {
		detail += ": " + strings.TrimRight(s.Cause, ".")
	}
	return replacement{
		Summary: "Instance will be replaced because of its status",
		Detail:  detail + ". Apply replaces it, because `replace_on` names its status.",
	}, true
}

// lost reports whether a status is one to replace on. Where the restart policy
// is Always a program isn't meant to finish, so having done so is a failure.
func lost(status string, m resourceModel) bool {
	replaceOn := texts(m.ReplaceOn)
	if status == statusSucceeded && !mayFinish(m.RestartPolicy.ValueString()) {
		return slices.Contains(replaceOn, statusFailed) || slices.Contains(replaceOn, statusSucceeded)
	}
	return slices.Contains(replaceOn, status)
}

func mayFinish(restartPolicy string) bool {
	return restartPolicy != string(corev1.RestartPolicyAlways)
}

// settled keeps out of the state what changes in an instance's usual life after
// an apply: starting where that wasn't waited for, and finishing. A status that
// replaces, another Pod or another address is none of that.
func settled(prior resourceModel, seen model) model {
	if prior.UID.IsNull() || prior.UID.IsUnknown() || !prior.UID.Equal(seen.UID) {
		return seen
	}
	if !lost(seen.Status.ValueString(), prior) && usual(prior, seen.Status.ValueString()) {
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
func usual(prior resourceModel, found string) bool {
	was := prior.Status.ValueString()
	if was == found {
		return true
	}
	switch found {
	case statusRunning:
		return was == statusPending && !slices.Contains(unsettled(prior), "status")
	case statusSucceeded:
		return mayFinish(prior.RestartPolicy.ValueString()) &&
			(was == statusRunning || was == statusPending && !slices.Contains(unsettled(prior), "status"))
	}
	return false
}

// unsettled names the computed attributes that the instance hasn't come to yet,
// although applies wait for them: an interrupted wait leaves such.
func unsettled(m resourceModel) []string {
	var open []string
	goal := m.WaitFor.ValueString()
	if goal == waitNone {
		return nil
	}
	if m.Node.IsNull() {
		open = append(open, "node")
	}
	if goal == waitScheduled {
		return open
	}
	if m.Status.ValueString() == statusPending {
		open = append(open, "status")
	}
	if m.IP.IsNull() {
		open = append(open, "ip")
	}
	return open
}

// isSame reports whether a Pod of the instance's name is the instance: the one
// that is known by its UID, or one that the provider made under that name. A
// stopped instance knows no UID.
func isSame(m model, pod *corev1.Pod) bool {
	if m.UID.ValueString() == string(pod.UID) {
		return true
	}
	return kube.IsInstances(pod, m.Name.ValueString())
}
