package podgen

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Break changes one thing of a spec, and says what and where, such as
// Containers[0].Image = "". Not every change makes it wrong.
func (g *Generator) Break(spec *corev1.PodSpec) string {
	var all []place
	collect(reflect.ValueOf(spec).Elem(), "", &all)
	for {
		p := all[g.r.IntN(len(all))]
		if did := g.breakAt(p.value); did != "" {
			return strings.TrimPrefix(p.at, ".") + did
		}
	}
}

// place is a value that can be set, and where it is.
type place struct {
	value reflect.Value
	at    string
}

// collect finds all that is set, and of what isn't the fields themselves.
func collect(v reflect.Value, at string, all *[]place) {
	switch v.Type() {
	case reflect.TypeFor[resource.Quantity](), reflect.TypeFor[intstr.IntOrString]():
		*all = append(*all, place{v, at})
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if strings.HasPrefix(name, "Deprecated") || name == "EphemeralContainers" || name == "ObjectMeta" {
				continue
			}
			collect(v.Field(i), at+"."+name, all)
		}
	case reflect.Pointer:
		*all = append(*all, place{v, at})
		if !v.IsNil() {
			collect(v.Elem(), at, all)
		}
	case reflect.Slice:
		*all = append(*all, place{v, at})
		for i := range v.Len() {
			collect(v.Index(i), fmt.Sprintf("%s[%d]", at, i), all)
		}
	default:
		*all = append(*all, place{v, at})
	}
}

// breakAt changes a value; it returns nothing where it can't.
func (g *Generator) breakAt(v reflect.Value) string {
	switch v.Type() {
	case reflect.TypeFor[resource.Quantity]():
		q := resource.MustParse(pick(g, "-1", "0", "1m", "1e18", "0.5", "100Ei"))
		v.Set(reflect.ValueOf(q))
		return " = " + q.String()
	case reflect.TypeFor[intstr.IntOrString]():
		port := pick(g, intstr.FromInt32(0), intstr.FromInt32(70000), intstr.FromString(""), intstr.FromString("No_Port"), intstr.FromString("too-long-for-a-port"), intstr.FromString("80"))
		v.Set(reflect.ValueOf(port))
		return fmt.Sprintf(" = %q", port.String())
	}
	switch v.Kind() {
	case reflect.String:
		text := pick(g, "", "a", "Upper", "-a", "a_b", "with space", "a/b", "/a", "../a", "a:b", "é", "a.b", "0", strings.Repeat("a", 64), strings.Repeat("a", 300), "https://a", "-1", "*", "a=b", "\x01")
		v.SetString(text)
		return fmt.Sprintf(" = %.20q", text)
	case reflect.Int32, reflect.Int64:
		number := pick[int64](g, -1, 0, 1, 2, 512, 70000, math.MaxInt32)
		v.SetInt(number)
		return fmt.Sprintf(" = %d", number)
	case reflect.Bool:
		v.SetBool(!v.Bool())
		return fmt.Sprintf(" = %t", v.Bool())
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			return " = new"
		}
		v.SetZero()
		return " = nil"
	case reflect.Slice:
		switch {
		case v.Len() == 0:
			v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
			return " = [zero]"
		case g.one(2):
			v.Set(reflect.Append(v, v.Index(g.r.IntN(v.Len()))))
			return " += one of its own"
		default:
			v.Set(v.Slice(0, v.Len()-1))
			return " = shorter"
		}
	}
	return ""
}
