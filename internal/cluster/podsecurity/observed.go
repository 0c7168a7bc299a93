package podsecurity

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

func IsLabel(key string) bool { return strings.HasPrefix(key, Prefix) }

// Observed reads back what was declared; levels of other modes are
// somebody else's.
func Observed(declaredOnly types.Object, labels map[string]string) types.Object {
	if !child.IsDeclared(declaredOnly) {
		return types.ObjectNull(Types())
	}
	before := declaredOnly.Attributes()
	values := map[string]attr.Value{"version": before["version"]}
	for _, mode := range Modes() {
		values[mode] = types.StringNull()
		if before[mode].IsNull() {
			continue
		}
		if level, ok := labels[Prefix+mode]; ok {
			values[mode] = types.StringValue(level)
		}
		// The version is one for all modes; one that differs shows.
		if version := labels[Prefix+mode+"-version"]; !before["version"].IsNull() && version != Known(before["version"]) {
			values["version"] = TextOrNull(version)
		}
	}
	return types.ObjectValueMust(Types(), values)
}

// Imported reads all levels; it is null where there are none, and
// where they can't be said with one version, so that they stay plain labels.
func Imported(labels map[string]string) types.Object {
	values := map[string]attr.Value{}
	var versions []string
	for _, mode := range Modes() {
		level, version := labels[Prefix+mode], labels[Prefix+mode+"-version"]
		values[mode] = TextOrNull(level)
		switch {
		case level != "" && slices.Contains(Levels(), level):
			versions = append(versions, version)
		case level != "" || version != "":
			return types.ObjectNull(Types())
		}
	}
	versions = slices.Compact(versions)
	if len(versions) != 1 || versions[0] != "" && !Version().MatchString(versions[0]) {
		return types.ObjectNull(Types())
	}
	values["version"] = TextOrNull(versions[0])
	return types.ObjectValueMust(Types(), values)
}

func TextOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
