package fw

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// LabelsAll merges declared labels or annotations over the provider's defaults. If any declared one
// is unknown, the whole result is, because core accepts only a whole unknown map.
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

// StringMap returns the texts of a known map. Null and unknown maps are empty, and null or unknown
// elements are left out.
func StringMap(m types.Map) map[string]string {
	texts := make(map[string]string, len(m.Elements()))
	for key, value := range m.Elements() {
		if s, ok := value.(types.String); ok && !s.IsNull() && !s.IsUnknown() {
			texts[key] = s.ValueString()
		}
	}
	return texts
}

// ObservedLabels returns the declared keys that the object still has, with the object's values.
// Keys that others added are left out. A null map stays null, an empty one empty.
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

// ImportedLabels reads an object without a known configuration: every key but those that system
// reports. The result is null if there are none.
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
