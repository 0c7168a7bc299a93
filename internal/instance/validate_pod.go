package instance

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// misspelt refuses what isn't a part of a Pod's spec.
func misspelt(config model) diag.Diagnostics {
	_, faults := podspec.Decode(config.Pod)
	return podspec.Diagnostics(faults)
}

// podFaults refuses what pod says of what has an attribute of its own, and what
// makes no Pod together with the other attributes. That takes the main
// container's name, which of an imported instance only its record knows.
func podFaults(ctx context.Context, plan model, container string) diag.Diagnostics {
	declared, faults := podspec.Decode(plan.Pod)
	if declared.IsNull() || len(faults) > 0 {
		return podspec.Diagnostics(faults)
	}
	main := orElse(container, containerName)
	base, diags := baseSpec(ctx, known(plan), main)
	diags.Append(podspec.Diagnostics(append(podspec.Conflicts(base, declared, main), podspec.Validate(base, declared, main)...))...)
	return diags
}

// portsOf are the ports that have a name for sure; unknown where pod may add some.
func portsOf(config model) types.Map {
	if !config.Pod.IsNull() {
		return types.MapUnknown(portType())
	}
	return config.Ports
}

// known leaves out what isn't known yet.
func known(m model) model {
	for _, some := range []*types.Map{&m.Env, &m.EnvValueFrom, &m.HealthChecks, &m.Limits, &m.Ports, &m.Requests, &m.Volumes} {
		elements := maps.Collect(maps.All(some.Elements()))
		maps.DeleteFunc(elements, func(_ string, value attr.Value) bool { return value.IsUnknown() })
		element := some.ElementType(context.Background())
		if len(elements) == 0 {
			*some = types.MapNull(element)
		} else {
			*some = types.MapValueMust(element, elements)
		}
	}
	if m.Security.IsUnknown() || m.Security.IsNull() {
		m.Security = newSecurity().object()
	}
	return m
}
