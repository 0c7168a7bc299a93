package power

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// IsSame reports whether a Pod is the instance's: it has the UID in the state, or the provider
// created it under that name. A stopped instance has no UID.
func IsSame(m model.Instance, pod *corev1.Pod) bool {
	if m.UID.ValueString() == string(pod.UID) {
		return true
	}
	return mar.IsInstances(pod, m.Name.ValueString())
}

// Existing holds the objects that exist under an instance's name, nil for those that don't.
type Existing struct {
	Pod      *corev1.Pod
	Template *corev1.PodTemplate
}

// StateOf reduces the objects to a State. The function same reports whether the Pod is the
// instance's.
func StateOf(e Existing, same func(*corev1.Pod) bool) State {
	s := State{Template: e.Template != nil}
	switch {
	case e.Pod == nil:
	case !same(e.Pod):
		s.Pod = PodForeign
	case e.Pod.DeletionTimestamp != nil:
		s.Pod = PodTerminating
	case e.Pod.Status.Phase == corev1.PodFailed, e.Pod.Status.Phase == corev1.PodSucceeded:
		s.Pod = PodFinished
	default:
		s.Pod = PodAlive
	}
	s.Starting = (s.Pod == PodNone || s.Pod == PodTerminating) && s.Template && manifest.IsStarting(e.Template)
	return s
}

// EffectivePod is the Pod that an instance is read from. For a stopped instance it is made of the
// template, and has neither UID nor node.
func (e Existing) EffectivePod(s State) *corev1.Pod {
	if s.Stopped() {
		return manifest.StoppedPod(e.Template)
	}
	return e.Pod
}

// StateIn is StateOf for an instance in the state. Every Pod counts as the instance's on import,
// and right after a create. After a move from another resource type the UID is known, so it
// decides.
func StateIn(have Existing, state model.Resource, importing bool) State {
	whichever := state.UID.IsUnknown() || importing && state.UID.IsNull()
	return StateOf(have, func(pod *corev1.Pod) bool { return whichever || IsSame(state.Instance, pod) })
}

// DesiredStatus returns the value of desired_status that matches a State.
func DesiredStatus(seen State) string {
	if seen.Stopped() {
		return model.PowerStopped
	}
	return model.PowerRunning
}
