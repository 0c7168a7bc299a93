package podspec

import (
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type rawKind int

const (
	rawNull rawKind = iota
	rawUnknown
	rawObject
	rawList
	rawString
	rawNumber
	rawBool
)

func (k rawKind) words() string {
	return [...]string{"null", "not known yet", "an object", "a list", "a text", "a number", "true or false"}[k]
}

// raw is a value as written, before its type in the API is known.
type raw struct {
	kind rawKind
	at   *place
	// entries are those of an object, in the order of the text if that is known.
	entries []entry
	items   []raw
	// text is a scalar as written. Plain is set for a text without quotes.
	text  string
	plain bool
	// source is the attr.Value or the *yaml.Node.
	source any
}

type entry struct {
	key   string
	value raw
}

// isNothing reports whether a field with this value means the same if omitted.
func (r raw) isNothing(f *field) bool {
	switch r.kind {
	case rawNull:
		return true
	case rawObject:
		return len(r.entries) == 0 && f.shape.kind != text && (!f.pointer || f.hollow)
	case rawList:
		return len(r.items) == 0 && f.shape.kind == list
	}
	return r.kind == rawString && r.text == "" && f.shape.kind == text && !f.pointer
}

// fromValue reads what Terraform has.
func fromValue(v attr.Value, at *place) raw {
	r := raw{at: at, source: v}
	switch {
	case v == nil || v.IsNull():
		return r
	case v.IsUnknown():
		r.kind = rawUnknown
		return r
	}
	switch v := v.(type) {
	case types.Dynamic:
		return fromValue(v.UnderlyingValue(), at)
	case types.Object:
		r.kind, r.entries = rawObject, fromEntries(v.Attributes(), at, func(key string) path.PathStep { return path.PathStepAttributeName(key) })
	case types.Map:
		r.kind, r.entries = rawObject, fromEntries(v.Elements(), at, func(key string) path.PathStep { return path.PathStepElementKeyString(key) })
	case types.List:
		r.kind, r.items = rawList, fromElements(v.Elements(), at)
	case types.Tuple:
		r.kind, r.items = rawList, fromElements(v.Elements(), at)
	case types.Set:
		r.kind = rawList
		for _, element := range v.Elements() {
			r.items = append(r.items, fromValue(element, at.in(path.PathStepElementKeyValue{Value: element})))
		}
	case types.String:
		r.kind, r.text = rawString, v.ValueString()
	case types.Number:
		r.kind, r.text = rawNumber, numberText(v.ValueBigFloat())
	case types.Bool:
		r.kind, r.text = rawBool, "false"
		if v.ValueBool() {
			r.text = "true"
		}
	}
	return r
}

func fromEntries(values map[string]attr.Value, at *place, step func(string) path.PathStep) []entry {
	entries := make([]entry, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		entries = append(entries, entry{key, fromValue(values[key], at.in(step(key)))})
	}
	return entries
}

func fromElements(values []attr.Value, at *place) []raw {
	items := make([]raw, 0, len(values))
	for i, value := range values {
		items = append(items, fromValue(value, at.in(path.PathStepElementKeyInt(i))))
	}
	return items
}

// numberText spells a number as Terraform does when it converts one to text, apart from numbers
// with thousands of digits.
func numberText(f *big.Float) string {
	if exponent := f.MantExp(nil); exponent > 4096 || exponent < -4096 {
		return f.Text('g', -1)
	}
	return f.Text('f', -1)
}
