package podspec

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// A container's variables are a list, which may have a name twice. The last one counts; a hidden
// one is only used by variables between the two.

// VariablesOnce keeps the last of several variables with the same name. A variable that uses a
// hidden one gets its value written in.
func VariablesOnce(list []corev1.EnvVar) []corev1.EnvVar {
	var once []corev1.EnvVar
	hidden := map[string]string{}
	for i, v := range list {
		v.Value = RewriteUses(v.Value, func(name string) string {
			if value, there := hidden[name]; there {
				return value
			}
			return "$(" + name + ")"
		})
		delete(hidden, v.Name)
		if !HasVariable(list[i+1:], v.Name) {
			once = append(once, v)
		} else if v.ValueFrom == nil {
			// A reference that finds nothing here must not find what comes later.
			hidden[v.Name] = RewriteUses(v.Value, func(name string) string {
				if !HasVariable(list[:i], name) {
					return "$$(" + name + ")"
				}
				return "$(" + name + ")"
			})
		}
	}
	return once
}

// HasVariable reports whether there is a variable with that name.
func HasVariable(list []corev1.EnvVar, name string) bool {
	return slices.ContainsFunc(list, func(v corev1.EnvVar) bool { return v.Name == name })
}

// RewriteUses replaces each reference to a variable in a value, $(NAME), by another text.
func RewriteUses(value string, use func(name string) string) string {
	if !strings.Contains(value, "$(") {
		return value
	}
	return variableUse().ReplaceAllStringFunc(value, func(found string) string {
		if found == "$$" {
			return found
		}
		return use(strings.TrimSuffix(strings.TrimPrefix(found, "$("), ")"))
	})
}

// VariablesUsed returns the names of the variables that a value uses.
func VariablesUsed(value string) []string {
	var names []string
	RewriteUses(value, func(name string) string {
		names = append(names, name)
		return ""
	})
	return names
}

// otherOrder reports whether elements at those positions of a live list mean something else in that
// order. Variables do if one uses another.
func (s *shape) otherOrder(items []*node, at []int) bool {
	if len(s.keys) == 0 || s.ordered {
		return !slices.IsSorted(at)
	}
	if s.elem.of != reflect.TypeFor[corev1.EnvVar]() {
		return false
	}
	for i, item := range items {
		value, _ := item.text("value")
		for _, used := range VariablesUsed(value) {
			for j, other := range items {
				if name, _ := other.text("name"); name == used && (i < j) != (at[i] < at[j]) {
					return true
				}
			}
		}
	}
	return false
}

// variableUse finds $(NAME), and $$, which stands for one dollar sign.
func variableUse() *regexp.Regexp { return regexp.MustCompile(`\$\$|\$\(([^)]+)\)`) }

// PortsOnce keeps one of several ports with the same number and protocol: the first with a name, or
// else the first. Kubernetes' own merges identify a port by these two alone.
func PortsOnce(list []corev1.ContainerPort) []corev1.ContainerPort {
	var once []corev1.ContainerPort
	for _, port := range list {
		i := slices.IndexFunc(once, func(p corev1.ContainerPort) bool {
			return p.ContainerPort == port.ContainerPort && p.Protocol == port.Protocol
		})
		switch {
		case i < 0:
			once = append(once, port)
		case once[i].Name == "":
			once[i] = port
		}
	}
	return once
}

// withItemsOnce removes duplicates from the lists of a live spec.
func withItemsOnce(spec corev1.PodSpec) corev1.PodSpec {
	for _, list := range []*[]corev1.Container{&spec.InitContainers, &spec.Containers} {
		*list = slices.Clone(*list)
		for i := range *list {
			c := &(*list)[i]
			if len(c.Env) > 1 {
				c.Env = VariablesOnce(c.Env)
			}
			if len(c.Ports) > 1 {
				c.Ports = PortsOnce(c.Ports)
			}
		}
	}
	spec.ImagePullSecrets = secretsOnce(spec.ImagePullSecrets)
	spec.HostAliases = aliasesOnce(spec.HostAliases)
	return spec
}

func secretsOnce(list []corev1.LocalObjectReference) []corev1.LocalObjectReference {
	var once []corev1.LocalObjectReference
	for _, secret := range list {
		if !slices.Contains(once, secret) {
			once = append(once, secret)
		}
	}
	return once
}

// aliasesOnce collects the names of an address that occurs several times.
func aliasesOnce(list []corev1.HostAlias) []corev1.HostAlias {
	var once []corev1.HostAlias
	for _, alias := range list {
		i := slices.IndexFunc(once, func(a corev1.HostAlias) bool { return a.IP == alias.IP })
		if i < 0 {
			once = append(once, *alias.DeepCopy())
			continue
		}
		for _, name := range alias.Hostnames {
			if !slices.Contains(once[i].Hostnames, name) {
				once[i].Hostnames = append(once[i].Hostnames, name)
			}
		}
	}
	return once
}
