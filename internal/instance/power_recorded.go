package instance

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// presenceByName tells what was found apart for who knows an instance by its name
// alone: a Pod is the instance's if it was made here for it.
func presenceByName(have found, k key) presence {
	return presenceOf(have, func(pod *corev1.Pod) bool { return kube.IsInstances(pod, k.Name) })
}

// recordedPod is the Pod to make an instance anew from, by what is recorded of it:
// in the template of a stopped one, and on the Pod of another the spec as it was
// sent. Labels and annotations that others have put on the Pod meanwhile are
// theirs, and may say what isn't true of another Pod, such as an address.
func recordedPod(have found, seen presence, manager string) (*corev1.Pod, error) {
	if seen.stopped() {
		of := have.Template.Template
		return madeFrom(have.Template, of.Labels, of.Annotations, of.Spec), nil
	}
	spec, err := specIn(have.Pod)
	if err != nil {
		return nil, fmt.Errorf("the record of what %s was created from, in its annotation %s, can't be read: %w. Change the instance by its resource, which writes the record again", podRef(have.Pod), kube.AnnotationSpec, err)
	}
	own := ownership(have.Pod.ManagedFields, manager)
	sent := func(texts map[string]string, field string) map[string]string {
		kept := map[string]string{}
		for name, text := range texts {
			if own.has("metadata", field, name) {
				kept[name] = text
			}
		}
		return kept
	}
	return madeFrom(have.Pod, sent(have.Pod.Labels, "labels"), sent(have.Pod.Annotations, "annotations"), spec), nil
}

func madeFrom(o metav1.Object, labels, annotations map[string]string, spec corev1.PodSpec) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: o.GetNamespace(), Name: o.GetName(), Labels: labels, Annotations: map[string]string{}},
		Spec:       *spec.DeepCopy(),
	}
	maps.Copy(pod.Annotations, annotations)
	pod.Annotations[kube.AnnotationNonce] = kube.NewNonce()
	noteSpec(pod)
	return pod
}

// stranger says why a Pod that wasn't made here can't be started, stopped or
// restarted by its name.
func stranger(have found) error {
	ref := podRef(have.Pod)
	if owner := controllerOf(have.Pod); owner != "" {
		return fmt.Errorf("%s belongs to %s, which recreates it. Start, stop or restart %s instead", ref, owner, owner)
	}
	return fmt.Errorf("%s wasn't created by this provider, so nothing records how to recreate it, and a stop would lose it. Import it as a `mar_instance` and set `desired_status` or `restart_triggers` there. Once Terraform has changed it, actions work on it too", ref)
}

// deed is what an action is for.
type deed string

const (
	deedStart   deed = "start"
	deedStop    deed = "stop"
	deedRestart deed = "restart"
)

// moveFor decides what is to be done about an instance that was found so. One whose
// Pod is going by itself is brought back as in a restart.
func (d deed) moveFor(seen presence) move {
	next := moveNone
	switch d {
	case deedStart:
		next = nextMove(powerRunning, seen, false)
	case deedStop:
		next = nextMove(powerStopped, seen, false)
	case deedRestart:
		next = nextMove("", seen, true)
	}
	if next == moveReplace {
		return moveRestart
	}
	return next
}

// already says what is so before anything is done, nothing where it isn't.
func (d deed) already(seen presence) string {
	switch {
	case d == deedStop && seen.stopped() && !seen.Starting:
		return "it is already stopped"
	case d == deedStart && seen.Pod == podAlive:
		return "it already runs"
	}
	return ""
}

// finished reports whether the deed is a start of an instance whose program has
// come to its end, and so is neither stopped nor running.
func (d deed) finished(seen presence) bool { return d == deedStart && seen.Pod == podFinished }

// left says how the instance is after the deed broke off, and what goes on from there.
func (d deed) left(seen presence, k key) string {
	again := "Invoke the action again: it goes on from there."
	template := templateRef(k.Cluster, k.Name)
	switch {
	case seen == presence{Pod: podForeign}:
		return fmt.Sprintf("The instance is gone, and %s is now another tool's Pod. Give the instance another name, or delete that Pod; then apply.", k.ref())
	case seen.Starting:
		return fmt.Sprintf("It doesn't run now, and nothing is lost: %s keeps its whole configuration. Invoke the action again: it goes on from there. The next apply of its resource does the same, unless `desired_status` is \"Stopped\".", template)
	case seen.stopped():
		return fmt.Sprintf("It is stopped now: %s keeps its whole configuration. %s", template, again)
	case seen.gone():
		return fmt.Sprintf("Neither %s nor %s exists now, so it was deleted in the meantime. The next apply of its resource recreates it.", k.ref(), template)
	case seen.Pod == podLeaving:
		return fmt.Sprintf("%s is being deleted, and still exists. %s", k.ref(), again)
	case seen.Template:
		return fmt.Sprintf("%s exists, and so does %s, which keeps its configuration while it is stopped. %s", k.ref(), template, again)
	}
	return fmt.Sprintf("%s exists, with the configuration of its last apply. %s", k.ref(), again)
}
