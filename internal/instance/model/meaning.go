package model

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Of an entry of env_value_from, health_checks or volumes one thing can be said
// in several ways: an amount or a mode may be spelt otherwise, a default be
// written or left out. Such a difference is none to the instance.
//
// What every entry has, a check's period say, has its default in the schema, so
// that it is in the plan. What only some have can't: a default would put a file
// mode on a claim. Left out, that means what Kubernetes' API makes of it.

// DefaultOf returns the default of an omitted attribute, or nil if it has none. It is the same in
// each type of entry that has the attribute.
func DefaultOf(name string) attr.Value {
	switch name {
	case "optional", "https":
		return types.BoolValue(false)
	case "divisor":
		return fwtypes.NewQuantity("1")
	case "grpc_service", "sub_path":
		return types.StringValue("")
	case "mode":
		return types.StringValue("0644")
	}
	return nil
}

// IsDefault reports whether a value means the same as an omitted one.
func IsDefault(name string, value attr.Value) bool {
	otherwise := DefaultOf(name)
	return otherwise != nil && canonical(name, value).Equal(otherwise)
}

// applies reports whether an attribute has a meaning in this entry. A check by HTTP has no gRPC
// service, and a claim no mode.
func applies(name string, entry map[string]attr.Value) bool {
	says := func(other string) bool {
		value, has := entry[other]
		return has && !value.IsNull()
	}
	switch name {
	case "optional", "mode":
		return says("config_map") || says("secret")
	case "divisor":
		return says("resource")
	case "https":
		return says("http_port")
	case "grpc_service":
		return says("grpc_port")
	}
	return false
}

// Effective returns an attribute's value in its canonical spelling, or its default.
func Effective(entry map[string]attr.Value, name string) attr.Value {
	value := entry[name]
	if fw.IsNothing(value) || IsDefault(name, value) {
		value = types.StringNull() // a default that is about another kind of entry says nothing
	}
	if otherwise := DefaultOf(name); otherwise != nil && value.IsNull() && applies(name, entry) {
		return otherwise
	}
	return canonical(name, value)
}

func canonical(name string, value attr.Value) attr.Value {
	switch text := value.(type) {
	case fwtypes.Quantity:
		if amount, known := text.Known(); known {
			return fwtypes.NewQuantity(amount.String())
		}
	case types.String:
		if bits := DesiredMode(text); name == "mode" && bits != nil {
			return ReadMode(bits)
		}
	}
	return value
}

// SameEntries reports whether two maps of entries mean the same. Null is the same as empty.
func SameEntries(a, b types.Map) bool {
	if a.IsUnknown() || b.IsUnknown() {
		return false
	}
	return maps.EqualFunc(Entries(a), Entries(b), func(x, y attr.Value) bool {
		one, isOne := AttributesOf(x)
		other, isOther := AttributesOf(y)
		if !isOne || !isOther {
			return x.Equal(y)
		}
		for name := range one {
			if !Effective(one, name).Equal(Effective(other, name)) {
				return false
			}
		}
		return true
	})
}

// AsDeclared keeps the declared entries of what was read. An attribute that means the same as the
// declared one is spelt like it.
func AsDeclared(seen, prior types.Map, element types.ObjectType) types.Map {
	kept := DeclaredKeys(seen, prior, element)
	values := kept.Elements()
	if len(values) == 0 {
		return kept
	}
	declared := prior.Elements()
	for key, value := range values {
		live, _ := AttributesOf(value)
		if was, known := AttributesOf(declared[key]); known {
			spelt := maps.Clone(live)
			for name := range live {
				if Effective(live, name).Equal(Effective(was, name)) {
					spelt[name] = was[name]
				}
			}
			values[key] = types.ObjectValueMust(element.AttrTypes, spelt)
		}
	}
	return types.MapValueMust(element, values)
}

// WithoutDefaults leaves out the attributes that have their default.
func WithoutDefaults(seen types.Map, element types.ObjectType) types.Map {
	values := seen.Elements()
	for key, value := range values {
		entry, _ := AttributesOf(value)
		shorter := maps.Clone(entry)
		for name, live := range entry {
			if otherwise := DefaultOf(name); otherwise != nil && live.Equal(otherwise) {
				shorter[name] = nullOf(live)
			}
		}
		values[key] = types.ObjectValueMust(element.AttrTypes, shorter)
	}
	return MapOrNull(element, values)
}

// nullOf returns the null of a value's type.
func nullOf(value attr.Value) attr.Value {
	switch value.(type) {
	case types.Bool:
		return types.BoolNull()
	case fwtypes.Quantity:
		return fwtypes.NewQuantityNull()
	default:
		return types.StringNull()
	}
}

// AttributesOf returns an entry's attributes, or false if it is null or unknown.
func AttributesOf(entry attr.Value) (map[string]attr.Value, bool) {
	object, ok := entry.(basetypes.ObjectValue)
	if !ok || object.IsNull() || object.IsUnknown() {
		return nil, false
	}
	return object.Attributes(), true
}
