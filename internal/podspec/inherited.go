package podspec

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
)

// InheritedNames are the fields of a security context that a container inherits from its Pod.
func InheritedNames() []string {
	return []string{"runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile", "appArmorProfile", "seLinuxOptions"}
}

// Inherited returns those that are set.
func Inherited(c *corev1.SecurityContext) map[string]bool {
	if c == nil {
		return nil
	}
	return map[string]bool{
		"runAsNonRoot": c.RunAsNonRoot != nil, "runAsUser": c.RunAsUser != nil, "runAsGroup": c.RunAsGroup != nil,
		"seccompProfile": c.SeccompProfile != nil, "appArmorProfile": c.AppArmorProfile != nil, "seLinuxOptions": c.SELinuxOptions != nil,
	}
}

// MainSecurity returns those that a declaration sets for the main container alone.
func MainSecurity(declared types.Dynamic) []string {
	d, faults := Decode(declared)
	if d.IsNull() || d.root.unknown || len(faults) > 0 {
		return nil
	}
	var names []string
	for _, container := range d.root.list("containers") {
		if name, _ := container.text("name"); name != Main {
			continue
		}
		for _, m := range container.get("securityContext").all() {
			if slices.Contains(InheritedNames(), m.name) {
				names = append(names, m.name)
			}
		}
	}
	return names
}

// stripInherited removes what a container inherits from known, the attributes' meaning for the
// whole Pod. The main container keeps only what it sets for itself alone.
func stripInherited(tree, known map[string]any) {
	live, whole := mapOf(tree["securityContext"]), mapOf(known["securityContext"])
	fields := podSpec().fields["securityContext"].shape.fields
	for _, name := range InheritedNames() {
		alone := live[name] == nil && isOpen(whole[name]) && slices.ContainsFunc(containersOf(tree), func(c map[string]any) bool {
			return c["name"] != Main && mapOf(c["securityContext"])[name] == nil
		})
		for _, container := range containersOf(tree) {
			security := mapOf(container["securityContext"])
			value, isMain := security[name], container["name"] == Main
			// An open setting means the same as a written one only if the whole Pod has it.
			inherits := whole[name] != nil && fields[name].shape.same(value, whole[name]) && (live[name] != nil || !isOpen(value))
			if value == nil || isMain && (!alone || value == false) || !isMain && inherits {
				delete(security, name)
			}
		}
	}
	for _, container := range containersOf(tree) {
		stripInheritedWindows(container, mapOf(live["windowsOptions"]))
		if security, there := container["securityContext"]; there && len(mapOf(security)) == 0 {
			delete(container, "securityContext")
		}
	}
}

func stripInheritedWindows(container, whole map[string]any) {
	security := mapOf(container["securityContext"])
	own := mapOf(security["windowsOptions"])
	for name, value := range whole {
		if own[name] == value {
			delete(own, name)
		}
	}
	if own != nil && len(own) == 0 {
		delete(security, "windowsOptions")
	}
}

// fillOwnName completes a container's variables that use its own resource with the container's
// name.
func fillOwnName(tree map[string]any) {
	eachOwnResource(tree, func(container, ref map[string]any) {
		if ref["containerName"] == nil {
			ref["containerName"] = container["name"]
		}
	})
}

// stripOwnName undoes fillOwnName.
func stripOwnName(tree map[string]any) {
	eachOwnResource(tree, func(container, ref map[string]any) {
		if ref["containerName"] == container["name"] {
			delete(ref, "containerName")
		}
	})
}

func eachOwnResource(tree map[string]any, do func(container, ref map[string]any)) {
	for _, container := range containersOf(tree) {
		for _, variable := range listOf(container["env"]) {
			if ref := mapOf(mapOf(mapOf(variable)["valueFrom"])["resourceFieldRef"]); ref != nil {
				do(container, ref)
			}
		}
	}
}

// isOpen reports whether a field of a security context has Kubernetes' default.
func isOpen(value any) bool {
	return value == nil || value == false || mapOf(value)["type"] == string(corev1.SeccompProfileTypeUnconfined)
}
