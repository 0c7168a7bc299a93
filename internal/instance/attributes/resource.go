package attributes

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// Resource adds what says how the provider itself goes about it.
func Resource(ctx context.Context) map[string]schema.Attribute {
	all := Instance()
	all["wait_for"] = schema.StringAttribute{
		MarkdownDescription: "How far an apply that makes or changes the instance waits. `Ready` (default): it runs and passes its readiness checks, or has finished well where `restart_policy` lets it finish. `Running`: its program was started. `Scheduled`: it was given a node. `Succeeded`: it has finished well; not with `restart_policy = \"Always\"`. `None`: not at all. A change of it alone touches nothing but the state.",
		Optional:            true,
		Computed:            true,
		Default:             stringdefault.StaticString(model.WaitReady),
		Validators:          []validator.String{validate.OneOf(model.WaitReady, model.WaitRunning, model.WaitScheduled, model.WaitSucceeded, model.WaitNone)},
	}
	all["min_ready_seconds"] = schema.Int64Attribute{
		MarkdownDescription: minReadyDescription + " A change of it alone touches nothing but the state.",
		Optional:            true,
		Validators:          []validator.Int64{validate.AtLeast("a number of seconds", 0)},
	}
	all["replace_on"] = schema.SetAttribute{
		MarkdownDescription: "The statuses in which the next plan replaces the instance: any of `Failed` (default; evicted ones are that too), `Succeeded`, `Unknown` and `Pending`. `[]` replaces on none: what failed stays for people to look at. A change of it alone touches nothing but the state.",
		ElementType:         types.StringType,
		Optional:            true,
		Computed:            true,
		Default:             setdefault.StaticValue(model.TextSet(model.StatusFailed)),
		Validators: []validator.Set{
			validate.NoNulls(),
			setvalidator.ValueStringsAre(validate.OneOf(model.StatusFailed, model.StatusSucceeded, model.StatusUnknown, model.StatusPending)),
		},
	}
	maps.Copy(all, powerAttributes())
	all["timeouts"] = model.TimeoutsAttribute(ctx)
	return all
}

const minReadyDescription = "For how many seconds the instance has to stay ready before `wait_for = \"Ready\"` is reached, such as `10`. Default: `0`, so that an instance counts as soon as it is ready. A program without a readiness check is ready from the moment at which it runs, even where it ends right after that; with `min_ready_seconds` such an end, or a restart, ends the wait with an error that says why. It has to be less than the timeout of the wait. With another `wait_for` it has no effect, nor for a job that finishes well."
