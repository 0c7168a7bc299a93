package podsecurity

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

// Validate checks that levels are said once, and that a version is
// one of something.
func Validate(podSecurity types.Object, labels types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	if !child.SaysSomething(podSecurity) {
		return nil
	}
	said := false
	for _, mode := range Modes() {
		said = said || !podSecurity.Attributes()[mode].IsNull()
	}
	if !said {
		diags.AddAttributeError(path.Root("pod_security"), "Pod Security without a level", "Set at least one of enforce, audit and warn, or leave pod_security out.")
	}
	for _, key := range slices.Sorted(maps.Keys(labels.Elements())) {
		if IsLabel(key) {
			diags.Append(saidTwice(path.Root("labels").AtMapKey(key), key, ""))
		}
	}
	return diags
}

// ValidateDefault checks that the provider's default_labels don't say what pod_security
// says. The cluster doesn't have them in its own labels.
func ValidateDefault(podSecurity types.Object, defaults map[string]string) diag.Diagnostics {
	var diags diag.Diagnostics
	if !child.IsDeclared(podSecurity) {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(defaults)) {
		if IsLabel(key) {
			diags.Append(saidTwice(path.Root("pod_security"), key, " of the provider's default_labels"))
		}
	}
	return diags
}

func saidTwice(at path.Path, key, of string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Pod Security is set twice",
		fmt.Sprintf("pod_security sets the labels %s…. Set the level there, and leave %s%s out.", Prefix, strings.TrimPrefix(key, Prefix), of))
}
