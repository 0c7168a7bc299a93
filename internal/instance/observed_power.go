package instance

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// found is what there is under an instance's name; nil where there is none.
type found struct {
	Pod      *corev1.Pod
	Template *corev1.PodTemplate
}

// presenceOf tells what was found apart. Same says whether the Pod is the
// instance's.
func presenceOf(f found, same func(*corev1.Pod) bool) presence {
	p := presence{Template: f.Template != nil}
	switch {
	case f.Pod == nil:
	case !same(f.Pod):
		p.Pod = podForeign
	case f.Pod.DeletionTimestamp != nil:
		p.Pod = podLeaving
	case f.Pod.Status.Phase == corev1.PodFailed, f.Pod.Status.Phase == corev1.PodSucceeded:
		p.Pod = podFinished
	default:
		p.Pod = podAlive
	}
	p.Starting = (p.Pod == podNone || p.Pod == podLeaving) && p.Template && isStarting(f.Template)
	return p
}

// subject is the Pod that an instance is read from: for a stopped one the Pod
// that its template stands for, which has neither UID nor node.
func (f found) subject(p presence) *corev1.Pod {
	if p.stopped() {
		return stoppedPod(f.Template)
	}
	return f.Pod
}

func stoppedPod(t *corev1.PodTemplate) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: *t.Template.ObjectMeta.DeepCopy(), Spec: t.Template.Spec}
	pod.Namespace, pod.Name = t.Namespace, t.Name
	pod.Status.Phase = statusStopped
	return pod
}

// isStoppedInstance reports whether a template is an instance that was stopped
// here, and not somebody else's.
func isStoppedInstance(t *corev1.PodTemplate) bool {
	return kube.IsInstances(t, t.Name)
}

// isStarting reports whether the template was written on the way to a Pod.
func isStarting(t *corev1.PodTemplate) bool { return t.Annotations[kube.AnnotationStarting] == "true" }

// presenceIn tells what was found apart for the instance in the state. On
// import any Pod is the one that is meant, and so is the one that was just made;
// of one that was moved here the UID is known.
func presenceIn(have found, state resourceModel, importing bool) presence {
	whichever := state.UID.IsUnknown() || importing && state.UID.IsNull()
	return presenceOf(have, func(pod *corev1.Pod) bool { return whichever || isSame(state.model, pod) })
}

// powerOf is the value of desired_status that an instance which was found so has.
func powerOf(seen presence) string {
	if seen.stopped() {
		return powerStopped
	}
	return powerRunning
}

// withResult is a plan that was carried out: what it didn't know is as it was
// found.
func withResult(plan resourceModel, have found) resourceModel {
	plan.model = completed(plan.model, everything(have.subject(presenceIn(have, plan, false))))
	return plan
}

// found is the record of what there is once a plan was carried out.
func (r record) found(have found, plan resourceModel) record {
	seen := presenceIn(have, plan, false)
	r.Standing = standingOf(have.subject(seen), seen).steady(plan)
	return r
}

// made is the record of an instance that was made of the parts, and what people
// should know of it.
func (r record) made(p parts, have found, plan resourceModel) (record, []note) {
	r.Secret, r.Unrecorded = p.Keep, false
	r = r.withStored(have, plan.Image.ValueString())
	seen := plan.model
	if have.Pod != nil {
		seen = observed(have.Pod, plan.model, nil)
	}
	return r.withAdmitted(plan.model, seen)
}

// withStored notes the image that the API server keeps for the one that was sent.
func (r record) withStored(have found, sent string) record {
	stored := sent
	if have.Pod != nil {
		stored = mainContainer(have.Pod).Image
	}
	return r.withImage(sent, stored)
}

// making is how the instance's Pod is made again.
func (r record) making() making {
	how := making{Unset: r.Unset}
	if r.Secret != nil {
		how.Secret = r.Secret.Name
	}
	return how
}

// seenSecret is what can be known of a Secret without reading its values.
type seenSecret struct {
	secretRef
	// Ours is set when it was made for the instance, in that Version.
	Ours    bool
	Version int64
	// Hidden is set where it may not be looked at.
	Hidden bool
}

func seenSecretOf(secret metav1.Object, instance string) seenSecret {
	version, err := strconv.ParseInt(secret.GetAnnotations()[kube.AnnotationSecretVersion], 10, 64)
	return seenSecret{
		secretRef: secretRef{Name: secret.GetName(), UID: secret.GetUID()},
		Ours:      err == nil && kube.IsInstances(secret, instance),
		Version:   version,
	}
}

// ownSecret names the Secret that the instance has all its variables from, if it
// looks like one that was made for it.
func ownSecret(pod *corev1.Pod, m model) string { return secretOf(pod, m.Name.ValueString()) }

func secretOf(pod *corev1.Pod, instance string) string {
	for _, source := range mainContainer(pod).EnvFrom {
		if source.SecretRef != nil && strings.HasPrefix(source.SecretRef.Name, instance+secretInfix) {
			return source.SecretRef.Name
		}
	}
	return ""
}
