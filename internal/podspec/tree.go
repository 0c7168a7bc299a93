package podspec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
)

// treeOf returns a spec as JSON has it.
func treeOf(spec corev1.PodSpec) map[string]any {
	tree, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&spec)
	if err != nil {
		// Only types outside the API can fail to convert.
		panic(fmt.Sprintf("a PodSpec can't be written as JSON: %v", err))
	}
	return tree
}

func specOf(tree map[string]any) (corev1.PodSpec, error) {
	var spec corev1.PodSpec
	err := runtime.DefaultUnstructuredConverter.FromUnstructured(tree, &spec)
	return spec, err
}

// normal removes from a tree, in place, what says nothing: null, and a zero value where the API
// can't tell it from none.
func (s *shape) normal(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			inner, keep := s.inner(name)
			if inner == nil {
				continue
			}
			value = inner.normal(value)
			if value == nil || !keep && isZero(inner, value) {
				delete(v, name)
				continue
			}
			v[name] = value
		}
	case []any:
		for i, item := range v {
			v[i] = s.elem.normal(item)
		}
	}
	return tree
}

// inner returns the shape of a field or entry, and whether it has a meaning even if it is zero.
func (s *shape) inner(name string) (inner *shape, keep bool) {
	if s.kind == mapping {
		return s.elem, true
	}
	if f := s.fields[name]; f != nil {
		return f.shape, f.pointer
	}
	return nil, true
}

func isZero(s *shape, value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	case string:
		return v == "" || s.kind == quantity && v == "0"
	case int64:
		return v == 0
	case bool:
		return !v
	}
	return false
}

// sameScalar compares two leaves.
func (s *shape) sameScalar(a, b any) bool {
	if a == b {
		return true
	}
	if s.kind != quantity {
		return false
	}
	x, errX := resource.ParseQuantity(fmt.Sprint(a))
	y, errY := resource.ParseQuantity(fmt.Sprint(b))
	return errX == nil && errY == nil && x.Cmp(y) == 0
}

// key identifies an element of a keyed list.
func (s *shape) key(item any) string {
	fields, _ := item.(map[string]any)
	if len(s.keys) == 1 {
		return keyText(s.keys[0], fields[s.keys[0]])
	}
	parts := make([]string, 0, len(s.keys))
	for _, name := range s.keys {
		parts = append(parts, keyText(name, fields[name]))
	}
	return strings.Join(parts, "/")
}

func keyText(name string, value any) string {
	if _, unknown := value.(unknownValue); unknown {
		return "…"
	}
	switch {
	case name == "protocol" && (value == nil || value == ""):
		return string(corev1.ProtocolTCP)
	case value == nil:
		return ""
	}
	return fmt.Sprint(value)
}

// find returns the index of the element with the key, or -1.
func (s *shape) find(items []any, key string) int {
	return slices.IndexFunc(items, func(item any) bool { return s.key(item) == key })
}

// orderMatters reports whether the list in another order would mean something else. The order of a
// container's variables matters if one uses another.
func (s *shape) orderMatters(items []any) bool {
	if len(s.keys) == 0 || s.ordered {
		return true
	}
	for _, item := range items {
		fields, _ := item.(map[string]any)
		if value, _ := fields["value"].(string); s.keys[0] == "name" && strings.Contains(value, "$(") {
			return true
		}
	}
	return false
}

func mapOf(tree any) map[string]any {
	m, _ := tree.(map[string]any)
	return m
}

func listOf(tree any) []any {
	l, _ := tree.([]any)
	return l
}

// copyOf copies a tree.
func copyOf(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for name, value := range v {
			c[name] = copyOf(value)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, item := range v {
			c[i] = copyOf(item)
		}
		return c
	}
	return tree
}

func sortedNames(trees ...map[string]any) []string {
	all := map[string]bool{}
	for _, tree := range trees {
		for name := range tree {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
