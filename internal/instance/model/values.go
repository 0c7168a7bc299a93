package model

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

func Texts(list interface{ Elements() []attr.Value }) []string {
	var all []string
	for _, element := range list.Elements() {
		if text, ok := element.(types.String); ok {
			all = append(all, text.ValueString())
		}
	}
	return all
}

// DesiredMode reads octal digits. Validation has refused anything else.
func DesiredMode(mode types.String) *int32 {
	bits, err := strconv.ParseInt(mode.ValueString(), 8, 32)
	if mode.IsNull() || err != nil {
		return nil
	}
	return ptr.To(int32(bits))
}

// TextSet has each text once, however often it was said.
func TextSet(texts ...string) types.Set {
	return types.SetValueMust(types.StringType, TextValues(slices.Compact(slices.Sorted(slices.Values(texts)))))
}

func TextValues(texts []string) []attr.Value {
	values := make([]attr.Value, 0, len(texts))
	for _, text := range texts {
		values = append(values, types.StringValue(text))
	}
	return values
}

// DeclaredKeys keeps the declared keys. Null stays null. An unknown map takes all keys.
func DeclaredKeys(seen, prior types.Map, element attr.Type) types.Map {
	if prior.IsUnknown() {
		return seen
	}
	if prior.IsNull() {
		return types.MapNull(element)
	}
	kept := map[string]attr.Value{}
	for key, value := range seen.Elements() {
		if was, declared := prior.Elements()[key]; declared && !IsNullEntry(was) {
			kept[key] = value
		}
	}
	return types.MapValueMust(element, kept)
}

func AllKeys(m map[string]string) types.Map { return TextMap(m, func(string) bool { return true }) }

func TextMap(m map[string]string, keep func(key string) bool, without ...string) types.Map {
	values := map[string]attr.Value{}
	for key, text := range m {
		if keep(key) && !slices.Contains(without, text) {
			values[key] = types.StringValue(text)
		}
	}
	return MapOrNull(types.StringType, values)
}

func MapOrNull(element attr.Type, values map[string]attr.Value) types.Map {
	if len(values) == 0 {
		return types.MapNull(element)
	}
	return types.MapValueMust(element, values)
}

func TextList(list []string) types.List {
	if len(list) == 0 {
		return types.ListNull(types.StringType)
	}
	return types.ListValueMust(types.StringType, TextValues(list))
}

func TextOrNull(text string) types.String {
	if strings.TrimSpace(text) == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

func ReadMode(mode *int32) types.String {
	return types.StringValue(fmt.Sprintf("0%03o", ptr.Deref(mode, corev1.ConfigMapVolumeSourceDefaultMode)))
}

// IsWhollyKnown reports whether a map and all its values are known.
func IsWhollyKnown(m types.Map) bool {
	return !m.IsUnknown() && !slices.ContainsFunc(slices.Collect(maps.Values(m.Elements())), attr.Value.IsUnknown)
}
