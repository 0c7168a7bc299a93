package model

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
)

// Cluster is what resource and data source have in common.
type Cluster struct {
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

type Resource struct {
	Cluster
	ForceDestroy       types.Bool     `tfsdk:"force_destroy"`
	DeletionProtection types.Bool     `tfsdk:"deletion_protection"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

// NewCluster returns a model of typed nulls; a zero value can't be put into state.
func NewCluster(name string) Cluster {
	return Cluster{
		ID:              types.StringValue(name),
		Name:            types.StringValue(name),
		Region:          types.StringNull(),
		Labels:          types.MapNull(types.StringType),
		LabelsAll:       types.MapNull(types.StringType),
		Annotations:     types.MapNull(types.StringType),
		AnnotationsAll:  types.MapNull(types.StringType),
		Quota:           types.ObjectNull(quota.Types()),
		ScopedQuotas:    types.MapNull(quota.ScopedType()),
		LimitRange:      types.ObjectNull(limits.Types()),
		Network:         types.ObjectNull(network.Types()),
		Access:          types.MapNull(access.Type()),
		ServiceAccounts: types.SetNull(types.StringType),
		PodSecurity:     types.ObjectNull(podsecurity.Types()),
		UID:             types.StringNull(),
		CreatedAt:       types.StringNull(),
		Phase:           types.StringNull(),
	}
}

// NewResource returns a model in which all that has a default has it.
func NewResource(ctx context.Context, name string) Resource {
	m := Resource{Cluster: NewCluster(name), ForceDestroy: types.BoolValue(false), DeletionProtection: types.BoolValue(false)}
	if t, ok := TimeoutsAttribute(ctx).GetType().(timeouts.Type); ok {
		m.Timeouts = timeouts.Value{Object: types.ObjectNull(t.AttrTypes)}
	}
	return m
}

func TimeoutsAttribute(ctx context.Context) schema.Attribute {
	return timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "How long to wait for the cluster to be made, such as `90s`. Default: `5m`.",
		ReadDescription:   "How long a read may take. Default: `2m`.",
		UpdateDescription: "How long a change may take. Default: `5m`.",
		DeleteDescription: "How long to wait for the cluster and all in it to be gone. Default: `10m`.",
	})
}
