package manifest

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Change is what an update in place sends besides a resize. An empty image is
// the one that the Pod has.
type Change struct {
	Labels, Annotations map[string]string
	// Dropped are the keys that go.
	Dropped kube.Keys
	Image   string
	// Spec is what the Pod would be recreated from, as AnnotationSpec holds it.
	Spec string
}

func ChangeBetween(prior, plan model.Instance) Change {
	c := Change{Labels: desiredLabels(plan), Annotations: fw.StringMap(plan.AnnotationsAll), Dropped: DroppedBetween(prior, plan)}
	if !plan.Image.Equal(prior.Image) {
		c.Image = plan.Image.ValueString()
	}
	return c
}

// ApplyConfiguration is everything that the manager owns on the Pod, with the
// change in it. An apply takes away whatever its manager owns and doesn't send,
// and a Pod can lose next to nothing, so the rest is sent as it is. The UID
// keeps it from recreating a deleted Pod. The keys in stay are left to the managers
// that apply them.
func ApplyConfiguration(pod *corev1.Pod, manager string, c Change, stay kube.Keys) (*corev1ac.PodApplyConfiguration, error) {
	config, err := corev1ac.ExtractPod(pod, manager)
	if err != nil {
		return nil, err
	}
	labels, annotations := maps.Clone(c.Labels), maps.Clone(c.Annotations)
	if _, ours := config.Labels[mar.LabelApp]; ours && !slices.Contains(stay.Labels, mar.LabelApp) {
		labels = WithDefault(labels, mar.LabelApp, mar.AppValue)
	}
	if nonce, ours := config.Annotations[mar.AnnotationNonce]; ours {
		annotations = WithDefault(annotations, mar.AnnotationNonce, nonce)
	}
	if c.Spec != "" {
		annotations = WithDefault(annotations, mar.AnnotationSpec, c.Spec)
	}
	config.Labels, config.Annotations = labels, annotations
	keepResources(config, pod)
	if c.Image != "" {
		applyImage(config, MainContainer(pod).Name, c.Image)
	}
	return config.WithUID(pod.UID), nil
}

// keepResources sends the resources that the containers have. A POST without any
// owns them as an empty whole, and giving that up takes away what a LimitRange or
// an autoscaler has filled in, which nobody else owns.
func keepResources(config *corev1ac.PodApplyConfiguration, pod *corev1.Pod) {
	if config.Spec == nil {
		return
	}
	for i := range config.Spec.Containers {
		sent := &config.Spec.Containers[i]
		for _, live := range pod.Spec.Containers {
			if live.Name != ptr.Deref(sent.Name, "") || len(live.Resources.Limits)+len(live.Resources.Requests) == 0 {
				continue
			}
			if sent.Resources == nil {
				sent.WithResources(corev1ac.ResourceRequirements())
			}
			sent.Resources.WithLimits(live.Resources.Limits).WithRequests(live.Resources.Requests)
		}
	}
}

func applyImage(config *corev1ac.PodApplyConfiguration, container, image string) {
	if config.Spec == nil {
		config.WithSpec(corev1ac.PodSpec())
	}
	for i := range config.Spec.Containers {
		if ptr.Deref(config.Spec.Containers[i].Name, "") == container {
			config.Spec.Containers[i].WithImage(image)
			return
		}
	}
	config.Spec.WithContainers(corev1ac.Container().WithName(container).WithImage(image))
}

// DroppedBetween are the labels and annotations that the configuration no longer
// declares.
func DroppedBetween(prior, plan model.Instance) kube.Keys {
	return kube.DroppedKeys(
		&metav1.ObjectMeta{Labels: fw.StringMap(prior.LabelsAll), Annotations: fw.StringMap(prior.AnnotationsAll)},
		&metav1.ObjectMeta{Labels: fw.StringMap(plan.LabelsAll), Annotations: fw.StringMap(plan.AnnotationsAll)},
	)
}

// PlannedRemoval is DroppedBetween for a plan, of which not all is known.
func PlannedRemoval(prior, plan model.Instance, defaults fw.Defaults) kube.Keys {
	return kube.DroppedKeys(
		&metav1.ObjectMeta{Labels: fw.StringMap(prior.LabelsAll), Annotations: fw.StringMap(prior.AnnotationsAll)},
		&metav1.ObjectMeta{
			Labels:      fw.PlannedKeys(defaults.Labels, plan.Labels, prior.LabelsAll),
			Annotations: fw.PlannedKeys(defaults.Annotations, plan.Annotations, prior.AnnotationsAll),
		},
	)
}
