package attributes

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// ActionDescription describes the action for the documentation.
func ActionDescription(a power.Action) string {
	switch a {
	case power.ActionStop:
		return "Stops a MAR instance that this provider created: its program gets its time to end, and the instance keeps its name, its configuration and its secret variables until it is started again. In Kubernetes its Pod becomes a PodTemplate of the same name. An instance that is already stopped stays as it is."
	case power.ActionRestart:
		return "Restarts a MAR instance that this provider created, under its name: its program gets its time to end, and the instance is recreated as it was last applied. A stopped one is started."
	}
	return "Starts a stopped MAR instance that this provider created, and waits until it is ready. One that already runs stays as it is."
}

// Action are an action's arguments.
func Action(ctx context.Context, a power.Action) map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"cluster": schema.StringAttribute{
			MarkdownDescription: "The name of the cluster that the instance is in, such as `mar_instance.web.cluster`.",
			Required:            true,
			Validators:          []validator.String{validate.ClusterName()},
		},
		"name": schema.StringAttribute{
			MarkdownDescription: "The instance's name, such as `mar_instance.web.name`. An instance that isn't there is an error, and so is a Pod that was made elsewhere.",
			Required:            true,
			Validators:          []validator.String{validate.InstanceName()},
		},
		"timeouts": timeouts.AttributesWithOpts(ctx, timeouts.Opts{
			InvokeDescription: "How long it may take in all, such as \"90s\" or \"20m\". Default: 10m.",
		}),
	}
	if a != power.ActionStop {
		all["wait_for"] = schema.StringAttribute{
			MarkdownDescription: "How far to wait. `Ready` (default): it runs and passes its readiness checks, or has finished well where `restart_policy` lets it finish. `Running`: its program was started. `Scheduled`: it was given a node. `Succeeded`: it has finished well; not with `restart_policy = \"Always\"`. `None`: not at all.",
			Optional:            true,
			Validators:          []validator.String{validate.OneOf(model.WaitReady, model.WaitRunning, model.WaitScheduled, model.WaitSucceeded, model.WaitNone)},
		}
		all["min_ready_seconds"] = schema.Int64Attribute{
			MarkdownDescription: minReadyDescription,
			Optional:            true,
			Validators:          []validator.Int64{validate.AtLeast("a number of seconds", 0)},
		}
	}
	return all
}
