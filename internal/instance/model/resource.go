package model

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type Resource struct {
	Instance
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

// NewResource returns the model in which all that has a default has it.
func NewResource(ctx context.Context) Resource {
	return Resource{
		Instance:        NewInstance(),
		SecretEnv:       types.MapNull(types.StringType),
		RestartTriggers: types.MapNull(types.StringType),
		WaitFor:         types.StringValue(WaitReady),
		ReplaceOn:       TextSet(StatusFailed),
		Timeouts:        timeoutsNull(ctx),
	}
}

// timeoutsNull is the timeouts of an imported instance.
func timeoutsNull(ctx context.Context) timeouts.Value {
	attribute := TimeoutsAttribute(ctx)
	if t, ok := attribute.GetType().(timeouts.Type); ok {
		return timeouts.Value{Object: types.ObjectNull(t.AttrTypes)}
	}
	return timeouts.Value{}
}

func TimeoutsAttribute(ctx context.Context) schema.Attribute {
	return timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "How long to wait for a new instance, by `wait_for`, such as \"90s\" or \"20m\". Default: 10m.",
		ReadDescription:   "How long a plan may take to read the instance. Default: 2m.",
		UpdateDescription: "How long to wait for a change made in place, such as a new image's start or other CPU and memory. Default: 10m.",
		DeleteDescription: "How long to wait until the instance has stopped and is gone. Default: 10m.",
	})
}
