package cluster

import (
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type accessModel struct {
	Role            types.String `tfsdk:"role"`
	Rules           types.Set    `tfsdk:"rules"`
	Users           types.Set    `tfsdk:"users"`
	Groups          types.Set    `tfsdk:"groups"`
	ServiceAccounts types.Set    `tfsdk:"service_accounts"`
}

type ruleModel struct {
	APIGroups     types.Set `tfsdk:"api_groups"`
	Resources     types.Set `tfsdk:"resources"`
	ResourceNames types.Set `tfsdk:"resource_names"`
	Verbs         types.Set `tfsdk:"verbs"`
}

func textsType() types.SetType { return types.SetType{ElemType: types.StringType} }

func accessType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"role": types.StringType, "rules": types.SetType{ElemType: ruleType()},
		"users": textsType(), "groups": textsType(), "service_accounts": textsType(),
	}}
}

func ruleType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"api_groups": textsType(), "resources": textsType(), "resource_names": textsType(), "verbs": textsType(),
	}}
}

func podSecurityTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"enforce": types.StringType, "audit": types.StringType, "warn": types.StringType, "version": types.StringType,
	}
}

func scopedQuotaType() types.ObjectType {
	all := quotaTypes()
	maps.Copy(all, map[string]attr.Type{"scopes": textsType(), "priority_classes": textsType()})
	return types.ObjectType{AttrTypes: all}
}

// textsOf are the known elements of a set of strings, in a fixed order.
func textsOf(set types.Set) []string {
	var texts []string
	for _, element := range set.Elements() {
		if s, ok := element.(types.String); ok && !s.IsNull() && !s.IsUnknown() {
			texts = append(texts, s.ValueString())
		}
	}
	slices.Sort(texts)
	return texts
}

// setOf is a set of these texts. Of none it is what prior says nothing with: an
// empty set, or null.
func setOf(texts []string, prior attr.Value) types.Set {
	if len(texts) == 0 {
		if set, ok := prior.(types.Set); !ok || set.IsNull() || set.IsUnknown() {
			return types.SetNull(types.StringType)
		}
	}
	values := make([]attr.Value, 0, len(texts))
	for _, text := range slices.Compact(slices.Sorted(slices.Values(texts))) {
		values = append(values, types.StringValue(text))
	}
	return types.SetValueMust(types.StringType, values)
}
