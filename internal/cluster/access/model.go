package access

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
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

func Type() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"role": types.StringType, "rules": types.SetType{ElemType: RuleType()},
		"users": child.TextsType(), "groups": child.TextsType(), "service_accounts": child.TextsType(),
	}}
}

func RuleType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"api_groups": child.TextsType(), "resources": child.TextsType(), "resource_names": child.TextsType(), "verbs": child.TextsType(),
	}}
}
