package manifest

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// Objects is what an instance consists of.
type Objects struct {
	Pod *corev1.Pod
	// NewSecret is a Secret to be created, Secret the existing one. The Pod uses one of them, or none.
	NewSecret *corev1.Secret
	Secret    *SecretRef
	// DroppedKeys are those that the configuration no longer declares.
	DroppedKeys kube.Keys
	// OldSecret is a Secret to be deleted once nothing uses it.
	OldSecret *SecretRef
}

// TemplateOf is what an instance without a Pod is kept as, one that is stopped or
// one that is starting. It is labelled as its Pod, so that who selects instances
// finds the stopped ones among the templates.
func TemplateOf(pod *corev1.Pod, starting bool) *corev1.PodTemplate {
	annotations := map[string]string{}
	for key, value := range pod.Annotations {
		if key != mar.AnnotationNonce && key != mar.AnnotationSpec {
			annotations[key] = value
		}
	}
	return &corev1.PodTemplate{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: pod.Namespace,
			Name:      pod.Name,
			Labels:    pod.Labels,
			Annotations: map[string]string{
				mar.AnnotationNonce:    pod.Annotations[mar.AnnotationNonce],
				mar.AnnotationStarting: strconv.FormatBool(starting),
				mar.AnnotationSecret:   SecretOf(pod, pod.Name),
			},
		},
		Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: pod.Labels, Annotations: annotations},
			Spec:       pod.Spec,
		},
	}
}

// SameObjects reports whether two Pods would be made alike, but for words that mean the same.
func SameObjects(a, b *corev1.Pod) bool {
	one, other := TemplateOf(a, false).Template, TemplateOf(b, false).Template
	return equality.Semantic.DeepEqual(one.ObjectMeta, other.ObjectMeta) && podspec.Same(one.Spec, other.Spec)
}

func StoppedPod(t *corev1.PodTemplate) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: *t.Template.ObjectMeta.DeepCopy(), Spec: t.Template.Spec}
	pod.Namespace, pod.Name = t.Namespace, t.Name
	pod.Status.Phase = model.StatusStopped
	return pod
}

// IsStoppedInstance reports whether a template is an instance that was stopped
// here, and not somebody else's.
func IsStoppedInstance(t *corev1.PodTemplate) bool {
	return mar.IsInstances(t, t.Name)
}

// IsStarting reports whether the template was written on the way to a Pod.
func IsStarting(t *corev1.PodTemplate) bool { return t.Annotations[mar.AnnotationStarting] == "true" }

func Ref(pod *corev1.Pod) kube.Ref {
	return kube.Ref{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name}
}

func TemplateRef(namespace, name string) kube.Ref {
	return kube.Ref{Kind: "PodTemplate", Namespace: namespace, Name: name}
}
