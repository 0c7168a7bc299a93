package store

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// send applies a change to the Pod, and removes the dropped keys even if others have set them in
// the meantime.
func (s *Store) send(ctx context.Context, pod *corev1.Pod, c manifest.Change, dryRun ...string) (*corev1.Pod, error) {
	ref := manifest.Ref(pod)
	stay, err := s.client.AppliedByOthers(ref, pod, c.Dropped)
	if err != nil {
		return pod, err
	}
	config, err := manifest.ApplyConfiguration(pod, s.client.FieldManager, c, kube.KeysOf(stay))
	if err != nil {
		return pod, kube.Wrap(ref, "read the field ownership of", err)
	}
	applied, err := kube.Apply(ctx, &s.client.Writer, ref, func(ctx context.Context, options metav1.ApplyOptions) (*corev1.Pod, error) {
		options.DryRun = dryRun
		return s.pods(ref).Apply(ctx, config, options)
	})
	if err != nil {
		return pod, err
	}
	return kube.RemoveKeys(ctx, &s.client.Writer, ref, applied, c.Dropped.Without(config.Labels, config.Annotations), s.pods(ref), dryRun...)
}

// templateMeta is where a template has the metadata of its Pod.
const templateMeta = "template"

// withOthersKeys is the template as it is to be, with the labels and annotations
// that others have put on the one that is there. Of the dropped keys it keeps those
// that another manager applies.
func (s *Store) withOthersKeys(held, want *corev1.PodTemplate, dropped kube.Keys) (*corev1.PodTemplate, error) {
	ref := manifest.TemplateRef(held.Namespace, held.Name)
	want = want.DeepCopy()
	for _, part := range []struct {
		held, want *metav1.ObjectMeta
		within     []string
	}{
		{&held.ObjectMeta, &want.ObjectMeta, nil},
		{&held.Template.ObjectMeta, &want.Template.ObjectMeta, []string{templateMeta}},
	} {
		others, err := s.client.OthersKeys(ref, held, kube.DroppedKeys(part.held, part.want), dropped, part.within...)
		if err != nil {
			return nil, err
		}
		for _, key := range others.Labels {
			part.want.Labels = manifest.WithDefault(part.want.Labels, key, part.held.Labels[key])
		}
		for _, key := range others.Annotations {
			part.want.Annotations = manifest.WithDefault(part.want.Annotations, key, part.held.Annotations[key])
		}
	}
	return want, nil
}

// Removal finds out what happens to keys that a plan removes from the instance. It is empty if the
// instance doesn't exist.
func (s *Store) Removal(ctx context.Context, k model.Key, uid string, stopped bool, keys kube.Keys) (kube.Removal, error) {
	if stopped {
		template, err := s.Template(ctx, k)
		if err != nil || template == nil {
			return kube.Removal{}, err
		}
		return s.client.RemovalOf(manifest.TemplateRef(k.Cluster, k.Name), template, keys.On(&template.Template.ObjectMeta), templateMeta)
	}
	pod, err := s.Reader(ctx, k, uid)()
	if err != nil || pod == nil {
		return kube.Removal{}, err
	}
	return s.client.RemovalOf(k.Ref(), pod, keys.On(pod))
}
