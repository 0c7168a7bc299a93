package power

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// IsSame reports whether a Pod of the instance's name is the instance: the one
// that is known by its UID, or one that the provider made under that name. A
// stopped instance knows no UID.
func IsSame(m model.Instance, pod *corev1.Pod) bool {
	if m.UID.ValueString() == string(pod.UID) {
		return true
	}
	return mar.IsInstances(pod, m.Name.ValueString())
}

// Existing is what there is under an instance's name; nil where there is none.
type Existing struct {
	Pod      *corev1.Pod
	Template *corev1.PodTemplate
}

// StateOf tells what was found apart. Same says whether the Pod is the
// instance's.
func StateOf(f Existing, same func(*corev1.Pod) bool) State {
	p := State{Template: f.Template != nil}
	switch {
	case f.Pod == nil:
	case !same(f.Pod):
		p.Pod = PodForeign
	case f.Pod.DeletionTimestamp != nil:
		p.Pod = PodLeaving
	case f.Pod.Status.Phase == corev1.PodFailed, f.Pod.Status.Phase == corev1.PodSucceeded:
		p.Pod = PodFinished
	default:
		p.Pod = PodAlive
	}
	p.Starting = (p.Pod == PodNone || p.Pod == PodLeaving) && p.Template && manifest.IsStarting(f.Template)
	return p
}

// Subject is the Pod that an instance is read from: for a stopped one the Pod
// that its template stands for, which has neither UID nor node.
func (f Existing) Subject(p State) *corev1.Pod {
	if p.Stopped() {
		return manifest.StoppedPod(f.Template)
	}
	return f.Pod
}

// StateIn tells what was found apart for the instance in the state. On
// import any Pod is the one that is meant, and so is the one that was just made;
// of one that was moved here the UID is known.
func StateIn(have Existing, state model.Resource, importing bool) State {
	whichever := state.UID.IsUnknown() || importing && state.UID.IsNull()
	return StateOf(have, func(pod *corev1.Pod) bool { return whichever || IsSame(state.Instance, pod) })
}

// DesiredStatus is the value of desired_status that an instance which was found so has.
func DesiredStatus(seen State) string {
	if seen.Stopped() {
		return model.PowerStopped
	}
	return model.PowerRunning
}
