package manifest

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// desiredEnv are the variables of both attributes, each after those that its value
// uses, otherwise by name. Sources are the variables that get their values from
// elsewhere: they use none, but may be used.
func desiredEnv(literals map[string]string, sources map[string]*corev1.EnvVarSource) []corev1.EnvVar {
	var env []corev1.EnvVar
	names := slices.AppendSeq(slices.Collect(maps.Keys(literals)), maps.Keys(sources))
	slices.Sort(names)
	for _, name := range names {
		env = append(env, corev1.EnvVar{Name: name, Value: literals[name], ValueFrom: sources[name]})
	}
	return usedFirst(env, len(env))
}

// usedFirst puts a variable after those that its value uses, for Kubernetes only
// fills in what comes before. The variables from listed on are a list of pod: where
// one of them uses another, they keep the order in which they are written.
func usedFirst(env []corev1.EnvVar, listed int) []corev1.EnvVar {
	at := map[string]int{}
	uses := make([][]string, len(env))
	for i, v := range env {
		at[v.Name], uses[i] = i, podspec.VariablesUsed(v.Value)
	}
	var ordered []corev1.EnvVar
	seen := make([]bool, len(env))
	var add func(i int)
	add = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for k := listed; k < i; k++ {
			if slices.Contains(uses[k], env[i].Name) {
				add(k)
			}
		}
		for _, name := range uses[i] {
			if used, there := at[name]; there && (i < listed || used < i) {
				add(used)
			}
		}
		ordered = append(ordered, env[i])
	}
	for i := range env {
		add(i)
	}
	return ordered
}

// desiredSources sends all that is declared, also where it contradicts itself,
// so that the API server refuses what wasn't known when it was validated.
func desiredSources(ctx context.Context, declared types.Map) (map[string]*corev1.EnvVarSource, diag.Diagnostics) {
	byName, diags := model.EntriesAs[model.Variable](ctx, declared)
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
