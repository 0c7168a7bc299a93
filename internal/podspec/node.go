package podspec

import "slices"

// node is a declared part of a PodSpec. Nulls have none.
type node struct {
	shape  *shape
	at     *place
	source any
	// unknown is whether Terraform doesn't know yet what it will be.
	unknown bool
	// members are an object's or a mapping's, items a list's.
	members []member
	items   []*node
	// index is an item's in what was written, nulls counted.
	index int
	// value is a scalar's: string, int64 or bool. An amount is a string.
	value any
}

type member struct {
	name string
	*node
}

// withoutNothing returns the node without the fields that mean the same left out: zero values
// where the API can't tell zero from none, and empty lists and objects.
func (n *node) withoutNothing() *node {
	if n == nil || n.unknown {
		return n
	}
	rest := *n
	rest.members, rest.items = nil, nil
	for _, m := range n.members {
		inner := m.withoutNothing()
		if f := n.shape.fields[m.name]; f == nil || !inner.isNothing(f) {
			rest.members = append(rest.members, member{m.name, inner})
		}
	}
	for _, item := range n.items {
		rest.items = append(rest.items, item.withoutNothing().withKeys(n.shape.keys, item))
	}
	return &rest
}

// withKeys puts back the keys of a list's element, so that a key that is zero is a fault
// and not a missing one. A port's protocol may be left out.
func (n *node) withKeys(keys []string, whole *node) *node {
	for _, m := range whole.members {
		if m.name != "protocol" && slices.Contains(keys, m.name) && n.get(m.name) == nil {
			n.members = append(n.members, m)
		}
	}
	return n
}

// isNothing reports whether a field with this value means the same left out.
func (n *node) isNothing(f *field) bool {
	switch {
	case n.unknown:
		return false
	case f.shape.kind == object:
		return f.hollow && !slices.ContainsFunc(n.members, func(m member) bool { return !m.isNothing(f.shape.fields[m.name]) })
	case f.shape.kind == mapping:
		return len(n.members) == 0
	case f.shape.kind == list:
		return len(n.items) == 0
	}
	return !f.pointer && isZero(f.shape, n.value)
}

// get returns a member, or nil.
func (n *node) get(names ...string) *node {
	for _, name := range names {
		var next *node
		if n != nil {
			for _, m := range n.members {
				if m.name == name {
					next = m.node
				}
			}
		}
		n = next
	}
	return n
}

// list returns the items of a member, or nothing.
func (n *node) list(name string) []*node {
	if m := n.get(name); m != nil {
		return m.items
	}
	return nil
}

// all returns the members, those of nothing too.
func (n *node) all() []member {
	if n == nil {
		return nil
	}
	return n.members
}

// text returns a text that is there and known.
func (n *node) text(names ...string) (string, bool) {
	m := n.get(names...)
	if m == nil {
		return "", false
	}
	s, ok := m.value.(string)
	return s, ok
}

func (n *node) number(names ...string) (int64, bool) {
	m := n.get(names...)
	if m == nil {
		return 0, false
	}
	i, ok := m.value.(int64)
	return i, ok
}

func (n *node) isTrue(names ...string) bool {
	m := n.get(names...)
	return m != nil && m.value == true
}

// tree is the node as JSON has it, with unknownValue where something is unknown.
func (n *node) tree() any {
	switch {
	case n.unknown:
		return unknownValue{}
	case n.shape.kind == object || n.shape.kind == mapping:
		fields := make(map[string]any, len(n.members))
		for _, m := range n.members {
			fields[m.name] = m.tree()
		}
		return fields
	case n.shape.kind == list:
		items := make([]any, 0, len(n.items))
		for _, item := range n.items {
			items = append(items, item.tree())
		}
		return items
	}
	return n.value
}

// unknownValue is in a tree where Terraform doesn't know yet.
type unknownValue struct{}
