package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// validateAccess checks each entry by itself, and that no two make the same
// binding.
func validateAccess(ctx context.Context, access types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	seen := map[string]grant{}
	for _, key := range slices.Sorted(maps.Keys(access.Elements())) {
		entry, ok := access.Elements()[key].(types.Object)
		if !ok || !declared(entry) {
			continue
		}
		at := path.Root("access").AtMapKey(key)
		diags.Append(validateGrant(ctx, at, entry)...)
		if !fullyKnown(ctx, entry) {
			continue
		}
		g, more := grantOf(ctx, entry)
		diags.Append(more...)
		for _, other := range slices.Sorted(maps.Keys(seen)) {
			if apiequality.Semantic.DeepEqual(g, seen[other]) {
				diags.AddAttributeError(at, "The same access twice",
					fmt.Sprintf("access[%q] and access[%q] give the same subjects the same access. Leave one out.", key, other))
				break
			}
		}
		seen[key] = g
	}
	return diags
}

func validateGrant(ctx context.Context, at path.Path, entry types.Object) diag.Diagnostics {
	var m accessModel
	diags := entry.As(ctx, &m, basetypes.ObjectAsOptions{})
	switch {
	case m.Role.IsUnknown() || m.Rules.IsUnknown():
	case !m.Role.IsNull() && !fw.IsNothing(m.Rules):
		diags.AddAttributeError(at, "Both a role and rules", "A binding has one role. Set either role, a ClusterRole, or rules, which become a Role, but not both.")
	case m.Role.IsNull() && fw.IsNothing(m.Rules):
		diags.AddAttributeError(at, "Neither a role nor rules", `Set role to a ClusterRole, such as "view", or set rules.`)
	}
	subjects, undecided := 0, false
	for _, set := range []types.Set{m.Users, m.Groups, m.ServiceAccounts} {
		subjects += len(set.Elements())
		undecided = undecided || set.IsUnknown()
	}
	if subjects == 0 && !undecided {
		diags.AddAttributeError(at, "Access for nobody", "Set at least one of users, groups and service_accounts.")
	}
	return diags
}

func fullyKnown(ctx context.Context, value attr.Value) bool {
	v, err := value.ToTerraformValue(ctx)
	return err == nil && v.IsFullyKnown()
}

// validatePodSecurity checks that levels are said once, and that a version is
// one of something.
func validatePodSecurity(podSecurity types.Object, labels types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	if !says(podSecurity) {
		return nil
	}
	said := false
	for _, mode := range podSecurityModes() {
		said = said || !podSecurity.Attributes()[mode].IsNull()
	}
	if !said {
		diags.AddAttributeError(path.Root("pod_security"), "Pod Security without a level", "Set at least one of enforce, audit and warn, or leave pod_security out.")
	}
	for _, key := range slices.Sorted(maps.Keys(labels.Elements())) {
		if isPodSecurityLabel(key) {
			diags.Append(saidTwice(path.Root("labels").AtMapKey(key), key, ""))
		}
	}
	return diags
}

// validateDefaultPodSecurity checks that the provider's default_labels don't say what pod_security
// says. The cluster doesn't have them in its own labels.
func validateDefaultPodSecurity(podSecurity types.Object, defaults map[string]string) diag.Diagnostics {
	var diags diag.Diagnostics
	if !declared(podSecurity) {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(defaults)) {
		if isPodSecurityLabel(key) {
			diags.Append(saidTwice(path.Root("pod_security"), key, " of the provider's default_labels"))
		}
	}
	return diags
}

func saidTwice(at path.Path, key, of string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Pod Security is set twice",
		fmt.Sprintf("pod_security sets the labels %s…. Set the level there, and leave %s%s out.", podSecurityPrefix, strings.TrimPrefix(key, podSecurityPrefix), of))
}
