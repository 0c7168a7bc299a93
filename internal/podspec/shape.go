package podspec

import (
	"reflect"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

type kind int

const (
	text kind = iota
	integer
	boolean
	quantity
	intOrString
	object
	list
	mapping
	unsupported
)

// shape describes what the API has in one place. A shape never changes.
type shape struct {
	kind   kind
	of     reflect.Type
	fields map[string]*field
	elem   *shape
	// keys are the fields that identify an element of a list. There are none if the list is one
	// value, or its elements have no identity.
	keys []string
	// ordered is set if the order of a keyed list has a meaning.
	ordered bool
	// whole is set if a list of texts is one value, such as the words of a command.
	whole bool
	// unordered is set if the order of a list without keys has no meaning.
	unordered bool
	// union are the fields of an object of which exactly one must be set.
	union []string
}

type field struct {
	name  string
	shape *shape
	// pointer is set if a zero value means something other than none.
	pointer bool
	// refused is why a configuration may not have the field.
	refused string
	// implied is a default in the API's documentation that the API server doesn't fill in.
	implied any
	// hollow is set if an empty object means the same as none.
	hollow bool
}

// podSpec is the shape of corev1.PodSpec.
var podSpec = sync.OnceValue(func() *shape { //nolint:gochecknoglobals // what the linked types are; computed once and never changed
	return builder{}.shape(reflect.TypeFor[corev1.PodSpec]())
})

// builder remembers the structs that it has seen.
type builder map[reflect.Type]*shape

func (b builder) shape(t reflect.Type) *shape {
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		return &shape{kind: quantity, of: t}
	case reflect.TypeFor[intstr.IntOrString]():
		return &shape{kind: intOrString, of: t}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.shape(t.Elem())
	case reflect.String:
		return &shape{kind: text, of: t}
	case reflect.Bool:
		return &shape{kind: boolean, of: t}
	case reflect.Int32, reflect.Int64:
		return &shape{kind: integer, of: t}
	case reflect.Slice:
		return &shape{kind: list, of: t, elem: b.shape(t.Elem())}
	case reflect.Map:
		return &shape{kind: mapping, of: t, elem: b.shape(t.Elem())}
	case reflect.Struct:
		return b.object(t)
	default:
		return &shape{kind: unsupported, of: t}
	}
}

func (b builder) object(t reflect.Type) *shape {
	if known := b[t]; known != nil {
		return known
	}
	s := &shape{kind: object, of: t, fields: map[string]*field{}}
	b[t] = s
	b.addFields(s, t)
	s.union = unionOf(t, s.fields)
	for name, f := range s.fields {
		f.refused = refusals(t, name)
		// A timestamp, or anything else that people can't set, has no shape.
		if f.refused != "" && f.shape.kind == object && len(f.shape.fields) == 0 {
			f.shape = &shape{kind: unsupported, of: f.shape.of}
		}
	}
	return s
}

func (b builder) addFields(s *shape, t reflect.Type) {
	for i := range t.NumField() {
		in := t.Field(i)
		name, _, _ := strings.Cut(in.Tag.Get("json"), ",")
		switch {
		case in.Anonymous && name == "":
			b.addFields(s, in.Type)
		case name != "" && name != "-":
			inner := b.shape(in.Type)
			if inner.kind == list {
				inner.keys = listKeys(t, in, name)
				inner.ordered = name == "initContainers"
				inner.whole = name == "command" || name == "args"
				inner.unordered = isUnordered(t, name)
			}
			f := &field{name: name, shape: inner, pointer: in.Type.Kind() == reflect.Pointer}
			f.implied = impliedFor(t, f)
			f.hollow = inner.kind == object && (!f.pointer || hollow(inner.of))
			s.fields[name] = f
		}
	}
}

// listKeys returns the keys of a list in a strategic merge, corrected where the API server itself
// uses more of them (its listMapKeys, which the Go types have only in comments): a port may be open
// for TCP and UDP.
func listKeys(in reflect.Type, f reflect.StructField, name string) []string {
	switch {
	case name == "ports" && f.Type == reflect.TypeFor[[]corev1.ContainerPort]():
		return []string{"containerPort", "protocol"}
	case name == "topologySpreadConstraints":
		return []string{"topologyKey", "whenUnsatisfiable"}
	case name == "claims" && in == reflect.TypeFor[corev1.ResourceRequirements]():
		return []string{"name"}
	}
	if key := f.Tag.Get("patchMergeKey"); key != "" {
		return []string{key}
	}
	return nil
}
