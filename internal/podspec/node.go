package podspec

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
