package power

import (
	"cmp"
	"iter"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// WithStopped merges Pods with the templates of stopped instances. Both must be sorted by name, and
// so is the result. A Pod that is being stopped is merged with its template. If status isn't empty,
// only instances with that status are returned.
func WithStopped(pods iter.Seq2[*corev1.Pod, error], templates []*corev1.PodTemplate, status string) iter.Seq2[Existing, error] {
	return func(yield func(Existing, error) bool) {
		for have, err := range merged(pods, templates) {
			if err == nil && status == model.StatusStopped && !StateIn(have, model.Resource{}, true).Stopped() {
				continue
			}
			if !yield(have, err) {
				return
			}
		}
	}
}

func merged(pods iter.Seq2[*corev1.Pod, error], templates []*corev1.PodTemplate) iter.Seq2[Existing, error] {
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
			earlier, have.Template, rest = splitAt(model.KeyOf(pod), rest)
			if !alone(earlier) || !yield(have, nil) {
				return
			}
		}
		alone(rest)
	}
}

// splitAt splits sorted templates into those before the key, the one with that key, and those
// after.
func splitAt(k model.Key, templates []*corev1.PodTemplate) (before []*corev1.PodTemplate, same *corev1.PodTemplate, after []*corev1.PodTemplate) {
	at, exists := slices.BinarySearchFunc(templates, k, func(t *corev1.PodTemplate, k model.Key) int { return cmp.Compare(model.KeyOf(t).String(), k.String()) })
	if !exists {
		return templates[:at], nil, templates[at:]
	}
	return templates[:at], templates[at], templates[at+1:]
}
