package instance

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// model is what a resource and a data source both know of an instance.
type model struct {
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

type resourceModel struct {
	model
	// SecretEnv is in a configuration alone: it is write-only.
	SecretEnv        types.Map      `tfsdk:"secret_env_wo"`
	SecretEnvVersion types.Int64    `tfsdk:"secret_env_wo_version"`
	DesiredStatus    types.String   `tfsdk:"desired_status"`
	RestartTriggers  types.Map      `tfsdk:"restart_triggers"`
	WaitFor          types.String   `tfsdk:"wait_for"`
	MinReadySeconds  types.Int64    `tfsdk:"min_ready_seconds"`
	ReplaceOn        types.Set      `tfsdk:"replace_on"`
	Timeouts         timeouts.Value `tfsdk:"timeouts"`
}

type dataSourceModel struct {
	model
	Ready           types.Bool   `tfsdk:"ready"`
	Reason          types.String `tfsdk:"reason"`
	Problem         types.String `tfsdk:"problem"`
	Advice          types.String `tfsdk:"advice"`
	Restarts        types.Int64  `tfsdk:"restarts"`
	QoSClass        types.String `tfsdk:"qos_class"`
	StartedAt       types.String `tfsdk:"started_at"`
	Conditions      types.Map    `tfsdk:"conditions"`
	LastTermination types.Object `tfsdk:"last_termination"`
}

// portModel is an element of ports, whose key is the port's name.
type portModel struct {
	Port     types.Int64  `tfsdk:"port"`
	Protocol types.String `tfsdk:"protocol"`
}

type securityModel struct {
	RunAsNonRoot             types.Bool   `tfsdk:"run_as_non_root"`
	ReadOnlyRootFilesystem   types.Bool   `tfsdk:"read_only_root_filesystem"`
	AllowPrivilegeEscalation types.Bool   `tfsdk:"allow_privilege_escalation"`
	CapabilitiesDrop         types.Set    `tfsdk:"capabilities_drop"`
	CapabilitiesAdd          types.Set    `tfsdk:"capabilities_add"`
	SeccompProfile           types.String `tfsdk:"seccomp_profile"`
	AppArmorProfile          types.String `tfsdk:"app_armor_profile"`
	SELinux                  types.Map    `tfsdk:"selinux"`
	RunAsUser                types.Int64  `tfsdk:"run_as_user"`
	RunAsGroup               types.Int64  `tfsdk:"run_as_group"`
	FSGroup                  types.Int64  `tfsdk:"fs_group"`
}

type conditionModel struct {
	Status    types.String `tfsdk:"status"`
	Reason    types.String `tfsdk:"reason"`
	ChangedAt types.String `tfsdk:"changed_at"`
}

type terminationModel struct {
	Reason     types.String `tfsdk:"reason"`
	ExitCode   types.Int64  `tfsdk:"exit_code"`
	FinishedAt types.String `tfsdk:"finished_at"`
}

// newModel returns the model in which nothing is set. Collections and objects
// must know their types even when null, which their zero values don't.
func newModel() model {
	return model{
		Command:        types.ListNull(types.StringType),
		Args:           types.ListNull(types.StringType),
		Env:            types.MapNull(types.StringType),
		CPU:            fwtypes.NewQuantityNull(),
		Memory:         fwtypes.NewQuantityNull(),
		Limits:         types.MapNull(fwtypes.QuantityType{}),
		Requests:       types.MapNull(fwtypes.QuantityType{}),
		Ports:          types.MapNull(portType()),
		Security:       types.ObjectNull(securityTypes()),
		Labels:         types.MapNull(types.StringType),
		LabelsAll:      types.MapNull(types.StringType),
		Annotations:    types.MapNull(types.StringType),
		AnnotationsAll: types.MapNull(types.StringType),

		EnvValueFrom: types.MapNull(variableType()),
		HealthChecks: types.MapNull(checkType()),
		Volumes:      types.MapNull(volumeType()),

		Pod: types.DynamicNull(),
	}
}

// newResourceModel returns the model in which all that has a default has it.
func newResourceModel(ctx context.Context) resourceModel {
	return resourceModel{
		model:           newModel(),
		SecretEnv:       types.MapNull(types.StringType),
		RestartTriggers: types.MapNull(types.StringType),
		WaitFor:         types.StringValue(waitReady),
		ReplaceOn:       textSet(statusFailed),
		Timeouts:        timeoutsNull(ctx),
	}
}

func (m model) key() key {
	return key{Cluster: m.Cluster.ValueString(), Name: m.Name.ValueString()}
}

// saysPod reports whether pod is there at all. A variable of type string that is null is
// a null with a type of its own.
func (m model) saysPod() bool { return !m.Pod.IsNull() && !m.Pod.IsUnderlyingValueNull() }

// newSecurity returns the secure defaults.
func newSecurity() securityModel {
	return securityModel{
		RunAsNonRoot:             types.BoolValue(true),
		ReadOnlyRootFilesystem:   types.BoolValue(true),
		AllowPrivilegeEscalation: types.BoolValue(false),
		CapabilitiesDrop:         textSet("ALL"),
		CapabilitiesAdd:          types.SetNull(types.StringType),
		SeccompProfile:           types.StringValue(profileRuntimeDefault),
		SELinux:                  types.MapNull(types.StringType),
	}
}

func (s securityModel) object() types.Object {
	return types.ObjectValueMust(securityTypes(), map[string]attr.Value{
		"run_as_non_root":            s.RunAsNonRoot,
		"read_only_root_filesystem":  s.ReadOnlyRootFilesystem,
		"allow_privilege_escalation": s.AllowPrivilegeEscalation,
		"capabilities_drop":          s.CapabilitiesDrop,
		"capabilities_add":           s.CapabilitiesAdd,
		"seccomp_profile":            s.SeccompProfile,
		"app_armor_profile":          s.AppArmorProfile,
		"selinux":                    s.SELinux,
		"run_as_user":                s.RunAsUser,
		"run_as_group":               s.RunAsGroup,
		"fs_group":                   s.FSGroup,
	})
}

func securityTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"run_as_non_root":            types.BoolType,
		"read_only_root_filesystem":  types.BoolType,
		"allow_privilege_escalation": types.BoolType,
		"capabilities_drop":          types.SetType{ElemType: types.StringType},
		"capabilities_add":           types.SetType{ElemType: types.StringType},
		"seccomp_profile":            types.StringType,
		"app_armor_profile":          types.StringType,
		"selinux":                    types.MapType{ElemType: types.StringType},
		"run_as_user":                types.Int64Type,
		"run_as_group":               types.Int64Type,
		"fs_group":                   types.Int64Type,
	}
}

func portType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"port":     types.Int64Type,
		"protocol": types.StringType,
	}}
}

func (p portModel) object() types.Object {
	return types.ObjectValueMust(portType().AttrTypes, map[string]attr.Value{"port": p.Port, "protocol": p.Protocol})
}

func conditionType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"status":     types.StringType,
		"reason":     types.StringType,
		"changed_at": types.StringType,
	}}
}

func (c conditionModel) object() types.Object {
	return types.ObjectValueMust(conditionType().AttrTypes, map[string]attr.Value{
		"status": c.Status, "reason": c.Reason, "changed_at": c.ChangedAt,
	})
}

func terminationTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"reason":      types.StringType,
		"exit_code":   types.Int64Type,
		"finished_at": types.StringType,
	}
}

func (t terminationModel) object() types.Object {
	return types.ObjectValueMust(terminationTypes(), map[string]attr.Value{
		"reason": t.Reason, "exit_code": t.ExitCode, "finished_at": t.FinishedAt,
	})
}

// timeoutsNull is the timeouts of an imported instance.
func timeoutsNull(ctx context.Context) timeouts.Value {
	attribute := timeoutsAttribute(ctx)
	if t, ok := attribute.GetType().(timeouts.Type); ok {
		return timeouts.Value{Object: types.ObjectNull(t.AttrTypes)}
	}
	return timeouts.Value{}
}

// textSet has each text once, however often it was said.
func textSet(texts ...string) types.Set {
	return types.SetValueMust(types.StringType, textValues(slices.Compact(slices.Sorted(slices.Values(texts)))))
}

func textValues(texts []string) []attr.Value {
	values := make([]attr.Value, 0, len(texts))
	for _, text := range texts {
		values = append(values, types.StringValue(text))
	}
	return values
}
