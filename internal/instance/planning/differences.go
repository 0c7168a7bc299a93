package planning

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// A plan compares what the state and the configuration mean, not how they are written. Two
// values of an attribute are the same if the Pods that they mean are the same. So null and
// empty, a default that is left out or written down, and two spellings of one amount are no
// difference, in whichever attribute, and neither is a setting that moves to or from pod.

// podAttribute is an attribute that is part of the Pod, and can't be changed in place.
type podAttribute struct {
	name  string
	value func(m model.Instance) attr.Value
	copy  func(to *model.Instance, from model.Instance)
}

func podAttributes() []podAttribute {
	return []podAttribute{
		{"args", func(m model.Instance) attr.Value { return m.Args }, func(to *model.Instance, from model.Instance) { to.Args = from.Args }},
		{"command", func(m model.Instance) attr.Value { return m.Command }, func(to *model.Instance, from model.Instance) { to.Command = from.Command }},
		{"env", func(m model.Instance) attr.Value { return m.Env }, func(to *model.Instance, from model.Instance) { to.Env = from.Env }},
		{"env_value_from", func(m model.Instance) attr.Value { return m.EnvValueFrom }, func(to *model.Instance, from model.Instance) { to.EnvValueFrom = from.EnvValueFrom }},
		{"health_checks", func(m model.Instance) attr.Value { return m.HealthChecks }, func(to *model.Instance, from model.Instance) { to.HealthChecks = from.HealthChecks }},
		{"ports", func(m model.Instance) attr.Value { return m.Ports }, func(to *model.Instance, from model.Instance) { to.Ports = from.Ports }},
		{"restart_policy", func(m model.Instance) attr.Value { return m.RestartPolicy }, func(to *model.Instance, from model.Instance) { to.RestartPolicy = from.RestartPolicy }},
		{"security", func(m model.Instance) attr.Value { return m.Security }, func(to *model.Instance, from model.Instance) { to.Security = from.Security }},
		{"service_account", func(m model.Instance) attr.Value { return m.ServiceAccount }, func(to *model.Instance, from model.Instance) { to.ServiceAccount = from.ServiceAccount }},
		{"volumes", func(m model.Instance) attr.Value { return m.Volumes }, func(to *model.Instance, from model.Instance) { to.Volumes = from.Volumes }},
	}
}

// Differences is what a plan changes about the Pod, except its image and size.
type Differences struct {
	// Attributes are those that mean another Pod. Pod reports whether the attribute pod does.
	Attributes []string
	Pod        bool
	// Moved are the attributes of which a part moves to or from another one. Together they mean the
	// same Pod, but none does alone.
	Moved []string
}

// DifferencesBetween compares the two models. Unknown values are differences.
func DifferencesBetween(ctx context.Context, prior, plan model.Instance) Differences {
	all := podAttributes()
	changed := slices.DeleteFunc(slices.Clone(all), func(s podAttribute) bool { return s.value(plan).Equal(s.value(prior)) })
	podChanged := !plan.Pod.Equal(prior.Pod)
	if len(changed) == 0 && !podChanged {
		return Differences{}
	}
	isOpen := func(s podAttribute) bool { return !isKnown(ctx, s.value(plan)) }
	allKnown := isKnown(ctx, plan.Pod) && !slices.ContainsFunc(all, isOpen)
	if allKnown && meansSamePod(ctx, withSizeOf(prior, plan), plan) {
		return Differences{Moved: movedBetween(ctx, prior, plan, changed)}
	}
	d := Differences{Pod: podChanged && !samePodAttribute(ctx, prior, plan)}
	for _, s := range changed {
		before := plan
		s.copy(&before, prior)
		if isOpen(s) || !meansSamePod(ctx, before, plan) {
			d.Attributes = append(d.Attributes, s.name)
		}
	}
	if len(d.Attributes) == 0 && !d.Pod && allKnown {
		// Each alone changes nothing, and together they do.
		for _, s := range changed {
			d.Attributes = append(d.Attributes, s.name)
		}
	}
	return d
}

// movedBetween names the attributes that can't keep their prior value, because the plan would then
// mean another Pod.
func movedBetween(ctx context.Context, prior, plan model.Instance, changed []podAttribute) []string {
	var moved []string
	kept := plan
	pod := podAttribute{"pod", func(m model.Instance) attr.Value { return m.Pod }, func(to *model.Instance, from model.Instance) { to.Pod = from.Pod }}
	for _, s := range append(slices.Clone(changed), pod) {
		with := kept
		s.copy(&with, prior)
		if meansSamePod(ctx, with, plan) {
			kept = with
		} else {
			moved = append(moved, s.name)
		}
	}
	return moved
}

// withSizeOf copies the image and the size of another model, which are changed in place.
func withSizeOf(m, other model.Instance) model.Instance {
	m.Image, m.CPU, m.Memory, m.Limits, m.Requests = other.Image, other.CPU, other.Memory, other.Limits, other.Requests
	return m
}

// meansSamePod compares the Pods that two models mean, without unknown values.
func meansSamePod(ctx context.Context, a, b model.Instance) bool {
	one, valid := meantSpec(ctx, a)
	other, alsoValid := meantSpec(ctx, b)
	return valid && alsoValid && podspec.Same(one, other)
}

func meantSpec(ctx context.Context, m model.Instance) (corev1.PodSpec, bool) {
	m = Known(ctx, m)
	if !isKnown(ctx, m.Pod) {
		m.Pod = types.DynamicNull()
	}
	spec, diags := manifest.DesiredSpec(ctx, m, manifest.Options{})
	// A volume that was read with a source for which there are no words has none here, which
	// to the API server is a folder.
	unread := func(v corev1.Volume) bool { return v.VolumeSource == corev1.VolumeSource{} }
	return spec, !diags.HasError() && !slices.ContainsFunc(spec.Volumes, unread)
}

// samePodAttribute compares what pod means over what the other attributes of the plan do.
func samePodAttribute(ctx context.Context, prior, plan model.Instance) bool {
	base, diags := manifest.BaseSpec(ctx, Known(ctx, plan))
	was, faults := podspec.Decode(prior.Pod)
	is, more := podspec.Decode(plan.Pod)
	return !diags.HasError() && len(faults)+len(more) == 0 && podspec.Equal(was, is, base)
}

// has reports whether an attribute means another Pod, alone or with a part that moves.
func (d Differences) has(name string) bool {
	return slices.Contains(d.Attributes, name) || slices.Contains(d.Moved, name)
}

// AsPrior plans the prior value of each attribute that means the same as before.
func (d Differences) AsPrior(ctx context.Context, prior, config, plan model.Resource) model.Resource {
	shaped := func(name string) func(_, _ attr.Value) bool {
		return func(_, _ attr.Value) bool { return !d.has(name) }
	}
	fw.KeepAsPrior(ctx, &plan.Args, prior.Args, config.Args, shaped("args"))
	fw.KeepAsPrior(ctx, &plan.Command, prior.Command, config.Command, shaped("command"))
	fw.KeepAsPrior(ctx, &plan.Env, prior.Env, config.Env, shaped("env"))
	fw.KeepAsPrior(ctx, &plan.EnvValueFrom, prior.EnvValueFrom, config.EnvValueFrom, shaped("env_value_from"))
	fw.KeepAsPrior(ctx, &plan.HealthChecks, prior.HealthChecks, config.HealthChecks, shaped("health_checks"))
	fw.KeepAsPrior(ctx, &plan.Ports, prior.Ports, config.Ports, shaped("ports"))
	fw.KeepAsPrior(ctx, &plan.Security, prior.Security, config.Security, shaped("security"))
	fw.KeepAsPrior(ctx, &plan.Volumes, prior.Volumes, config.Volumes, shaped("volumes"))
	fw.KeepAsPrior(ctx, &plan.CPU, prior.CPU, config.CPU, fw.Same)
	fw.KeepAsPrior(ctx, &plan.Memory, prior.Memory, config.Memory, fw.Same)
	fw.KeepAsPrior(ctx, &plan.Limits, prior.Limits, config.Limits, fw.Same)
	fw.KeepAsPrior(ctx, &plan.Requests, prior.Requests, config.Requests, fw.Same)
	fw.KeepAsPrior(ctx, &plan.Timeouts.Object, prior.Timeouts.Object, config.Timeouts.Object, fw.SameDurations)
	if prior.HasPod() && config.HasPod() && !d.Pod && !d.has("pod") {
		plan.Pod = prior.Pod
	}
	return plan
}

// ReplacedBy returns the paths of an attribute that force a replacement. For security these are the
// settings that differ.
func ReplacedBy(name string, prior, plan model.Instance) []path.Path {
	root := path.Root(name)
	if name != "security" {
		return []path.Path{root}
	}
	var paths []path.Path
	before, after := prior.Security.Attributes(), plan.Security.Attributes()
	for setting, value := range after {
		if !fw.Same(before[setting], value) {
			paths = append(paths, root.AtName(setting))
		}
	}
	if len(paths) == 0 {
		return []path.Path{root}
	}
	return paths
}
