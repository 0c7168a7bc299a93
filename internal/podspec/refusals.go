package podspec

import (
	"reflect"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// refusals returns why a configuration may never have a field of the API, or nothing. conflicts.go
// has what only the main container may not have.
func refusals(in reflect.Type, name string) string {
	switch in {
	case reflect.TypeFor[corev1.PodSpec]():
		return podRefusal(name)
	case reflect.TypeFor[corev1.PodSecurityContext]():
		if attribute := securityAttribute(name); attribute != "" {
			return "the attribute " + attribute + " sets this for the whole instance; set it there"
		}
	case reflect.TypeFor[metav1.ObjectMeta]():
		// The API server refuses the rest in the template of a volume claim.
		if name != "labels" && name != "annotations" {
			return "a volume claim's template has only labels and annotations as metadata; Kubernetes sets the rest"
		}
	}
	return ""
}

func podRefusal(name string) string {
	switch name {
	case "restartPolicy":
		return "the attribute restart_policy sets this; set it there"
	case "serviceAccountName", "serviceAccount":
		return "the attribute service_account sets this; set it there"
	case "ephemeralContainers":
		return "ephemeral containers can't be created with a Pod; kubectl debug adds one to a running Pod"
	}
	return ""
}

// securityAttribute returns the attribute for a field of the Pod's or the main container's
// securityContext.
func securityAttribute(name string) string {
	switch name {
	case "runAsNonRoot":
		return "security.run_as_non_root"
	case "runAsUser":
		return "security.run_as_user"
	case "runAsGroup":
		return "security.run_as_group"
	case "fsGroup":
		return "security.fs_group"
	case "seccompProfile":
		return "security.seccomp_profile"
	case "appArmorProfile":
		return "security.app_armor_profile"
	case "seLinuxOptions":
		return "security.selinux"
	case "readOnlyRootFilesystem":
		return "security.read_only_root_filesystem"
	case "allowPrivilegeEscalation":
		return "security.allow_privilege_escalation"
	case "capabilities":
		return "security.capabilities_add or security.capabilities_drop"
	}
	return ""
}
