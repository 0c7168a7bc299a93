package power

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// StateByName is StateOf for an instance that is known by its name only: a Pod is the instance's if
// the provider created it.
func StateByName(have Existing, k model.Key) State {
	return StateOf(have, func(pod *corev1.Pod) bool { return mar.IsInstances(pod, k.Name) })
}

// RecordedPod returns the Pod to recreate an instance from: the content of its template, or the
// spec in the Pod's annotation. Labels and annotations that others set on the Pod are left out.
// They may not hold for another Pod, such as an address.
func RecordedPod(have Existing, seen State, manager string) (*corev1.Pod, error) {
	if seen.Stopped() {
		of := have.Template.Template
		return newPodFrom(have.Template, of.Labels, of.Annotations, of.Spec), nil
	}
	spec, err := manifest.SpecIn(have.Pod)
	if err != nil {
		return nil, fmt.Errorf("the record of what %s was created from, in its annotation %s, can't be read: %w. Change the instance by its resource, which writes the record again", manifest.Ref(have.Pod), mar.AnnotationSpec, err)
	}
	own := manifest.Ownership(have.Pod.ManagedFields, manager)
	sent := func(texts map[string]string, field string) map[string]string {
		kept := map[string]string{}
		for name, text := range texts {
			if own.Has("metadata", field, name) {
				kept[name] = text
			}
		}
		return kept
	}
	return newPodFrom(have.Pod, sent(have.Pod.Labels, "labels"), sent(have.Pod.Annotations, "annotations"), spec), nil
}

func newPodFrom(o metav1.Object, labels, annotations map[string]string, spec corev1.PodSpec) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: o.GetNamespace(), Name: o.GetName(), Labels: labels, Annotations: map[string]string{}},
		Spec:       *spec.DeepCopy(),
	}
	maps.Copy(pod.Annotations, annotations)
	pod.Annotations[mar.AnnotationNonce] = mar.NewNonce()
	manifest.RecordSpec(pod)
	return pod
}

// ForeignError says why an action can't start, stop or restart a Pod that something else created.
func ForeignError(have Existing) error {
	ref := manifest.Ref(have.Pod)
	if owner := manifest.ControllerOf(have.Pod); owner != "" {
		return fmt.Errorf("%s belongs to %s, which recreates it. Start, stop or restart %s instead", ref, owner, owner)
	}
	return fmt.Errorf("%s wasn't created by this provider, so nothing records how to recreate it, and a stop would lose it. Import it as a `mar_instance` and set `desired_status` or `restart_triggers` there. Once Terraform has changed it, actions work on it too", ref)
}
