package model

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Instance holds the attributes that the resource and the data source have in common.
type Instance struct {
	ID             types.String     `tfsdk:"id"`
	Cluster        types.String     `tfsdk:"cluster"`
	Name           types.String     `tfsdk:"name"`
	Image          types.String     `tfsdk:"image"`
	Command        types.List       `tfsdk:"command"`
	Args           types.List       `tfsdk:"args"`
	Env            types.Map        `tfsdk:"env"`
	CPU            fwtypes.Quantity `tfsdk:"cpu"`
	Memory         fwtypes.Quantity `tfsdk:"memory"`
	Limits         types.Map        `tfsdk:"limits"`
	Requests       types.Map        `tfsdk:"requests"`
	Ports          types.Map        `tfsdk:"ports"`
	RestartPolicy  types.String     `tfsdk:"restart_policy"`
	Security       types.Object     `tfsdk:"security"`
	Labels         types.Map        `tfsdk:"labels"`
	LabelsAll      types.Map        `tfsdk:"labels_all"`
	Annotations    types.Map        `tfsdk:"annotations"`
	AnnotationsAll types.Map        `tfsdk:"annotations_all"`
	UID            types.String     `tfsdk:"uid"`
	Status         types.String     `tfsdk:"status"`
	Node           types.String     `tfsdk:"node"`
	IP             types.String     `tfsdk:"ip"`

	EnvValueFrom   types.Map    `tfsdk:"env_value_from"`
	HealthChecks   types.Map    `tfsdk:"health_checks"`
	ServiceAccount types.String `tfsdk:"service_account"`
	Volumes        types.Map    `tfsdk:"volumes"`

	Pod types.Dynamic `tfsdk:"pod"`
}

// Port is an element of ports, whose key is the port's name.
type Port struct {
	Port     types.Int64  `tfsdk:"port"`
	Protocol types.String `tfsdk:"protocol"`
}

// NewInstance returns the model in which nothing is set. Collections and objects
// must know their types even when null, which their zero values don't.
func NewInstance() Instance {
	return Instance{
		Command:        types.ListNull(types.StringType),
		Args:           types.ListNull(types.StringType),
		Env:            types.MapNull(types.StringType),
		CPU:            fwtypes.NewQuantityNull(),
		Memory:         fwtypes.NewQuantityNull(),
		Limits:         types.MapNull(fwtypes.QuantityType{}),
		Requests:       types.MapNull(fwtypes.QuantityType{}),
		Ports:          types.MapNull(PortType()),
		Security:       types.ObjectNull(SecurityTypes()),
		Labels:         types.MapNull(types.StringType),
		LabelsAll:      types.MapNull(types.StringType),
		Annotations:    types.MapNull(types.StringType),
		AnnotationsAll: types.MapNull(types.StringType),

		EnvValueFrom: types.MapNull(VariableType()),
		HealthChecks: types.MapNull(CheckType()),
		Volumes:      types.MapNull(VolumeType()),

		Pod: types.DynamicNull(),
	}
}

func (m Instance) Key() Key {
	return Key{Cluster: m.Cluster.ValueString(), Name: m.Name.ValueString()}
}

// HasPod reports whether pod is set. A null of type string counts as unset.
func (m Instance) HasPod() bool { return !m.Pod.IsNull() && !m.Pod.IsUnderlyingValueNull() }

func PortType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"port":     types.Int64Type,
		"protocol": types.StringType,
	}}
}

func (p Port) Object() types.Object {
	return types.ObjectValueMust(PortType().AttrTypes, map[string]attr.Value{"port": p.Port, "protocol": p.Protocol})
}

// IsUnread reports whether only the instance's name is known, as after an import or a move.
func IsUnread(m Instance) bool { return m.Image.IsNull() }

// WithEmptyAs writes empty values as the prior model does: as null, or as empty.
func (m Instance) WithEmptyAs(prior Instance) Instance {
	ctx := context.Background() // the types of built-in values take one and don't use it
	fw.SayNothingAs(ctx, &m.Args, prior.Args)
	fw.SayNothingAs(ctx, &m.Command, prior.Command)
	fw.SayNothingAs(ctx, &m.Env, prior.Env)
	fw.SayNothingAs(ctx, &m.EnvValueFrom, prior.EnvValueFrom)
	m.HealthChecks = withEmptyChecks(m.HealthChecks, prior.HealthChecks)
	fw.SayNothingAs(ctx, &m.HealthChecks, prior.HealthChecks)
	fw.SayNothingAs(ctx, &m.Limits, prior.Limits)
	fw.SayNothingAs(ctx, &m.Requests, prior.Requests)
	fw.SayNothingAs(ctx, &m.Ports, prior.Ports)
	fw.SayNothingAs(ctx, &m.Security, prior.Security)
	fw.SayNothingAs(ctx, &m.Volumes, prior.Volumes)
	return m
}
