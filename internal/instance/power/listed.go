package power

import (
	"cmp"
	"iter"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// WithStopped joins Pods to the templates of stopped instances, both in the order
// of their names, and so lists what there is under each name in that order. A Pod
// that is on its way to be stopped is its template's. Status, if any, is the only
// one that is asked for.
func WithStopped(pods iter.Seq2[*corev1.Pod, error], templates []*corev1.PodTemplate, status string) iter.Seq2[Existing, error] {
	return func(yield func(Existing, error) bool) {
		for have, err := range joined(pods, templates) {
			if err == nil && status == model.StatusStopped && !StateIn(have, model.Resource{}, true).Stopped() {
				continue
			}
			if !yield(have, err) {
				return
			}
		}
	}
}

func joined(pods iter.Seq2[*corev1.Pod, error], templates []*corev1.PodTemplate) iter.Seq2[Existing, error] {
	return func(yield func(Existing, error) bool) {
		alone := func(templates []*corev1.PodTemplate) bool {
			return !slices.ContainsFunc(templates, func(t *corev1.PodTemplate) bool { return !yield(Existing{Template: t}, nil) })
		}
		rest := slices.DeleteFunc(slices.Clone(templates), func(t *corev1.PodTemplate) bool { return !manifest.IsStoppedInstance(t) })
		for pod, err := range pods {
			if err != nil {
				yield(Existing{}, err)
				return
			}
			var earlier []*corev1.PodTemplate
			have := Existing{Pod: pod}
			earlier, have.Template, rest = partedBy(model.KeyOf(pod), rest)
			if !alone(earlier) || !yield(have, nil) {
				return
			}
		}
		alone(rest)
	}
}

// partedBy are the templates before the key, the one of that key, and those after.
func partedBy(k model.Key, templates []*corev1.PodTemplate) (before []*corev1.PodTemplate, same *corev1.PodTemplate, after []*corev1.PodTemplate) {
	at, exists := slices.BinarySearchFunc(templates, k, func(t *corev1.PodTemplate, k model.Key) int { return cmp.Compare(model.KeyOf(t).String(), k.String()) })
	if !exists {
		return templates[:at], nil, templates[at:]
	}
	return templates[:at], templates[at], templates[at+1:]
}
