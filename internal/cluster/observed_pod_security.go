package cluster

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func isPodSecurityLabel(key string) bool { return strings.HasPrefix(key, podSecurityPrefix) }

// observedPodSecurity reads back what was declared; levels of other modes are
// somebody else's.
func observedPodSecurity(declaredOnly types.Object, labels map[string]string) types.Object {
	if !declared(declaredOnly) {
		return types.ObjectNull(podSecurityTypes())
	}
	before := declaredOnly.Attributes()
	values := map[string]attr.Value{"version": before["version"]}
	for _, mode := range podSecurityModes() {
		values[mode] = types.StringNull()
		if before[mode].IsNull() {
			continue
		}
		if level, ok := labels[podSecurityPrefix+mode]; ok {
			values[mode] = types.StringValue(level)
		}
		// The version is one for all modes; one that differs shows.
		if version := labels[podSecurityPrefix+mode+"-version"]; !before["version"].IsNull() && version != known(before["version"]) {
			values["version"] = textOrNull(version)
		}
	}
	return types.ObjectValueMust(podSecurityTypes(), values)
}

// importedPodSecurity reads all levels; it is null where there are none, and
// where they can't be said with one version, so that they stay plain labels.
func importedPodSecurity(labels map[string]string) types.Object {
	values := map[string]attr.Value{}
	var versions []string
	for _, mode := range podSecurityModes() {
		level, version := labels[podSecurityPrefix+mode], labels[podSecurityPrefix+mode+"-version"]
		values[mode] = textOrNull(level)
		switch {
		case level != "" && slices.Contains(podSecurityLevels(), level):
			versions = append(versions, version)
		case level != "" || version != "":
			return types.ObjectNull(podSecurityTypes())
		}
	}
	versions = slices.Compact(versions)
	if len(versions) != 1 || versions[0] != "" && !podSecurityVersion().MatchString(versions[0]) {
		return types.ObjectNull(podSecurityTypes())
	}
	values["version"] = textOrNull(versions[0])
	return types.ObjectValueMust(podSecurityTypes(), values)
}

func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
