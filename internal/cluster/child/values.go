package child

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

func IsDeclared(o types.Object) bool { return !o.IsNull() && !o.IsUnknown() }

// SaysSomething reports whether an object is declared and says something. An empty one means the
// same as none.
func SaysSomething(o types.Object) bool { return IsDeclared(o) && !fw.IsNothing(o) }

func Labels() map[string]string {
	return map[string]string{mar.LabelManagedBy: mar.ManagedBy}
}

// ResourceList reads a map of quantities; what isn't known or isn't a quantity
// (validation has said so) is left out.
func ResourceList(m types.Map) corev1.ResourceList {
	list := corev1.ResourceList{}
	for key, value := range m.Elements() {
		if amount, ok := value.(fwtypes.Quantity); ok {
			if quantity, ok := amount.Known(); ok {
				list[corev1.ResourceName(key)] = quantity
			}
		}
	}
	return list
}

func AmountsType() types.MapType { return types.MapType{ElemType: fwtypes.QuantityType{}} }

func TextsType() types.SetType { return types.SetType{ElemType: types.StringType} }

// TextsOf are the known elements of a set of strings, in a fixed order.
func TextsOf(set types.Set) []string {
	var texts []string
	for _, element := range set.Elements() {
		if s, ok := element.(types.String); ok && !s.IsNull() && !s.IsUnknown() {
			texts = append(texts, s.ValueString())
		}
	}
	slices.Sort(texts)
	return texts
}

// SetOf is a set of these texts. Of none it is what prior says nothing with: an
// empty set, or null.
func SetOf(texts []string, prior attr.Value) types.Set {
	if len(texts) == 0 {
		if set, ok := prior.(types.Set); !ok || set.IsNull() || set.IsUnknown() {
			return types.SetNull(types.StringType)
		}
	}
	values := make([]attr.Value, 0, len(texts))
	for _, text := range slices.Compact(slices.Sorted(slices.Values(texts))) {
		values = append(values, types.StringValue(text))
	}
	return types.SetValueMust(types.StringType, values)
}

func MapOf(element attr.Type, values map[string]attr.Value, prior types.Map) types.Map {
	if len(values) == 0 && (prior.IsNull() || prior.IsUnknown()) {
		return types.MapNull(element)
	}
	return types.MapValueMust(element, values)
}
