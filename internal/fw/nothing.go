package fw

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// IsNothing reports whether a value says nothing: it is null, an empty collection, a map of nulls,
// or an object whose attributes all say nothing. Modules pass any of these for the default, so all
// of them mean the same.
func IsNothing(value attr.Value) bool {
	if value == nil || value.IsNull() {
		return true
	}
	if value.IsUnknown() {
		return false
	}
	switch v := value.(type) {
	case types.List:
		return len(v.Elements()) == 0
	case types.Set:
		return len(v.Elements()) == 0
	case types.Map:
		return len(said(v.Elements())) == 0
	case types.Object:
		for _, attribute := range v.Attributes() {
			if !IsNothing(attribute) {
				return false
			}
		}
		return true
	}
	return false
}

// Same reports whether two values mean the same: both say nothing, or they are equal apart from the
// spelling of amounts and from parts that say nothing. An unknown value is never the same as
// another value.
func Same(a, b attr.Value) bool {
	switch {
	case IsNothing(a) || IsNothing(b):
		return IsNothing(a) && IsNothing(b)
	case a.IsUnknown() || b.IsUnknown():
		return false
	}
	switch a := a.(type) {
	case fwtypes.Quantity:
		b, ok := b.(fwtypes.Quantity)
		return ok && a.SemanticallyEqual(b)
	case types.Object:
		b, ok := b.(types.Object)
		return ok && sameAttributes(a.Attributes(), b.Attributes())
	case types.Map:
		b, ok := b.(types.Map)
		return ok && sameEntries(a.Elements(), b.Elements())
	case types.List:
		b, ok := b.(types.List)
		return ok && sameLists(a.Elements(), b.Elements())
	}
	return a.Equal(b)
}

func sameAttributes(a, b map[string]attr.Value) bool {
	for name, value := range a {
		if !Same(value, b[name]) {
			return false
		}
	}
	return len(a) == len(b)
}

// said returns a map's entries without null ones, which modules pass for entries that they don't
// want.
func said(entries map[string]attr.Value) map[string]attr.Value {
	maps.DeleteFunc(entries, func(_ string, value attr.Value) bool { return value.IsNull() })
	return entries
}

// sameEntries compares maps. In them a key says something even if its value only isn't null.
func sameEntries(a, b map[string]attr.Value) bool {
	a, b = said(a), said(b)
	for key, value := range a {
		if other, there := b[key]; !there || !Same(value, other) {
			return false
		}
	}
	return len(a) == len(b)
}

func sameLists(a, b []attr.Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i, value := range a {
		if !Same(value, b[i]) {
			return false
		}
	}
	return true
}

// SameDurations is Same for an object of durations, such as timeouts.
func SameDurations(a, b attr.Value) bool {
	one, isOne := a.(types.Object)
	other, isOther := b.(types.Object)
	if !isOne || !isOther || a.IsUnknown() || b.IsUnknown() {
		return Same(a, b)
	}
	after := other.Attributes()
	for name, value := range one.Attributes() {
		if !Same(value, after[name]) && !sameDuration(value, after[name]) {
			return false
		}
	}
	return true
}

func sameDuration(a, b attr.Value) bool {
	one, isOne := a.(types.String)
	other, isOther := b.(types.String)
	if !isOne || !isOther {
		return false
	}
	x, errX := time.ParseDuration(one.ValueString())
	y, errY := time.ParseDuration(other.ValueString())
	return errX == nil && errY == nil && x == y
}

// AsPrior returns what to plan for an attribute: the prior value if it means the same as the
// planned one, so that the plan shows no difference; otherwise the planned value, with the prior
// value of those parts that mean the same. Terraform accepts a prior value only if state and
// configuration both have one. Same compares two values of an attribute.
func AsPrior(ctx context.Context, prior, config, plan attr.Value, same func(prior, plan attr.Value) bool) attr.Value {
	for _, value := range []attr.Value{prior, config, plan} {
		if value == nil || value.IsNull() || value.IsUnknown() {
			return plan
		}
	}
	if plan.Equal(prior) || same(prior, plan) {
		return prior
	}
	switch plan := plan.(type) {
	case types.Object:
		return attributesAsPrior(ctx, prior, config, plan)
	case types.Map:
		return entriesAsPrior(ctx, prior, config, plan)
	}
	return plan
}

func attributesAsPrior(ctx context.Context, prior, config attr.Value, plan types.Object) types.Object {
	before, hasPrior := prior.(types.Object)
	written, hasConfig := config.(types.Object)
	if !hasPrior || !hasConfig {
		return plan
	}
	values, was, is := plan.Attributes(), before.Attributes(), written.Attributes()
	for name, value := range values {
		values[name] = AsPrior(ctx, was[name], is[name], value, Same)
	}
	respelt, diags := types.ObjectValue(plan.AttributeTypes(ctx), values)
	if diags.HasError() {
		return plan
	}
	return respelt
}

// entriesAsPrior does this for the attributes of a map's entries. Values of other maps aren't
// attributes; Terraform takes such a map as a whole.
func entriesAsPrior(ctx context.Context, prior, config attr.Value, plan types.Map) types.Map {
	before, hasPrior := prior.(types.Map)
	written, hasConfig := config.(types.Map)
	if !hasPrior || !hasConfig {
		return plan
	}
	values, was, is := plan.Elements(), before.Elements(), written.Elements()
	for key, value := range values {
		entry, isObject := value.(types.Object)
		if isObject && !entry.IsNull() && !entry.IsUnknown() && was[key] != nil && is[key] != nil {
			values[key] = attributesAsPrior(ctx, was[key], is[key], entry)
		}
	}
	respelt, diags := types.MapValue(plan.ElementType(ctx), values)
	if diags.HasError() {
		return plan
	}
	return respelt
}

// SayingNothingAs returns what was read, with each part that says nothing written like the prior
// value: null or empty.
func SayingNothingAs(ctx context.Context, prior, seen attr.Value) attr.Value {
	if prior == nil || prior.IsNull() || prior.IsUnknown() || seen == nil || seen.IsUnknown() {
		return seen
	}
	if IsNothing(seen) && IsNothing(prior) {
		return prior
	}
	switch seen := seen.(type) {
	case types.Object:
		if before, ok := prior.(types.Object); ok && !seen.IsNull() {
			values := partsSayingNothingAs(ctx, before.Attributes(), seen.Attributes())
			if object, diags := types.ObjectValue(seen.AttributeTypes(ctx), values); !diags.HasError() {
				return object
			}
		}
	case types.Map:
		if before, ok := prior.(types.Map); ok && !seen.IsNull() {
			return entriesSayingNothingAs(ctx, before, seen)
		}
	}
	return seen
}

// entriesSayingNothingAs keeps the null entries of the prior map, too.
func entriesSayingNothingAs(ctx context.Context, prior, seen types.Map) attr.Value {
	values := partsSayingNothingAs(ctx, prior.Elements(), seen.Elements())
	for key, entry := range prior.Elements() {
		if _, there := values[key]; !there && entry.IsNull() {
			values[key] = entry
		}
	}
	if all, diags := types.MapValue(seen.ElementType(ctx), values); !diags.HasError() {
		return all
	}
	return seen
}

func partsSayingNothingAs(ctx context.Context, prior, seen map[string]attr.Value) map[string]attr.Value {
	for name, value := range seen {
		seen[name] = SayingNothingAs(ctx, prior[name], value)
	}
	return seen
}

// KeepAsPrior sets a planned attribute to the result of AsPrior.
func KeepAsPrior[T attr.Value](ctx context.Context, plan *T, prior, config T, same func(prior, plan attr.Value) bool) {
	if value, ok := AsPrior(ctx, prior, config, *plan, same).(T); ok {
		*plan = value
	}
}

// SayNothingAs sets an attribute that was read to the result of SayingNothingAs.
func SayNothingAs[T attr.Value](ctx context.Context, seen *T, prior T) {
	if value, ok := SayingNothingAs(ctx, prior, *seen).(T); ok {
		*seen = value
	}
}
