package instance

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// podFaults refuses what isn't a part of a Pod's spec, what has an attribute of its
// own, and what makes no Pod together with the other attributes.
func podFaults(ctx context.Context, config model) diag.Diagnostics {
	declared, faults := podspec.Decode(config.Pod)
	if declared.IsNull() || len(faults) > 0 {
		return podspec.Diagnostics(faults)
	}
	base, diags := baseSpec(ctx, known(ctx, config))
	faults = append(podspec.Conflicts(base, declared), podspec.Validate(base, whole(config), declared)...)
	diags.Append(podspec.Diagnostics(faults)...)
	return diags
}

// portsOf are the ports that have a name for sure; unknown where pod may add some.
func portsOf(config model) types.Map {
	if !config.Pod.IsNull() {
		return types.MapUnknown(portType())
	}
	return config.Ports
}

// whole reports whether all that has to do with pod is known.
func whole(config model) bool {
	for _, some := range []types.Map{config.Env, config.EnvValueFrom, config.HealthChecks, config.Ports, config.Volumes} {
		if !wholeMap(some) {
			return false
		}
	}
	return !config.Security.IsUnknown()
}

// known leaves out what isn't known yet.
func known(ctx context.Context, m model) model {
	for _, some := range []*types.Map{&m.Env, &m.EnvValueFrom, &m.HealthChecks, &m.Limits, &m.Ports, &m.Requests, &m.Volumes} {
		elements := maps.Collect(maps.All(some.Elements()))
		maps.DeleteFunc(elements, func(_ string, value attr.Value) bool { return value.IsUnknown() })
		element := some.ElementType(ctx)
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
