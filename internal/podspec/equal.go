package podspec

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Same reports whether two specs mean the same Pod. Spelling of amounts, defaults, empty values and
// an order without a meaning are no difference.
func Same(a, b corev1.PodSpec) bool {
	return podSpec().same(meaningOf(treeOf(a)), meaningOf(treeOf(b)))
}

// Equal reports whether two declarations, merged over the flat attributes, mean the same Pod, as
// Same does. HCL and text are no difference either. An unknown value equals nothing.
func Equal(a, b Declared, base corev1.PodSpec) bool {
	if a.IsNull() && b.IsNull() {
		return true
	}
	if a.unknown || b.unknown {
		return false
	}
	return podSpec().same(filled(base, a), filled(base, b))
}

// filled is the whole Pod with its defaults.
func filled(base corev1.PodSpec, d Declared) map[string]any {
	return meaningOf(merged(base, d))
}

// meaningOf brings a tree, in place, into the form that all specs with the same meaning share: with
// the defaults that the API server fills in, and without those that it leaves out.
func meaningOf(tree map[string]any) map[string]any {
	podSpec().normal(tree)
	fillPod(tree)
	fillInherited(tree)
	podSpec().plain(tree)
	return tree
}

// same compares two normal trees.
func (s *shape) same(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for name, value := range x {
			other, there := y[name]
			inner, _ := s.inner(name)
			if !there || inner == nil || !inner.same(value, other) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && len(x) == len(y) && s.sameItems(x, y)
	case unknownValue:
		return false
	}
	return s.sameScalar(a, b)
}

func (s *shape) sameItems(a, b []any) bool {
	if slices.EqualFunc(a, b, s.elem.same) {
		return true
	}
	if s.unordered {
		return s.sameInAnyOrder(a, b)
	}
	if s.orderMatters(a) || s.orderMatters(b) {
		return false
	}
	for _, item := range a {
		if at := s.find(b, s.key(item)); at < 0 || !s.elem.same(item, b[at]) {
			return false
		}
	}
	return true
}

// ChangedPaths returns the paths in which two declarations differ, in words, such as
// pod.tolerations[0].key or pod.containers[app].lifecycle. A written default is no difference.
func ChangedPaths(a, b Declared, base corev1.PodSpec) []string {
	c := comparison{}
	c.compare(podSpec(), attribute, sides{filled(base, a), declaredTree(a), filled(base, b), declaredTree(b)})
	if a.root != nil && a.root.unknown || b.root != nil && b.root.unknown {
		c.paths = append(c.paths, attribute)
	}
	slices.Sort(c.paths)
	return slices.Compact(c.paths)
}

func declaredTree(d Declared) any {
	if d.root == nil {
		return nil
	}
	return d.root.tree()
}

// sides are a tree before and after, each with all defaults and as it was declared.
type sides struct{ a, declaredA, b, declaredB any }

// in returns the sides of a field.
func (s sides) in(name string) sides {
	return sides{mapOf(s.a)[name], mapOf(s.declaredA)[name], mapOf(s.b)[name], mapOf(s.declaredB)[name]}
}

type comparison struct{ paths []string }

func (c *comparison) compare(s *shape, path string, of sides) {
	if of.declaredA == nil && of.declaredB == nil || of.a != nil && of.b != nil && s.same(of.a, of.b) {
		return
	}
	_, unknownA := of.a.(unknownValue)
	_, unknownB := of.b.(unknownValue)
	switch {
	case of.a == nil && of.b == nil:
	case of.a == nil || of.b == nil || unknownA || unknownB:
		c.paths = append(c.paths, path)
	case s.kind == object || s.kind == mapping:
		for _, name := range sortedNames(mapOf(of.a), mapOf(of.b)) {
			if inner, _ := s.inner(name); inner != nil {
				c.compare(inner, path+nameWords(name), of.in(name))
			}
		}
	case s.kind == list && len(s.keys) > 0:
		c.keyed(s, path, of)
	case s.kind == list && s.elem.kind == object && len(listOf(of.a)) == len(listOf(of.b)):
		for i := range listOf(of.a) {
			c.compare(s.elem, fmt.Sprintf("%s[%d]", path, i), of.at(i, i, i, i))
		}
	default:
		c.paths = append(c.paths, path)
	}
}

// at returns the sides of elements. An index of -1 has none.
func (s sides) at(a, declaredA, b, declaredB int) sides {
	pick := func(tree any, i int) any {
		if items := listOf(tree); i >= 0 && i < len(items) {
			return items[i]
		}
		return nil
	}
	return sides{pick(s.a, a), pick(s.declaredA, declaredA), pick(s.b, b), pick(s.declaredB, declaredB)}
}

func (c *comparison) keyed(s *shape, path string, of sides) {
	before := len(c.paths)
	var keys []string
	for _, item := range slices.Concat(listOf(of.a), listOf(of.b)) {
		if key := s.key(item); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		c.compare(s.elem, path+"["+key+"]", of.at(
			s.find(listOf(of.a), key), s.find(listOf(of.declaredA), key), s.find(listOf(of.b), key), s.find(listOf(of.declaredB), key)))
	}
	if len(c.paths) == before {
		c.paths = append(c.paths, path) // another order
	}
}
