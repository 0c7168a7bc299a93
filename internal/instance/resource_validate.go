package instance

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/validation"
)

// ValidateConfig refuses what contradicts itself. Values that aren't known yet
// contradict nothing.
func (r *instanceResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model.Resource
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(validation.Size(config.Instance)...)
	resp.Diagnostics.Append(validation.Requests(config.Instance)...)
	resp.Diagnostics.Append(validation.Ports(ctx, config.Ports)...)
	resp.Diagnostics.Append(validation.RepeatedVariables(validation.Variables{Attribute: "env", ByName: config.Env}, validation.Variables{Attribute: "env_value_from", ByName: config.EnvValueFrom}, validation.Variables{Attribute: "secret_env_wo", ByName: config.SecretEnv})...)
	resp.Diagnostics.Append(validation.SecretEnv(config)...)
	resp.Diagnostics.Append(validation.EnvValueFrom(config.EnvValueFrom)...)
	resp.Diagnostics.Append(validation.HealthChecks(config.HealthChecks, validation.PortsOf(config.Instance))...)
	resp.Diagnostics.Append(validation.Volumes(config.Volumes)...)
	resp.Diagnostics.Append(validation.Security(ctx, config.Security)...)
	resp.Diagnostics.Append(validation.WaitFor(config)...)
	resp.Diagnostics.Append(validation.MinReadySeconds(ctx, config)...)
	resp.Diagnostics.Append(validation.Pod(ctx, config.Instance, config.SecretEnv)...)
}
