package podgen

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// Meaning is what a Pod with all its defaults comes to: two Pods of one meaning are
// run alike. It has the variables as a program sees them, the security context of
// each container with what it inherits, and nothing that admission adds to any Pod.
// The main container, which has that name, is called app.
func Meaning(spec corev1.PodSpec, main string) corev1.PodSpec {
	spec = *spec.DeepCopy()
	spec.NodeName, spec.Priority, spec.PreemptionPolicy = "", nil, nil
	spec.DeprecatedServiceAccount = ""
	if spec.AutomountServiceAccountToken == nil {
		spec.AutomountServiceAccountToken = ptr.To(slices.ContainsFunc(spec.Volumes, func(v corev1.Volume) bool { return isToken(v.Name) }))
	}
	spec.Volumes = slices.DeleteFunc(spec.Volumes, func(v corev1.Volume) bool { return isToken(v.Name) })
	spec.Tolerations = slices.DeleteFunc(spec.Tolerations, func(t corev1.Toleration) bool {
		return t.Key == corev1.TaintNodeNotReady || t.Key == corev1.TaintNodeUnreachable
	})
	whole := ptr.Deref(spec.SecurityContext, corev1.PodSecurityContext{})
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			settle(&list[i], whole)
		}
	}
	renamed(&spec, main)
	whole.RunAsNonRoot, whole.RunAsUser, whole.RunAsGroup, whole.SeccompProfile, whole.AppArmorProfile, whole.SELinuxOptions = nil, nil, nil, nil, nil, nil
	spec.SecurityContext = &whole
	slices.SortFunc(spec.Volumes, func(a, b corev1.Volume) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(spec.Containers, func(a, b corev1.Container) int { return cmp.Compare(a.Name, b.Name) })
	for i := range spec.Volumes {
		sortItems(&spec.Volumes[i])
	}
	slices.SortFunc(spec.ImagePullSecrets, func(a, b corev1.LocalObjectReference) int { return cmp.Compare(a.Name, b.Name) })
	spec.ImagePullSecrets = slices.Compact(slices.DeleteFunc(spec.ImagePullSecrets, func(r corev1.LocalObjectReference) bool { return r.Name == "" }))
	spec.HostAliases = gathered(spec.HostAliases)
	dropHollow(reflect.ValueOf(&spec).Elem())
	return spec
}

// dropHollow takes away objects in which nothing is said, where saying nothing is all
// that one can do without them.
func dropHollow(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		dropHollow(v.Elem())
		switch v.Interface().(type) {
		case *corev1.PodDNSConfig, *corev1.Lifecycle, *corev1.WindowsSecurityContextOptions, *corev1.SELinuxOptions, *corev1.SecurityContext,
			*corev1.Affinity, *corev1.NodeAffinity, *corev1.PodAffinity, *corev1.PodAntiAffinity, *corev1.ResourceRequirements:
			if v.Elem().IsZero() {
				v.SetZero()
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field, name := v.Field(i), v.Type().Field(i).Name
			if name == "Optional" && field.Kind() == reflect.Pointer && !field.IsNil() && field.Elem().IsZero() {
				field.SetZero() // false is what nothing means
			}
			if field.CanSet() {
				dropHollow(field)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			dropHollow(v.Index(i))
		}
	}
}

// gathered has each address once.
func gathered(aliases []corev1.HostAlias) []corev1.HostAlias {
	names := map[string][]string{}
	for _, alias := range aliases {
		names[alias.IP] = append(names[alias.IP], alias.Hostnames...)
	}
	var all []corev1.HostAlias
	for _, ip := range slices.Sorted(maps.Keys(names)) {
		slices.Sort(names[ip])
		all = append(all, corev1.HostAlias{IP: ip, Hostnames: slices.Compact(names[ip])})
	}
	return all
}

func isToken(volume string) bool { return strings.HasPrefix(volume, "kube-api-access-") }

func sortItems(v *corev1.Volume) {
	byKey := func(a, b corev1.KeyToPath) int { return cmp.Compare(a.Key, b.Key) }
	if v.ConfigMap != nil {
		slices.SortFunc(v.ConfigMap.Items, byKey)
	}
	if v.Secret != nil {
		slices.SortFunc(v.Secret.Items, byKey)
	}
}

// settle has a container say all that holds for it.
func settle(c *corev1.Container, whole corev1.PodSecurityContext) {
	s := ptr.Deref(c.SecurityContext, corev1.SecurityContext{})
	s.RunAsNonRoot = notDefault(either(s.RunAsNonRoot, whole.RunAsNonRoot), false)
	s.ReadOnlyRootFilesystem = notDefault(s.ReadOnlyRootFilesystem, false)
	s.AllowPrivilegeEscalation = notDefault(s.AllowPrivilegeEscalation, true)
	s.Privileged = notDefault(s.Privileged, false)
	s.RunAsUser = either(s.RunAsUser, whole.RunAsUser)
	s.RunAsGroup = either(s.RunAsGroup, whole.RunAsGroup)
	s.SeccompProfile = either(s.SeccompProfile, whole.SeccompProfile)
	s.AppArmorProfile = either(s.AppArmorProfile, whole.AppArmorProfile)
	s.SELinuxOptions = either(s.SELinuxOptions, whole.SELinuxOptions)
	if caps := s.Capabilities; caps != nil && len(caps.Add)+len(caps.Drop) == 0 {
		s.Capabilities = nil
	} else if caps != nil {
		s.Capabilities = &corev1.Capabilities{Add: once(s.Capabilities.Add), Drop: once(s.Capabilities.Drop)}
	}
	c.SecurityContext = &s
	c.Env = seenEnv(c.Env)
	c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return isToken(m.Name) })
	slices.SortFunc(c.VolumeMounts, func(a, b corev1.VolumeMount) int { return cmp.Compare(a.MountPath, b.MountPath) })
	slices.SortFunc(c.Ports, func(a, b corev1.ContainerPort) int {
		return cmp.Or(cmp.Compare(a.ContainerPort, b.ContainerPort), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(b.Name, a.Name))
	})
	c.Ports = slices.CompactFunc(c.Ports, func(a, b corev1.ContainerPort) bool {
		return a.ContainerPort == b.ContainerPort && a.Protocol == b.Protocol && (a.Name == b.Name || b.Name == "")
	})
}

func notDefault(flag *bool, byDefault bool) *bool {
	if flag != nil && *flag == byDefault {
		return nil
	}
	return flag
}

func once(all []corev1.Capability) []corev1.Capability {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

func either[T any](first, second *T) *T {
	if first != nil {
		return first
	}
	return second
}

// seenEnv are the variables as the kubelet makes them: each use replaced by what came
// before it.
func seenEnv(list []corev1.EnvVar) []corev1.EnvVar {
	use := regexp.MustCompile(`\$\$|\$\(([^)]+)\)`)
	env := map[string]corev1.EnvVar{}
	for _, v := range list {
		if from := v.ValueFrom; from != nil {
			from = from.DeepCopy()
			if from.ResourceFieldRef != nil {
				from.ResourceFieldRef.ContainerName = ""
			}
			v.ValueFrom = from
			env[v.Name] = v
			continue
		}
		v.Value = use.ReplaceAllStringFunc(v.Value, func(found string) string {
			name := strings.TrimSuffix(strings.TrimPrefix(found, "$("), ")")
			switch used, there := env[name]; {
			case found == "$$":
				return "$"
			case !there:
				return found
			case used.ValueFrom != nil:
				return fmt.Sprintf("<%s>", used.ValueFrom.String())
			default:
				return used.Value
			}
		})
		env[v.Name] = v
	}
	var seen []corev1.EnvVar
	for _, v := range env {
		seen = append(seen, v)
	}
	slices.SortFunc(seen, func(a, b corev1.EnvVar) int { return cmp.Compare(a.Name, b.Name) })
	return seen
}

// renamed calls the main container app, and an init container of that name otherwise.
func renamed(spec *corev1.PodSpec, main string) {
	const app = "app"
	for i := range spec.InitContainers {
		if c := &spec.InitContainers[i]; c.Name == app {
			c.Name = app + "-init"
		}
	}
	for i := range spec.Containers {
		if c := &spec.Containers[i]; c.Name == main {
			c.Name = app
		}
	}
}

// Fields is how many values there are in a spec.
func Fields(spec corev1.PodSpec) int {
	data, err := json.Marshal(spec)
	if err != nil {
		return 0
	}
	var tree any
	if json.Unmarshal(data, &tree) != nil {
		return 0
	}
	return leaves(tree)
}

func leaves(tree any) int {
	all := 0
	switch v := tree.(type) {
	case map[string]any:
		for _, value := range v {
			all += leaves(value)
		}
	case []any:
		for _, value := range v {
			all += leaves(value)
		}
	default:
		return 1
	}
	return all
}
