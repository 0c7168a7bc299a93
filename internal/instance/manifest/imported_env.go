package manifest

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// A Pod's variables are a list: a name may be there twice, of which the last
// counts, and a value may use a variable that comes only after it, which
// Kubernetes leaves as it is written. A map has neither, and is sent in an order
// in which uses work. So what is read of a list is what means the same in a map.

// importedEnv are the variables with each name once, and each use written so that
// it means the same in any order.
func importedEnv(list []corev1.EnvVar) []corev1.EnvVar {
	env := podspec.VariablesOnce(list)
	for i, v := range env {
		env[i].Value = podspec.RewriteUses(v.Value, func(name string) string {
			if name != v.Name && !podspec.HasVariable(env[:i], name) && podspec.HasVariable(env[i+1:], name) {
				return "$$(" + name + ")"
			}
			return "$(" + name + ")"
		})
	}
	return env
}

// declaredEnv are the variables as importedEnv has them, but for those whose value
// is declared just as it is in the Pod.
func declaredEnv(list []corev1.EnvVar, declared types.Map) []corev1.EnvVar {
	env := importedEnv(list)
	for i, v := range env {
		if v.ValueFrom != nil {
			continue
		}
		said, isText := declared.Elements()[v.Name].(types.String)
		if raw := lastOf(list, v.Name).Value; isText && said.ValueString() == raw {
			env[i].Value = raw
		}
	}
	return env
}

// withEnv is a spec whose container of that name has the variables.
func withEnv(spec corev1.PodSpec, container string, env func([]corev1.EnvVar) []corev1.EnvVar) corev1.PodSpec {
	spec = *spec.DeepCopy()
	for i := range spec.Containers {
		if c := &spec.Containers[i]; c.Name == container {
			c.Env = env(c.Env)
		}
	}
	return spec
}

func lastOf(env []corev1.EnvVar, name string) corev1.EnvVar {
	for _, v := range slices.Backward(env) {
		if v.Name == name {
			return v
		}
	}
	return corev1.EnvVar{}
}
