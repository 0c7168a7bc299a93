package cluster

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// podSecurityPrefix begins the labels by which a Namespace says its Pod Security
// levels (k8s.io/pod-security-admission/api).
const podSecurityPrefix = "pod-security.kubernetes.io/"

// podSecurityModes are what a level can be set for.
func podSecurityModes() []string { return []string{"enforce", "audit", "warn"} }

func podSecurityLevels() []string { return []string{"privileged", "baseline", "restricted"} }

// podSecurityLabels are the labels that pod_security means.
func podSecurityLabels(podSecurity types.Object) map[string]string {
	labels := map[string]string{}
	values := podSecurity.Attributes()
	version := known(values["version"])
	for _, mode := range podSecurityModes() {
		level := known(values[mode])
		if level == "" {
			continue
		}
		labels[podSecurityPrefix+mode] = level
		if version != "" {
			labels[podSecurityPrefix+mode+"-version"] = version
		}
	}
	return labels
}

// known is a text's value, empty where it has none yet.
func known(value attr.Value) string {
	text, _ := value.(types.String)
	return text.ValueString()
}

// podSecurityVersion matches what the API server takes for a version.
func podSecurityVersion() *regexp.Regexp {
	return regexp.MustCompile(`^(latest|v1\.(0|[1-9][0-9]*))$`)
}
