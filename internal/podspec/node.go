package podspec

import "slices"

// node is a declared part of a PodSpec. A null has no node.
type node struct {
	shape  *shape
	at     *place
	source any
	// unknown is set if Terraform doesn't know the value yet.
	unknown bool
	// members are those of an object or mapping, items those of a list.
	members []member
	items   []*node
	// index is an item's position as written, counting nulls.
	index int
	// value is a scalar: string, int64 or bool. An amount is a string.
	value any
}

type member struct {
	name string
	*node
}

// withoutNothing returns the node without fields that mean the same if omitted: zero values where
// the API can't tell zero from none, and empty lists and objects.
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

// withKeys restores the keys of a list's element, so that a zero key is an invalid key and not a
// missing one. A port's protocol may be omitted.
func (n *node) withKeys(keys []string, whole *node) *node {
	for _, m := range whole.members {
		if m.name != "protocol" && slices.Contains(keys, m.name) && n.get(m.name) == nil {
			n.members = append(n.members, m)
		}
	}
	return n
}

// isNothing reports whether a field with this value means the same if omitted.
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

// list returns the items of a member, or none.
func (n *node) list(name string) []*node {
	if m := n.get(name); m != nil {
		return m.items
	}
	return nil
}

// all returns the members, or none.
func (n *node) all() []member {
	if n == nil {
		return nil
	}
	return n.members
}

// text returns a text that is set and known.
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

// tree returns the node as JSON has it, with unknownValue for unknown parts.
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

// unknownValue stands in a tree for a value that Terraform doesn't know yet.
type unknownValue struct{}
