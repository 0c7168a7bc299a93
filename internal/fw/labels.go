package fw

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// LabelsAll merges declared labels, or annotations, over the provider's defaults. It is unknown
// as a whole where a declared label is, for core wants one answer a map.
func LabelsAll(defaults map[string]string, declared types.Map) types.Map {
	if declared.IsUnknown() {
		return types.MapUnknown(types.StringType)
	}
	all := make(map[string]attr.Value, len(defaults)+len(declared.Elements()))
	for key, value := range defaults {
		all[key] = types.StringValue(value)
	}
	maps.Copy(all, declared.Elements())
	for _, value := range all {
		if value.IsUnknown() {
			return types.MapUnknown(types.StringType)
		}
	}
	return types.MapValueMust(types.StringType, all)
}

// StringMap returns a known map's texts; null and unknown maps are empty, and
// null or unknown elements are left out.
func StringMap(m types.Map) map[string]string {
	texts := make(map[string]string, len(m.Elements()))
	for key, value := range m.Elements() {
		if s, ok := value.(types.String); ok && !s.IsNull() && !s.IsUnknown() {
			texts[key] = s.ValueString()
		}
	}
	return texts
}

// ObservedLabels reads back what was declared: the keys of declared that the
// object still has, with the object's values. Keys that others added are theirs.
// A null map stays null, an empty one empty.
func ObservedLabels(declared types.Map, live map[string]string) types.Map {
	if declared.IsNull() || declared.IsUnknown() {
		return types.MapNull(types.StringType)
	}
	seen := map[string]attr.Value{}
	for key := range declared.Elements() {
		if value, ok := live[key]; ok {
			seen[key] = types.StringValue(value)
		}
	}
	return types.MapValueMust(types.StringType, seen)
}

// ImportedLabels reads an object whose configuration isn't known yet: every key
// for which system says that it is nobody's declaration is left out. None at all
// is null.
func ImportedLabels(live map[string]string, system func(key string) bool) types.Map {
	seen := map[string]attr.Value{}
	for key, value := range live {
		if !system(key) {
			seen[key] = types.StringValue(value)
		}
	}
	if len(seen) == 0 {
		return types.MapNull(types.StringType)
	}
	return types.MapValueMust(types.StringType, seen)
}
