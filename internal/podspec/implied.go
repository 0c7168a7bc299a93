package podspec

import (
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// The API server leaves many fields empty although the API's documentation names a default. If such
// a default is written, it is stored, and changes nothing about the Pod. These defaults are called
// implied here.

// impliedValues returns the implied defaults of a type by field, as JSON has them. An optional flag
// is implied to be false, unless the table has another value.
func impliedValues(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[corev1.PodSpec]():
		return map[string]any{"hostUsers": true}
	case reflect.TypeFor[corev1.PodSecurityContext]():
		return map[string]any{
			"fsGroupChangePolicy":      string(corev1.FSGroupChangeAlways),
			"supplementalGroupsPolicy": string(corev1.SupplementalGroupsPolicyMerge),
		}
	case reflect.TypeFor[corev1.SecurityContext]():
		return map[string]any{"allowPrivilegeEscalation": true, "procMount": string(corev1.DefaultProcMount)}
	case reflect.TypeFor[corev1.VolumeMount]():
		return map[string]any{
			"mountPropagation":  string(corev1.MountPropagationNone),
			"recursiveReadOnly": string(corev1.RecursiveReadOnlyDisabled),
		}
	case reflect.TypeFor[corev1.Toleration]():
		return map[string]any{"operator": string(corev1.TolerationOpEqual)}
	case reflect.TypeFor[corev1.TopologySpreadConstraint]():
		return map[string]any{
			"minDomains":         int64(1),
			"nodeAffinityPolicy": string(corev1.NodeInclusionPolicyHonor),
			"nodeTaintsPolicy":   string(corev1.NodeInclusionPolicyIgnore),
		}
	case reflect.TypeFor[corev1.ResourceFieldSelector]():
		return map[string]any{"divisor": "1"}
	case reflect.TypeFor[corev1.PodDNSConfigOption]():
		return map[string]any{"value": ""}
	case reflect.TypeFor[corev1.PersistentVolumeClaimSpec]():
		return map[string]any{"volumeAttributesClassName": ""}
	case reflect.TypeFor[corev1.TypedLocalObjectReference]():
		return map[string]any{"apiGroup": ""}
	case reflect.TypeFor[corev1.TypedObjectReference]():
		return map[string]any{"apiGroup": "", "namespace": ""}
	case reflect.TypeFor[corev1.CSIVolumeSource]():
		return map[string]any{"fsType": ""}
	case reflect.TypeFor[corev1.HTTPGetAction]():
		return map[string]any{"protocol": "HTTP/1.1"}
	case reflect.TypeFor[corev1.GRPCAction]():
		return map[string]any{"mode": "Plaintext"}
	case reflect.TypeFor[corev1.EmptyDirVolumeSource]():
		return map[string]any{"mode": int64(0o777), "sizeLimit": "0"}
	case reflect.TypeFor[corev1.CephFSVolumeSource]():
		return map[string]any{"path": "/", "user": "admin", "secretFile": "/etc/ceph/user.secret"}
	}
	return nil
}

// hollow reports whether an empty optional object means the same as none.
func hollow(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[corev1.Affinity](), reflect.TypeFor[corev1.NodeAffinity](), reflect.TypeFor[corev1.PodAffinity](), reflect.TypeFor[corev1.PodAntiAffinity](),
		reflect.TypeFor[corev1.PodSecurityContext](), reflect.TypeFor[corev1.SecurityContext](), reflect.TypeFor[corev1.Capabilities](), reflect.TypeFor[corev1.WindowsSecurityContextOptions](),
		reflect.TypeFor[corev1.PodDNSConfig](), reflect.TypeFor[corev1.Lifecycle](), reflect.TypeFor[corev1.ResourceRequirements]():
		return true
	}
	return false
}

// impliedFor returns the implied default of a field, or nil if it has none.
func impliedFor(t reflect.Type, f *field) any {
	if value, has := impliedValues(t)[f.name]; has {
		return value
	}
	if filledIn := slices.ContainsFunc(defaults()[t], func(r rule) bool { return r.field == f.name }); filledIn || f.name == "automountServiceAccountToken" {
		return nil // The API server, or the service account, decides.
	}
	if f.pointer && f.shape.kind == boolean {
		return false
	}
	return nil
}

// plain removes from a normal tree, in place, what means the same if omitted: implied defaults, and
// objects that say nothing.
func (s *shape) plain(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			inner, _ := s.inner(name)
			if inner == nil {
				continue
			}
			value = inner.plain(value)
			v[name] = value
			if f := s.fields[name]; f != nil && f.saysNothing(value) {
				delete(v, name)
			}
		}
	case []any:
		kept := v[:0]
		for _, item := range v {
			if item = s.elem.plain(item); !s.elem.isIdleItem(item) {
				kept = append(kept, item)
			}
		}
		return kept
	}
	return tree
}

// saysNothing reports whether a plain value means the same as none.
func (f *field) saysNothing(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return len(v) == 0 && f.hollow
	case []any:
		return len(v) == 0
	}
	return f.implied != nil && f.shape.sameScalar(value, f.implied)
}

// isIdleItem reports whether an element of a list means the same as none: a resource that resizes
// without a restart is like a resource without a policy.
func (s *shape) isIdleItem(item any) bool {
	if s.of != reflect.TypeFor[corev1.ContainerResizePolicy]() {
		return false
	}
	policy := mapOf(item)["restartPolicy"]
	return policy == nil || policy == string(corev1.NotRequired)
}

// isIdle reports whether a field of an object means the same if omitted: it has its zero value, an
// implied default, or the default that the API server fills in.
func (s *shape) isIdle(name string, value any, in map[string]any) bool {
	f := s.fields[name]
	if f == nil || value == nil {
		return value == nil
	}
	for _, r := range defaults()[s.of] {
		if r.field == name && f.shape.same(r.value(in), value) {
			return true
		}
	}
	alone := map[string]any{name: copyOf(value)}
	s.normal(alone)
	s.plain(alone)
	return len(alone) == 0
}

// fillInherited gives containers the settings that they inherit from the Pod's securityContext.
func fillInherited(tree map[string]any) {
	pod := mapOf(tree["securityContext"])
	for _, container := range containersOf(tree) {
		own := mapOf(container["securityContext"])
		for _, name := range []string{"runAsNonRoot", "runAsUser", "runAsGroup", "seLinuxOptions", "seccompProfile", "appArmorProfile"} {
			own = withInherited(own, pod, name)
		}
		windows := mapOf(own["windowsOptions"])
		for name := range mapOf(pod["windowsOptions"]) {
			windows = withInherited(windows, mapOf(pod["windowsOptions"]), name)
		}
		if len(windows) > 0 {
			if own == nil {
				own = map[string]any{}
			}
			own["windowsOptions"] = windows
		}
		if len(own) > 0 {
			container["securityContext"] = own
		}
	}
}

func withInherited(own, from map[string]any, name string) map[string]any {
	value, there := from[name]
	if !there || own[name] != nil {
		return own
	}
	if own == nil {
		own = map[string]any{}
	}
	own[name] = copyOf(value)
	return own
}
