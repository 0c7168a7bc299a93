package model

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Variable is an element of env_value_from, whose key is the variable's
// name.
type Variable struct {
	ConfigMap types.String     `tfsdk:"config_map"`
	Secret    types.String     `tfsdk:"secret"`
	Key       types.String     `tfsdk:"key"`
	Optional  types.Bool       `tfsdk:"optional"`
	Field     types.String     `tfsdk:"field"`
	Resource  types.String     `tfsdk:"resource"`
	Divisor   fwtypes.Quantity `tfsdk:"divisor"`
}

func VariableType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"config_map": types.StringType,
		"secret":     types.StringType,
		"key":        types.StringType,
		"optional":   types.BoolType,
		"field":      types.StringType,
		"resource":   types.StringType,
		"divisor":    fwtypes.QuantityType{},
	}}
}

func (v Variable) Object() types.Object {
	return types.ObjectValueMust(VariableType().AttrTypes, map[string]attr.Value{
		"config_map": v.ConfigMap,
		"secret":     v.Secret,
		"key":        v.Key,
		"optional":   v.Optional,
		"field":      v.Field,
		"resource":   v.Resource,
		"divisor":    v.Divisor,
	})
}
