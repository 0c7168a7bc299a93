package attributes

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// powerAttributes are what starts, stops and restarts an instance, and what it
// is started with that no state holds.
func powerAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"desired_status": schema.StringAttribute{
			MarkdownDescription: "Whether the instance runs: `Running` or `Stopped`. A stopped instance uses no CPU and no memory. It keeps its name, its configuration and its secret variables. It loses what it wrote to its own files, as with any restart. In Kubernetes a stopped instance is a PodTemplate of the same name instead of a Pod. A change that is made while it is stopped takes effect when it starts. Left out, Terraform doesn't manage power: a new instance runs, and an instance that somebody stops stays stopped, without drift. Changed in place.",
			Optional:            true,
			Validators:          []validator.String{validate.OneOf(model.PowerRunning, model.PowerStopped)},
		},
		"restart_triggers": schema.MapAttribute{
			MarkdownDescription: "Any values, by any names. A change restarts the instance in place, under its name. A common value is a checksum of the configuration that the program reads when it starts: `{ config = sha256(local.config) }`. To set values for the first time, or to remove all of them, restarts nothing. If the instance was stopped by anything but `desired_status`, a change starts it.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.Map{validate.NoNulls()},
		},
		"secret_env_wo": schema.MapAttribute{
			MarkdownDescription: "Environment variables by name whose values are secret: `{ DB_PASSWORD = var.password }`. The values are write-only: neither the state nor a plan has them, and they may be ephemeral. In Kubernetes they are an immutable Secret, which is deleted with the instance. Terraform can't see that a value has changed, so raise `secret_env_wo_version` with each change: that replaces the instance. Needs Terraform 1.11.",
			ElementType:         types.StringType,
			Optional:            true,
			// Not Sensitive as well: core never keeps or shows what is write-only, and would make
			// every value that has the whole instance in it, such as an output, sensitive.
			WriteOnly: true,
			Validators: []validator.Map{
				validate.SecretVariableNames(),
				validate.NoNulls(),
			},
		},
		"secret_env_wo_version": schema.Int64Attribute{
			MarkdownDescription: "A number that you raise when you change `secret_env_wo`: `1`, then `2`. A change creates a new Secret and replaces the instance. A stopped instance starts with the new values. If something else deleted or replaced the Secret, it reads as null, and the next apply creates the Secret again.",
			Optional:            true,
			Validators:          []validator.Int64{validate.AtLeast("a whole number", 0)},
		},
	}
}
