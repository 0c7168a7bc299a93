package access

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// Validate checks each entry by itself, and that no two make the same
// binding.
func Validate(ctx context.Context, access types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	seen := map[string]Grant{}
	for _, key := range slices.Sorted(maps.Keys(access.Elements())) {
		entry, ok := access.Elements()[key].(types.Object)
		if !ok || !child.IsDeclared(entry) {
			continue
		}
		at := path.Root("access").AtMapKey(key)
		diags.Append(validateGrant(ctx, at, entry)...)
		if !FullyKnown(ctx, entry) {
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

func FullyKnown(ctx context.Context, value attr.Value) bool {
	v, err := value.ToTerraformValue(ctx)
	return err == nil && v.IsFullyKnown()
}
