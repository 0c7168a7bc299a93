package instance

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// desiredEnv puts a variable after those that its value uses, for Kubernetes
// only fills in what comes before; otherwise by name. Sources are the variables
// that get their values from elsewhere: they use none, but may be used.
func desiredEnv(literals map[string]string, sources map[string]*corev1.EnvVarSource) []corev1.EnvVar {
	uses := regexp.MustCompile(`\$\$|\$\(([^)]+)\)`)
	var ordered []corev1.EnvVar
	seen := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		value, literal := literals[name]
		source, sourced := sources[name]
		if seen[name] || !literal && !sourced {
			return
		}
		seen[name] = true
		for _, use := range uses.FindAllStringSubmatch(value, -1) {
			add(use[1])
		}
		ordered = append(ordered, corev1.EnvVar{Name: name, Value: value, ValueFrom: source})
	}
	names := slices.AppendSeq(slices.Collect(maps.Keys(literals)), maps.Keys(sources))
	slices.Sort(names)
	for _, name := range names {
		add(name)
	}
	return ordered
}

// desiredSources sends all that is declared, also where it contradicts itself,
// so that the API server refuses what wasn't known when it was validated.
func desiredSources(ctx context.Context, declared types.Map) (map[string]*corev1.EnvVarSource, diag.Diagnostics) {
	var byName map[string]variableModel
	diags := declared.ElementsAs(ctx, &byName, false)
	sources := map[string]*corev1.EnvVarSource{}
	for name, v := range byName {
		source := &corev1.EnvVarSource{}
		if !v.ConfigMap.IsNull() {
			source.ConfigMapKeyRef = &corev1.ConfigMapKeySelector{Key: v.Key.ValueString(), Optional: onlyTrue(v.Optional)}
			source.ConfigMapKeyRef.Name = v.ConfigMap.ValueString()
		}
		if !v.Secret.IsNull() {
			source.SecretKeyRef = &corev1.SecretKeySelector{Key: v.Key.ValueString(), Optional: onlyTrue(v.Optional)}
			source.SecretKeyRef.Name = v.Secret.ValueString()
		}
		if !v.Field.IsNull() {
			source.FieldRef = &corev1.ObjectFieldSelector{FieldPath: v.Field.ValueString()}
		}
		if !v.Resource.IsNull() {
			// What can't be parsed was refused when it was validated.
			divisor, _ := v.Divisor.Known()
			source.ResourceFieldRef = &corev1.ResourceFieldSelector{Resource: v.Resource.ValueString(), Divisor: divisor}
		}
		sources[name] = source
	}
	return sources, diags
}

// onlyTrue is a flag as Kubernetes' users leave it out.
func onlyTrue(flag types.Bool) *bool {
	if !flag.ValueBool() {
		return nil
	}
	return ptr.To(true)
}
