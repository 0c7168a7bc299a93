package podspec

import (
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
)

// Observed is what the declaration, prior state's, reads as on the live Pod, whose
// main container has the name main. It is the value itself as long as all that it
// declares holds there, else the same with the leaves that differ replaced, and
// without what the Pod lacks. What isn't declared never shows.
func Observed(declared types.Dynamic, live corev1.PodSpec, main string) types.Dynamic {
	d, faults := Decode(declared)
	if d.IsNull() || d.unknown || len(faults) > 0 {
		return declared
	}
	seen := d.look(live, main)
	if !seen.differs {
		return declared
	}
	if s, isText := declared.UnderlyingValue().(types.String); isText {
		return types.DynamicValue(types.StringValue(rewritten(s.ValueString(), seen)))
	}
	return types.DynamicValue(seen.value())
}

// Holds is whether the live Pod is all that is declared already.
func Holds(d Declared, live corev1.PodSpec, main string) bool {
	return d.IsNull() || !d.unknown && !d.look(live, main).differs
}

func (d Declared) look(live corev1.PodSpec, main string) *seen {
	tree := liveTree(live, main)
	fillInherited(tree)
	return look(d.written, tree, true)
}

// liveTree is the live Pod with all defaults, in the names that declarations use.
func liveTree(live corev1.PodSpec, main string) map[string]any {
	tree := treeOf(withItemsOnce(live))
	podSpec().normal(tree)
	fillPod(tree)
	settleToken(tree)
	fillOwnName(tree)
	if main != Main {
		podSpec().rename(tree, Main, freeName(tree))
		podSpec().rename(tree, main, Main)
	}
	return tree
}

// freeName is a name for an init container whose own the main container has in
// declarations.
func freeName(tree map[string]any) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(containersOf(tree), func(c map[string]any) bool { return c["name"] == name })
	}
	name := Main + "-init"
	for taken(name) {
		name += "-1"
	}
	return name
}

// rename gives a container, and what refers to it, another name: the main one that
// which it has in declarations.
func (s *shape) rename(tree any, from, to string) {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			refers := name == "containerName" && s.of == reflect.TypeFor[corev1.ResourceFieldSelector]()
			isMain := name == "name" && s.of == reflect.TypeFor[corev1.Container]()
			if (refers || isMain) && value == from {
				v[name] = to
			} else if inner, _ := s.inner(name); inner != nil {
				inner.rename(value, from, to)
			}
		}
	case []any:
		for _, item := range v {
			s.elem.rename(item, from, to)
		}
	}
}

// tokenVolume begins the name of the volume by which admission mounts the service
// account's token.
const tokenVolume = "kube-api-access-"

// settleToken says whether a token is mounted where the Pod leaves it to its
// service account.
func settleToken(tree map[string]any) {
	if tree["automountServiceAccountToken"] == nil {
		tree["automountServiceAccountToken"] = slices.ContainsFunc(listOf(tree["volumes"]), isTokenVolume)
	}
}

func isTokenVolume(volume any) bool {
	name, _ := mapOf(volume)["name"].(string)
	return strings.HasPrefix(name, tokenVolume)
}

// seen is a declared node as the live Pod has it.
type seen struct {
	node *node
	// gone is whether the Pod lacks it; differs whether it, or a part of it, is
	// another there.
	gone, differs bool
	// leaf is another value, a scalar or a whole list of scalars.
	leaf any
	// parts are those of node.members or node.items.
	parts []*seen
	// order has the items' places in the live Pod, where their order matters and is
	// another.
	order []int
}

// look compares a node with a normal tree, which is nil where the live Pod has
// nothing. A zero value that the API can't tell from none holds there.
func look(n *node, live any, keep bool) *seen {
	s := &seen{node: n}
	if live == nil {
		s.gone = keep || !isZero(n.shape, zeroable(n))
		s.differs = s.gone
		return s
	}
	switch {
	case n.shape.kind == object || n.shape.kind == mapping:
		for _, m := range n.members {
			s.add(lookMember(n.shape, m, mapOf(live)))
		}
	case n.shape.kind == list && n.shape.elem.kind == object:
		s.lookItems(listOf(live))
	case n.shape.kind == list:
		if !holdsAll(n, listOf(live)) {
			s.differs, s.leaf = true, live
		}
	case !n.shape.sameScalar(n.value, live):
		s.differs, s.leaf = true, live
	}
	return s
}

// lookMember compares a field or an entry. A field that is as good as left out holds where
// the same goes for the live one, and wherever it says nothing. A false does say something.
func lookMember(in *shape, m member, live map[string]any) *seen {
	value := live[m.name]
	f, keep := in.fields[m.name], true
	if f != nil {
		keep = f.pointer
		if f.shape.kind != boolean && m.isNothing(f) {
			return &seen{node: m.node}
		}
	}
	part := look(m.node, value, keep)
	if part.differs && in.kind == object && in.isIdle(m.name, value, live) && in.isIdle(m.name, m.tree(), live) {
		return &seen{node: m.node}
	}
	return part
}

// zeroable is the node's normal tree, which is empty where all in it is zero.
func zeroable(n *node) any { return n.shape.normal(n.tree()) }

func (s *seen) add(part *seen) {
	s.parts = append(s.parts, part)
	s.differs = s.differs || part.differs
}

// holdsAll is whether a list of scalars is the declared one; others may have added
// to it, but for the words of a command.
func holdsAll(n *node, live []any) bool {
	if n.shape.whole {
		return slices.EqualFunc(n.items, live, func(item *node, other any) bool { return item.shape.sameScalar(item.value, other) })
	}
	for _, item := range n.items {
		i := slices.IndexFunc(live, func(other any) bool { return item.shape.sameScalar(item.value, other) })
		switch {
		case i < 0:
			return false
		case n.shape.unordered:
			live = slices.Concat(live[:i], live[i+1:])
		default:
			live = live[i+1:]
		}
	}
	return true
}

// inOrder are the parts that are there, in the live Pod's order.
func (s *seen) inOrder() []*seen {
	there := make([]int, 0, len(s.parts))
	for i, part := range s.parts {
		if !part.gone {
			there = append(there, i)
		}
	}
	if s.order != nil {
		slices.SortStableFunc(there, func(i, j int) int { return s.order[i] - s.order[j] })
	}
	parts := make([]*seen, 0, len(there))
	for _, i := range there {
		parts = append(parts, s.parts[i])
	}
	return parts
}

// tree is what is declared, as the live Pod has it.
func (s *seen) tree() any {
	switch {
	case s.leaf != nil:
		return s.leaf
	case !s.differs:
		return s.node.tree()
	case s.node.shape.kind == list:
		items := make([]any, 0, len(s.parts))
		for _, part := range s.inOrder() {
			items = append(items, part.tree())
		}
		return items
	}
	fields := make(map[string]any, len(s.parts))
	for i, part := range s.parts {
		if !part.gone {
			fields[s.node.members[i].name] = part.tree()
		}
	}
	return fields
}

func (s *seen) lookItems(live []any) {
	n := s.node
	if len(n.shape.keys) == 0 {
		s.matchItems(live)
		return
	}
	order := make([]int, 0, len(n.items))
	for _, item := range n.items {
		i := n.shape.find(live, n.shape.key(item.tree()))
		switch {
		case i >= 0:
		case n.shape.elem.isIdleItem(item.tree()):
			s.add(&seen{node: item})
			continue
		default:
			s.add(look(item, nil, true))
			continue
		}
		order = append(order, i)
		s.add(look(item, live[i], true))
	}
	if len(order) == len(n.items) && n.shape.otherOrder(n.items, order) {
		s.differs, s.order = true, order
	}
}

// matchItems finds for each declared element the live one that is meant: one in
// which all holds, or else the one that more than half of it holds in.
func (s *seen) matchItems(live []any) {
	parts := make([]*seen, len(s.node.items))
	taken := make([]bool, len(live))
	for _, least := range []float64{1, 0.5} {
		for i, item := range s.node.items {
			if parts[i] == nil {
				parts[i] = nearest(item, live, taken, least)
			}
		}
	}
	for i, part := range parts {
		if part == nil {
			part = look(s.node.items[i], nil, true)
		}
		s.add(part)
	}
}

// nearest is the element of which the most holds, and takes it: all of it, or more
// than the least; or nil.
func nearest(item *node, live []any, taken []bool, least float64) *seen {
	var best *seen
	at := -1
	for i, other := range live {
		if taken[i] {
			continue
		}
		found := look(item, other, true)
		share := found.share()
		if !found.differs {
			taken[i] = true
			return found
		}
		if share > least {
			best, at, least = found, i, share
		}
	}
	if best != nil {
		taken[at] = true
	}
	return best
}

// share is how much of the declared leaves hold.
func (s *seen) share() float64 {
	hold, all := s.count()
	if all == 0 {
		return 1
	}
	return float64(hold) / float64(all)
}

func (s *seen) count() (hold, all int) {
	if len(s.parts) == 0 || s.gone {
		all = leaves(s.node)
		if !s.differs {
			hold = all
		}
		return hold, all
	}
	for _, part := range s.parts {
		h, a := part.count()
		hold, all = hold+h, all+a
	}
	return hold, all
}

func leaves(n *node) int {
	if len(n.members)+len(n.items) == 0 {
		return 1
	}
	all := 0
	for _, m := range n.members {
		all += leaves(m.node)
	}
	for _, item := range n.items {
		all += leaves(item)
	}
	return all
}
