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
	resp.Diagnostics.Append(validation.SizeFaults(config.Instance)...)
	resp.Diagnostics.Append(validation.RequestFaults(config.Instance)...)
	resp.Diagnostics.Append(validation.PortFaults(ctx, config.Ports)...)
	resp.Diagnostics.Append(validation.RepeatedVariables(validation.Variables{Attribute: "env", ByName: config.Env}, validation.Variables{Attribute: "env_value_from", ByName: config.EnvValueFrom}, validation.Variables{Attribute: "secret_env_wo", ByName: config.SecretEnv})...)
	resp.Diagnostics.Append(validation.SecretFaults(config)...)
	resp.Diagnostics.Append(validation.SourceFaults(config.EnvValueFrom)...)
	resp.Diagnostics.Append(validation.CheckFaults(config.HealthChecks, validation.PortsOf(config.Instance))...)
	resp.Diagnostics.Append(validation.VolumeFaults(config.Volumes)...)
	resp.Diagnostics.Append(validation.SecurityFaults(ctx, config.Security)...)
	resp.Diagnostics.Append(validation.WaitFaults(config)...)
	resp.Diagnostics.Append(validation.HoldFaults(ctx, config)...)
	resp.Diagnostics.Append(validation.PodFaults(ctx, config.Instance, config.SecretEnv)...)
}
