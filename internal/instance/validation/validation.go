package validation

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// Requests refuses a request above its limit.
func Requests(m model.Instance) diag.Diagnostics {
	var diags diag.Diagnostics
	limits := m.Limits.Elements()
	limits[manifest.CPU], limits[manifest.Memory] = m.CPU, m.Memory
	for _, name := range slices.Sorted(maps.Keys(m.Requests.Elements())) {
		request, known := manifest.AmountOf(m.Requests.Elements()[name])
		limit, limited := manifest.AmountOf(limits[name])
		if known && limited && request.Cmp(limit) > 0 {
			diags.AddAttributeError(path.Root("requests").AtMapKey(name), "Request above the limit",
				fmt.Sprintf("The instance requests %s of %s, but may use no more than %s. Lower the request, or raise the limit in `%s`.", request.String(), name, limit.String(), limitAttribute(name)))
		}
	}
	return diags
}

// SecretEnv requires secret_env_wo_version if secret_env_wo has values.
func SecretEnv(config model.Resource) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(config.SecretEnv.Elements()) > 0 && config.SecretEnvVersion.IsNull() {
		diags.AddAttributeError(path.Root("secret_env_wo"), "Missing secret_env_wo_version",
			"Terraform doesn't store a write-only value, so it can't see a change of one. Set `secret_env_wo_version = 1`, and raise it with each change of `secret_env_wo`.")
	}
	return diags
}

func limitAttribute(name string) string {
	if name == manifest.CPU || name == manifest.Memory {
		return name
	}
	return "limits"
}

// Ports refuses two names for one port. Kubernetes identifies ports by number and protocol.
func Ports(ctx context.Context, declared types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	if !model.IsWhollyKnown(declared) {
		return diags
	}
	byName, more := model.EntriesAs[model.Port](ctx, declared)
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

// WaitFor refuses to wait for Succeeded if the restart policy is Always.
func WaitFor(config model.Resource) diag.Diagnostics {
	var diags diag.Diagnostics
	always := config.RestartPolicy.IsNull() || config.RestartPolicy.ValueString() == "Always"
	if config.WaitFor.ValueString() == model.WaitSucceeded && !config.RestartPolicy.IsUnknown() && always {
		diags.AddAttributeError(path.Root("wait_for"), "The instance can't succeed",
			"With `restart_policy` Always, the default, the program is started again each time it ends, so it never succeeds. Set `restart_policy` to \"OnFailure\" or \"Never\", or wait for something else.")
	}
	return diags
}
