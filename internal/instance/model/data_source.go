package model

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type DataSource struct {
	Instance
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

type Condition struct {
	Status    types.String `tfsdk:"status"`
	Reason    types.String `tfsdk:"reason"`
	ChangedAt types.String `tfsdk:"changed_at"`
}

type Termination struct {
	Reason     types.String `tfsdk:"reason"`
	ExitCode   types.Int64  `tfsdk:"exit_code"`
	FinishedAt types.String `tfsdk:"finished_at"`
}

func ConditionType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"status":     types.StringType,
		"reason":     types.StringType,
		"changed_at": types.StringType,
	}}
}

func (c Condition) Object() types.Object {
	return types.ObjectValueMust(ConditionType().AttrTypes, map[string]attr.Value{
		"status": c.Status, "reason": c.Reason, "changed_at": c.ChangedAt,
	})
}

func TerminationTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"reason":      types.StringType,
		"exit_code":   types.Int64Type,
		"finished_at": types.StringType,
	}
}

func (t Termination) Object() types.Object {
	return types.ObjectValueMust(TerminationTypes(), map[string]attr.Value{
		"reason": t.Reason, "exit_code": t.ExitCode, "finished_at": t.FinishedAt,
	})
}
