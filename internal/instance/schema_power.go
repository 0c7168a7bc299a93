package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// powerAttributes are what starts, stops and restarts an instance, and what it
// is started with that no state holds.
func powerAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"desired_status": schema.StringAttribute{
			MarkdownDescription: "Whether the instance runs: `Running` or `Stopped`. A stopped instance uses no CPU and memory, and keeps its name, its configuration and its secret variables; what it wrote to its own files is lost, as with any restart. In Kubernetes it is then a PodTemplate of the same name instead of a Pod. Whatever is changed while it is stopped takes effect when it starts. Left out, power isn't managed here: a new instance runs, and one that somebody stops stays stopped without being drift. Changed in place.",
			Optional:            true,
			Validators:          []validator.String{validate.OneOf(powerRunning, powerStopped)},
		},
		"restart_triggers": schema.MapAttribute{
			MarkdownDescription: "Any values whose change restarts the instance in place, under its name, such as a checksum of the configuration that it reads at its start: `{ config = sha256(local.config) }`. Setting them for the first time, or taking them away, restarts nothing. An instance that was stopped by other means than `desired_status` is started.",
			ElementType:         types.StringType,
			Optional:            true,
			Validators:          []validator.Map{validate.NoNulls()},
		},
		"secret_env_wo": schema.MapAttribute{
			MarkdownDescription: "Environment variables by name whose values are secret: `{ DB_PASSWORD = var.password }`. They are write-only: they are neither in the state nor in a plan, and may come from ephemeral values. In Kubernetes they are an immutable Secret that belongs to the instance and goes with it. Terraform can't see that a value has changed; raising `secret_env_wo_version` along with it replaces the instance. Needs Terraform 1.11.",
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
			MarkdownDescription: "A number to raise, `1` then `2`, whenever `secret_env_wo` has other values: a change makes a new Secret and replaces the instance; one that is stopped starts with the new values. It reads as null when something else deleted or replaced the Secret, so that the next apply creates it again.",
			Optional:            true,
			Validators:          []validator.Int64{validate.AtLeast("a whole number", 0)},
		},
	}
}
