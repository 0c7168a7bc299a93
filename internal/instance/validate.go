package instance

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ValidateConfig refuses what contradicts itself. Values that aren't known yet
// contradict nothing.
func (r *instanceResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config resourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(sizeFaults(config.model)...)
	resp.Diagnostics.Append(requestFaults(config.model)...)
	resp.Diagnostics.Append(portFaults(ctx, config.Ports)...)
	resp.Diagnostics.Append(repeatedVariables(variables{"env", config.Env}, variables{"env_value_from", config.EnvValueFrom}, variables{"secret_env_wo", config.SecretEnv})...)
	resp.Diagnostics.Append(secretFaults(config)...)
	resp.Diagnostics.Append(sourceFaults(config.EnvValueFrom)...)
	resp.Diagnostics.Append(checkFaults(config.HealthChecks, portsOf(config.model))...)
	resp.Diagnostics.Append(volumeFaults(config.Volumes)...)
	resp.Diagnostics.Append(securityFaults(ctx, config.Security)...)
	resp.Diagnostics.Append(waitFaults(config)...)
	resp.Diagnostics.Append(holdFaults(ctx, config)...)
	resp.Diagnostics.Append(podFaults(ctx, config.model, config.SecretEnv)...)
}

func requestFaults(m model) diag.Diagnostics {
	var diags diag.Diagnostics
	limits := m.Limits.Elements()
	limits[cpu], limits[memory] = m.CPU, m.Memory
	for _, name := range slices.Sorted(maps.Keys(m.Requests.Elements())) {
		request, known := amountOf(m.Requests.Elements()[name])
		limit, limited := amountOf(limits[name])
		if known && limited && request.Cmp(limit) > 0 {
			diags.AddAttributeError(path.Root("requests").AtMapKey(name), "Request above the limit",
				fmt.Sprintf("The instance requests %s of %s, but may use no more than %s. Lower the request, or raise the limit in `%s`.", request.String(), name, limit.String(), limitAttribute(name)))
		}
	}
	return diags
}

// secretFaults asks for a version where there are values. It is what tells one set of
// values from the next.
func secretFaults(config resourceModel) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(config.SecretEnv.Elements()) > 0 && config.SecretEnvVersion.IsNull() {
		diags.AddAttributeError(path.Root("secret_env_wo"), "Missing secret_env_wo_version",
			"Terraform doesn't store a write-only value, so it can't see a change of one. Set `secret_env_wo_version = 1`, and raise it with each change of `secret_env_wo`.")
	}
	return diags
}

func limitAttribute(name string) string {
	if name == cpu || name == memory {
		return name
	}
	return "limits"
}

// portFaults refuses one port under two names: Kubernetes keeps a Pod's ports by
// number and protocol, and can't tell such two apart.
func portFaults(ctx context.Context, declared types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	if !wholeMap(declared) {
		return diags
	}
	byName, more := entriesAs[portModel](ctx, declared)
	diags.Append(more...)
	names := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		port := byName[name]
		if port.Port.IsUnknown() || port.Protocol.IsUnknown() {
			continue
		}
		protocol := port.Protocol.ValueString()
		if protocol == "" {
			protocol = "TCP"
		}
		number := fmt.Sprintf("%d/%s", port.Port.ValueInt64(), protocol)
		if other, taken := names[number]; taken {
			diags.AddAttributeError(path.Root("ports").AtMapKey(name), "One port under two names",
				fmt.Sprintf("Port %s already has the name %q. Keep one of the two names.", number, other))
		}
		names[number] = name
	}
	return diags
}

func waitFaults(config resourceModel) diag.Diagnostics {
	var diags diag.Diagnostics
	always := config.RestartPolicy.IsNull() || config.RestartPolicy.ValueString() == "Always"
	if config.WaitFor.ValueString() == waitSucceeded && !config.RestartPolicy.IsUnknown() && always {
		diags.AddAttributeError(path.Root("wait_for"), "The instance can't succeed",
			"With `restart_policy` Always, the default, the program is started again each time it ends, so it never succeeds. Set `restart_policy` to \"OnFailure\" or \"Never\", or wait for something else.")
	}
	return diags
}
