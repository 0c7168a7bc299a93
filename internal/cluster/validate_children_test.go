package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func pathsOf(t *testing.T, diags diag.Diagnostics) []string {
	t.Helper()
	var paths []string
	for _, d := range diags {
		paths = append(paths, pathOf(t, d))
	}
	return paths
}

// Which key a scope allows is the API server's table
// (IsResourceQuotaScopeValidForResource): each of its cells.
func TestValidateScopedQuotas_keysByScope(t *testing.T) {
	compute := []string{"cpu", "memory", "requests_cpu", "requests_memory", "instances"}
	allowed := map[string][]string{
		"Terminating": compute, "NotTerminating": compute, "NotBestEffort": compute, "PriorityClass": compute, "CrossNamespacePodAffinity": compute,
		"BestEffort": {"instances"}, "VolumeAttributesClass": {"storage", "volumes"},
	}
	for _, scope := range quota.Scopes() {
		for _, k := range quota.Keys() {
			var value attr.Value = fwtypes.NewQuantity("1")
			if k.Counts {
				value = types.Int64Value(1)
			}
			quotas := types.MapValueMust(quota.ScopedType(), map[string]attr.Value{
				"a": object(quota.ScopedType().AttrTypes, map[string]attr.Value{"scopes": textSet(scope), k.Attribute: value}),
			})
			want := []string{`scoped_quotas["a"].` + k.Attribute}
			for _, attribute := range allowed[scope] {
				if attribute == k.Attribute {
					want = nil
				}
			}
			if diff := cmp.Diff(want, pathsOf(t, quota.ValidateScoped(quotas))); diff != "" {
				t.Errorf("%s with %s: -want +got\n%s", scope, k.Attribute, diff)
			}
		}
	}
}

func TestValidateScopedQuotas(t *testing.T) {
	for name, c := range map[string]struct {
		set  map[string]attr.Value
		want []string
	}{
		"several scopes, and a key that both allow": {map[string]attr.Value{"scopes": textSet("Terminating", "NotBestEffort"), "cpu": fwtypes.NewQuantity("1")}, nil},
		"a key that one of two doesn't allow":       {map[string]attr.Value{"scopes": textSet("Terminating", "BestEffort"), "cpu": fwtypes.NewQuantity("1")}, []string{`scoped_quotas["a"].cpu`}},
		"what the server lets pass":                 {map[string]attr.Value{"scopes": textSet("BestEffort"), "extra": amounts(map[string]string{"requests.nvidia.com/gpu": "1", "count/jobs.batch": "1"})}, nil},
		"what it doesn't":                           {map[string]attr.Value{"scopes": textSet("BestEffort"), "extra": amounts(map[string]string{"requests.ephemeral-storage": "1"})}, []string{`scoped_quotas["a"].extra["requests.ephemeral-storage"]`}},
		"best effort and not":                       {map[string]attr.Value{"scopes": textSet("BestEffort", "NotBestEffort")}, []string{`scoped_quotas["a"].scopes`}},
		"classes with their scope":                  {map[string]attr.Value{"scopes": textSet("PriorityClass"), "priority_classes": textSet("high")}, nil},
		"classes without it":                        {map[string]attr.Value{"scopes": textSet("Terminating"), "priority_classes": textSet("high")}, []string{`scoped_quotas["a"].priority_classes`}},
		"classes, and a scope not known yet": {map[string]attr.Value{
			"scopes": types.SetValueMust(types.StringType, []attr.Value{types.StringUnknown()}), "priority_classes": textSet("high"),
		}, nil},
		"scopes not known yet": {map[string]attr.Value{"scopes": types.SetUnknown(types.StringType), "priority_classes": textSet("high"), "services": types.Int64Value(1)}, nil},
	} {
		quotas := types.MapValueMust(quota.ScopedType(), map[string]attr.Value{"a": object(quota.ScopedType().AttrTypes, c.set)})
		if diff := cmp.Diff(c.want, pathsOf(t, quota.ValidateScoped(quotas))); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	if diags := quota.ValidateScoped(types.MapUnknown(quota.ScopedType())); len(diags) > 0 {
		t.Errorf("unknown: %v", diags)
	}
}

func TestValidateAccess_unknownContradictsNothing(t *testing.T) {
	some := types.SetValueMust(types.StringType, []attr.Value{types.StringUnknown()})
	for name, entries := range map[string]map[string]attr.Value{
		"a role":             {"a": accessWith(map[string]attr.Value{"role": types.StringUnknown(), "users": textSet("jane")})},
		"rules":              {"a": accessWith(map[string]attr.Value{"rules": types.SetUnknown(access.RuleType()), "users": textSet("jane")})},
		"all subjects":       {"a": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": types.SetUnknown(types.StringType)})},
		"a subject":          {"a": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": some})},
		"two unknown ones":   {"a": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": some}), "b": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": some})},
		"a whole entry":      {"a": types.ObjectUnknown(access.Type().AttrTypes)},
		"other subjects":     {"a": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": textSet("a")}), "b": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": textSet("b")})},
		"a user and a group": {"a": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": textSet("a")}), "b": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "groups": textSet("a")})},
	} {
		if diags := access.Validate(t.Context(), types.MapValueMust(access.Type(), entries)); len(diags) > 0 {
			t.Errorf("%s: %v", name, diags)
		}
	}
}
