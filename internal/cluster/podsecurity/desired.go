package podsecurity

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Prefix begins the labels by which a Namespace says its Pod Security
// levels (k8s.io/pod-security-admission/api).
const Prefix = "pod-security.kubernetes.io/"

// Modes are what a level can be set for.
func Modes() []string { return []string{"enforce", "audit", "warn"} }

func Levels() []string { return []string{"privileged", "baseline", "restricted"} }

// Labels are the labels that pod_security means.
func Labels(podSecurity types.Object) map[string]string {
	labels := map[string]string{}
	values := podSecurity.Attributes()
	version := Known(values["version"])
	for _, mode := range Modes() {
		level := Known(values[mode])
		if level == "" {
			continue
		}
		labels[Prefix+mode] = level
		if version != "" {
			labels[Prefix+mode+"-version"] = version
		}
	}
	return labels
}

// Known is a text's value, empty where it has none yet.
func Known(value attr.Value) string {
	text, _ := value.(types.String)
	return text.ValueString()
}

// Version matches what the API server takes for a version.
func Version() *regexp.Regexp {
	return regexp.MustCompile(`^(latest|v1\.(0|[1-9][0-9]*))$`)
}
