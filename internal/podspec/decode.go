package podspec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Declared is what a configuration sets in pod. The zero value sets nothing.
type Declared struct {
	// written is everything as written. Root is the same without zero and empty values that mean
	// the same as omitted ones.
	written, root *node
	// unknown is set if a part isn't known yet.
	unknown bool
}

// IsNull reports whether nothing is declared.
func (d Declared) IsNull() bool { return d.root == nil }

// Known reports whether every part is known.
func (d Declared) Known() bool { return !d.unknown }

// WithoutDerived returns the declaration without the fields that admission sets from a class.
// Admission refuses a Pod whose values differ. A Pod that has such a field would have it
// undeclared, too.
func (d Declared) WithoutDerived() Declared {
	derived := func(m member) bool {
		return slices.Contains([]string{"priority", "preemptionPolicy", "overhead"}, m.name)
	}
	without := func(n *node) *node {
		if n == nil {
			return nil
		}
		rest := *n
		rest.members = slices.DeleteFunc(slices.Clone(n.members), derived)
		return &rest
	}
	return Declared{written: without(d.written), root: without(d.root), unknown: d.unknown}
}

// Decode reads the attribute strictly by the types of the linked API. It returns all mistakes at
// once. Parts that aren't known yet are skipped, and nulls set nothing.
func Decode(value types.Dynamic) (Declared, []Fault) {
	if value.IsNull() || value.IsUnderlyingValueNull() {
		return Declared{}, nil
	}
	if value.IsUnknown() || value.IsUnderlyingValueUnknown() {
		root := &node{shape: podSpec(), at: &place{}, unknown: true}
		return Declared{written: root, root: root, unknown: true}, nil
	}
	d := decoder{}
	top := d.top(value)
	if len(d.faults) > 0 || top.kind == rawNull {
		return Declared{}, d.faults
	}
	root := d.node(podSpec(), top)
	if len(d.faults) > 0 {
		return Declared{}, d.faults
	}
	return Declared{written: root, root: root.withoutNothing(), unknown: d.unknown}, nil
}

type decoder struct {
	faults  []Fault
	unknown bool
}

func (d *decoder) fault(at *place, format string, args ...any) {
	d.faults = append(d.faults, at.fault(format, args...))
}

// top is the whole value, an object or the mapping in a text.
func (d *decoder) top(value types.Dynamic) raw {
	s, isText := value.UnderlyingValue().(types.String)
	if !isText {
		r := fromValue(value, &place{})
		if r.kind != rawObject {
			d.fault(r.at, "it must be an object, or text in YAML or JSON, but is %s", r.kind.words())
		}
		return r
	}
	start := &place{line: 1}
	content, err := parse(s.ValueString())
	if err != nil {
		d.fault(&place{}, "%v", err)
		return raw{}
	}
	reader := textReader{}
	r := reader.read(content, start, 0)
	d.faults = reader.faults
	if len(d.faults) == 0 && r.kind != rawObject && r.kind != rawNull {
		d.fault(start, "the text must be one mapping, the content of a Pod's spec, but is %s", r.kind.words())
	}
	return r
}

// node decodes a value. The result is nil for a value that says nothing, or an invalid one.
func (d *decoder) node(s *shape, r raw) *node {
	n := &node{shape: s, at: r.at, source: r.source}
	switch {
	case r.kind == rawNull:
		return nil
	case r.kind == rawUnknown:
		n.unknown, d.unknown = true, true
		return n
	case s.kind == object || s.kind == mapping:
		if r.kind != rawObject {
			d.fault(r.at, "must be an object, but is %s", r.kind.words())
			return nil
		}
		n.members = d.members(s, r)
	case s.kind == list:
		if r.kind != rawList {
			d.fault(r.at, "must be a list, but is %s%s", r.kind.words(), hintList(r))
			return nil
		}
		for i, item := range r.items {
			if inner := d.node(s.elem, item); inner != nil {
				inner.index = i
				n.items = append(n.items, inner)
			}
		}
	default:
		value, err := s.scalar(r)
		if err != nil {
			d.fault(r.at, "%v", err)
			return nil
		}
		n.value = value
	}
	return n
}

func hintList(r raw) string {
	if r.kind == rawObject {
		return "; write [{ … }]"
	}
	return ""
}

func (d *decoder) members(s *shape, r raw) []member {
	members := make([]member, 0, len(r.entries))
	for _, e := range r.entries {
		inner := s.elem
		if s.kind == object {
			f := s.fields[e.key]
			if f == nil {
				d.fault(e.value.at, "%s", unknownField(s, e.key))
				continue
			}
			if f.refused != "" {
				if !e.value.isNothing(f) {
					d.fault(e.value.at, "%s", f.refused)
				}
				continue
			}
			inner = f.shape
			var err error
			if e.value, err = e.value.octal(f); err != nil {
				d.fault(e.value.at, "%v", err)
				continue
			}
		}
		if n := d.node(inner, e.value); n != nil {
			members = append(members, member{e.key, n})
		}
	}
	return members
}

// unknownField suggests the field that was probably meant.
func unknownField(s *shape, name string) string {
	if strings.HasPrefix(name, "$") {
		return "patch directives have no effect here; what is listed is added to what the other attributes set"
	}
	if s == podSpec() {
		switch name {
		case "apiVersion", "kind", "metadata", "spec", "status":
			return "this is part of a whole Pod; give the content of its spec alone, and set labels and annotations by the attributes of those names"
		}
		if s.fields["containers"].shape.elem.fields[name] != nil {
			return "a Pod has no such field, but its containers do: write containers = [{ name = \"app\", " + name + " = … }]"
		}
	}
	message := fmt.Sprintf("%s has no field of this name", s.of.Name())
	if nearest := nearestName(s, name); nearest != "" {
		return message + "; perhaps " + nearest + " is meant"
	}
	return message
}

func nearestName(s *shape, name string) string {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	best, distance := "", max(2, len(name)/3)+1
	for _, candidate := range slices.Sorted(maps.Keys(s.fields)) {
		if s.fields[candidate].refused != "" {
			continue
		}
		if d := levenshtein.Distance(plain(candidate), plain(name), nil); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}
