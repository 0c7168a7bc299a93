package limits

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

type limitRangeModel struct {
	Container types.Object `tfsdk:"container"`
	Instance  types.Object `tfsdk:"instance"`
	Volume    types.Object `tfsdk:"volume"`
}

type containerLimitsModel struct {
	Default              types.Map `tfsdk:"default"`
	DefaultRequest       types.Map `tfsdk:"default_request"`
	Min                  types.Map `tfsdk:"min"`
	Max                  types.Map `tfsdk:"max"`
	MaxLimitRequestRatio types.Map `tfsdk:"max_limit_request_ratio"`
}

type instanceLimitsModel struct {
	Min                  types.Map `tfsdk:"min"`
	Max                  types.Map `tfsdk:"max"`
	MaxLimitRequestRatio types.Map `tfsdk:"max_limit_request_ratio"`
}

type volumeLimitsModel struct {
	Min fwtypes.Quantity `tfsdk:"min"`
	Max fwtypes.Quantity `tfsdk:"max"`
}

func ContainerLimitsTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"default": child.AmountsType(), "default_request": child.AmountsType(),
		"min": child.AmountsType(), "max": child.AmountsType(), "max_limit_request_ratio": child.AmountsType(),
	}
}

func InstanceLimitsTypes() map[string]attr.Type {
	return map[string]attr.Type{"min": child.AmountsType(), "max": child.AmountsType(), "max_limit_request_ratio": child.AmountsType()}
}

func VolumeLimitsTypes() map[string]attr.Type {
	return map[string]attr.Type{"min": fwtypes.QuantityType{}, "max": fwtypes.QuantityType{}}
}

func Types() map[string]attr.Type {
	return map[string]attr.Type{
		"container": types.ObjectType{AttrTypes: ContainerLimitsTypes()},
		"instance":  types.ObjectType{AttrTypes: InstanceLimitsTypes()},
		"volume":    types.ObjectType{AttrTypes: VolumeLimitsTypes()},
	}
}
