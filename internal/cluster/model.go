package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// model is what resource and data source have in common.
type model struct {
	ID              types.String `tfsdk:"id"`
	Name            types.String `tfsdk:"name"`
	Region          types.String `tfsdk:"region"`
	Labels          types.Map    `tfsdk:"labels"`
	LabelsAll       types.Map    `tfsdk:"labels_all"`
	Annotations     types.Map    `tfsdk:"annotations"`
	AnnotationsAll  types.Map    `tfsdk:"annotations_all"`
	Quota           types.Object `tfsdk:"quota"`
	ScopedQuotas    types.Map    `tfsdk:"scoped_quotas"`
	LimitRange      types.Object `tfsdk:"limit_range"`
	Network         types.Object `tfsdk:"network"`
	Access          types.Map    `tfsdk:"access"`
	ServiceAccounts types.Set    `tfsdk:"service_accounts"`
	PodSecurity     types.Object `tfsdk:"pod_security"`
	UID             types.String `tfsdk:"uid"`
	CreatedAt       types.String `tfsdk:"created_at"`
	Phase           types.String `tfsdk:"phase"`
}

type resourceModel struct {
	model
	ForceDestroy       types.Bool     `tfsdk:"force_destroy"`
	DeletionProtection types.Bool     `tfsdk:"deletion_protection"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

// newModel returns a model of typed nulls; a zero value can't be put into state.
func newModel(name string) model {
	return model{
		ID:              types.StringValue(name),
		Name:            types.StringValue(name),
		Region:          types.StringNull(),
		Labels:          types.MapNull(types.StringType),
		LabelsAll:       types.MapNull(types.StringType),
		Annotations:     types.MapNull(types.StringType),
		AnnotationsAll:  types.MapNull(types.StringType),
		Quota:           types.ObjectNull(quotaTypes()),
		ScopedQuotas:    types.MapNull(scopedQuotaType()),
		LimitRange:      types.ObjectNull(limitRangeTypes()),
		Network:         types.ObjectNull(networkTypes()),
		Access:          types.MapNull(accessType()),
		ServiceAccounts: types.SetNull(types.StringType),
		PodSecurity:     types.ObjectNull(podSecurityTypes()),
		UID:             types.StringNull(),
		CreatedAt:       types.StringNull(),
		Phase:           types.StringNull(),
	}
}

// newResourceModel returns a model in which all that has a default has it.
func newResourceModel(ctx context.Context, name string) resourceModel {
	m := resourceModel{model: newModel(name), ForceDestroy: types.BoolValue(false), DeletionProtection: types.BoolValue(false)}
	if t, ok := timeoutsAttribute(ctx).GetType().(timeouts.Type); ok {
		m.Timeouts = timeouts.Value{Object: types.ObjectNull(t.AttrTypes)}
	}
	return m
}

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

func amountsType() types.MapType { return types.MapType{ElemType: fwtypes.QuantityType{}} }

func containerLimitsTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"default": amountsType(), "default_request": amountsType(),
		"min": amountsType(), "max": amountsType(), "max_limit_request_ratio": amountsType(),
	}
}

func instanceLimitsTypes() map[string]attr.Type {
	return map[string]attr.Type{"min": amountsType(), "max": amountsType(), "max_limit_request_ratio": amountsType()}
}

func volumeLimitsTypes() map[string]attr.Type {
	return map[string]attr.Type{"min": fwtypes.QuantityType{}, "max": fwtypes.QuantityType{}}
}

func limitRangeTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"container": types.ObjectType{AttrTypes: containerLimitsTypes()},
		"instance":  types.ObjectType{AttrTypes: instanceLimitsTypes()},
		"volume":    types.ObjectType{AttrTypes: volumeLimitsTypes()},
	}
}
