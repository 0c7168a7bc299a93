package validation

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// Pod refuses what isn't a part of a Pod's spec, what has an attribute of its
// own, and what makes no Pod together with the other attributes.
func Pod(ctx context.Context, config model.Instance, secrets types.Map) diag.Diagnostics {
	declared, faults := podspec.Decode(config.Pod)
	if declared.IsNull() || len(faults) > 0 {
		return podspec.Diagnostics(faults)
	}
	base, diags := manifest.BaseSpec(ctx, planning.Known(ctx, config))
	faults = append(podspec.Conflicts(withNames(base, secrets), declared), podspec.Validate(base, planning.Whole(config), declared)...)
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

// PortsOf are the ports that have a name for sure; unknown where pod may add some.
func PortsOf(config model.Instance) types.Map {
	if config.HasPod() {
		return types.MapUnknown(model.PortType())
	}
	return config.Ports
}
