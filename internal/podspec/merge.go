package podspec

import (
	"errors"

	corev1 "k8s.io/api/core/v1"
)

// Merge returns the Pod that is meant: the declaration merged strategically over what the flat
// attributes mean. Elements of keyed lists are merged by key. New ones follow the existing ones, in
// their declared order. Strategicpatch would put them first, and identifies a container's port by
// its number alone, which loses one of 53/TCP and 53/UDP. Other lists are replaced.
func Merge(base corev1.PodSpec, d Declared) (corev1.PodSpec, error) {
	if d.IsNull() {
		return *base.DeepCopy(), nil
	}
	if d.unknown {
		return corev1.PodSpec{}, errors.New("parts of pod aren't known yet")
	}
	return specOf(merged(base, d))
}

// merged may have unknown parts.
func merged(base corev1.PodSpec, d Declared) map[string]any {
	tree := treeOf(base)
	if d.root != nil && !d.root.unknown {
		podSpec().mergeObject(tree, mapOf(d.root.tree()))
	}
	return tree
}

func (s *shape) mergeObject(base, over map[string]any) {
	for name, value := range over {
		if inner, _ := s.inner(name); inner != nil {
			base[name] = inner.merge(base[name], value)
		}
	}
}

func (s *shape) merge(base, over any) any {
	switch o := over.(type) {
	case map[string]any:
		if b, ok := base.(map[string]any); ok {
			s.mergeObject(b, o)
			return b
		}
	case []any:
		if b, ok := base.([]any); ok && len(s.keys) > 0 {
			return s.mergeKeyed(b, o)
		}
	}
	return over
}

func (s *shape) mergeKeyed(base, over []any) []any {
	had := base
	for _, item := range over {
		if i := s.find(had, s.key(item)); i >= 0 {
			base[i] = s.elem.merge(base[i], item)
			continue
		}
		base = append(base, item)
	}
	return base
}
