package instance

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// podFaults refuses what isn't a part of a Pod's spec, what has an attribute of its
// own, and what makes no Pod together with the other attributes.
func podFaults(ctx context.Context, config model, secrets types.Map) diag.Diagnostics {
	declared, faults := podspec.Decode(config.Pod)
	if declared.IsNull() || len(faults) > 0 {
		return podspec.Diagnostics(faults)
	}
	base, diags := baseSpec(ctx, known(ctx, config))
	faults = append(podspec.Conflicts(withNames(base, secrets), declared), podspec.Validate(base, whole(config), declared)...)
	diags.Append(podspec.Diagnostics(faults)...)
	return diags
}

// withNames has the main container's secret variables, which aren't in its env
// but in a Secret, as variables that are in one.
func withNames(base corev1.PodSpec, secrets types.Map) corev1.PodSpec {
	base.Containers = slices.Clone(base.Containers)
	app := &base.Containers[0]
	app.Env = slices.Clone(app.Env)
	for name := range secrets.Elements() {
		app.Env = append(app.Env, corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: name}}})
	}
	return base
}

// portsOf are the ports that have a name for sure; unknown where pod may add some.
func portsOf(config model) types.Map {
	if config.saysPod() {
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
		elements := some.Elements()
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
