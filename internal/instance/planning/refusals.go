package planning

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// PathOf returns the attribute to change after a refusal or a conflict. It is empty if there is no
// single one.
func PathOf(err error, m model.Instance) path.Path {
	var conflict *kube.ConflictError
	if errors.As(err, &conflict) {
		return pathOfConflict(conflict, m)
	}
	var refused *kube.RefusedError
	if !errors.As(err, &refused) {
		return path.Empty()
	}
	switch refused.Kind {
	case kube.RefusedByQuota, kube.RefusedByLimitRange:
		if m.HasPod() && ofOtherContainers(refused.Message, ` for: ([^;]+)`) {
			return path.Root("pod")
		}
		return pathOfAmount(refused.Resources(), m)
	case kube.RefusedByNode:
		return pathOfAmount(regexp.MustCompile(`\b(cpu|memory)\b`).FindStringSubmatch(refused.Message), m)
	case kube.RefusedByPodSecurity:
		return pathOfViolation(refused.Message, m)
	case kube.RefusedMissingAccount:
		if m.ServiceAccount.IsNull() && m.HasPod() {
			return path.Root("pod")
		}
		return path.Root("service_account")
	case kube.RefusedTerminating:
		return path.Root("cluster")
	case kube.RefusedAsInvalid:
		return pathOfField(refused.Fields(), m)
	case kube.RefusedForDefaults:
		return pathOfRequest(refused, m)
	case kube.RefusedAsChanged, kube.RefusedByRBAC, kube.RefusedEscalation, kube.RefusedByPolicy, kube.RefusedOtherwise:
	}
	return path.Empty()
}

// pathOfAmount is where the first of these resources is requested. For a count of instances it is
// the cluster.
func pathOfAmount(resources []string, m model.Instance) path.Path {
	for _, name := range resources {
		bare, ofRequests := strings.CutPrefix(strings.TrimPrefix(name, "limits."), "requests.")
		_, requested := m.Requests.Elements()[bare]
		switch {
		case bare == "pods" || strings.HasPrefix(bare, "count/"):
			continue
		case requested && (ofRequests || bare == name):
			return path.Root("requests").AtMapKey(bare)
		case bare == manifest.CPU || bare == manifest.Memory:
			return path.Root(bare)
		}
		if _, limited := m.Limits.Elements()[bare]; limited {
			return path.Root("limits").AtMapKey(bare)
		}
	}
	if len(resources) > 0 {
		return path.Root("cluster")
	}
	return path.Empty()
}

// pathOfRequest is where more is requested than a limit range lets an instance have that sets
// no limit.
func pathOfRequest(refused *kube.RefusedError, m model.Instance) path.Path {
	at := pathOfField(refused.Fields(), m)
	of := regexp.MustCompile(`must be less than or equal to (\S+) limit of`).FindStringSubmatch(refused.Message)
	if of == nil || at.Equal(path.Root("pod")) {
		return at
	}
	return pathOfAmount([]string{corev1.DefaultResourceRequestsPrefix + of[1]}, m)
}

// pathOfViolation is the attribute that breaks a Pod Security level. Fields that security doesn't
// have are set in pod.
func pathOfViolation(message string, m model.Instance) path.Path {
	switch {
	case strings.Contains(message, "hostPath") && !m.Volumes.IsNull():
		return path.Root("volumes")
	case m.HasPod() && regexp.MustCompile(`host namespaces|hostPort|hostProcess|privileged \(|procMount|sysctls|volume types|hostPath`).MatchString(message):
		return path.Root("pod")
	case m.HasPod() && !regexp.MustCompile(`\bpod (or|must)\b`).MatchString(message) && ofOtherContainers(message, `containers? ("[^)]*") must`):
		return path.Root("pod")
	}
	return path.Root("security")
}

// ofOtherContainers reports whether a message names containers, and the main one isn't among them.
// The pattern finds the names.
func ofOtherContainers(message, pattern string) bool {
	named := regexp.MustCompile(pattern).FindAllStringSubmatch(message, -1)
	main := regexp.MustCompile(`(^|[\s,"])` + manifest.ContainerName + `($|[\s,"])`)
	return len(named) > 0 && !slices.ContainsFunc(named, func(match []string) bool { return main.MatchString(match[1]) })
}

// pathOfField is the attribute that sets a field of the Pod. Fields without an attribute are set in
// pod, and so is everything about the other containers. The main container is the first.
func pathOfField(fields []string, m model.Instance) path.Path {
	unsaid := map[string]bool{
		"env":           m.Env.IsNull(),
		"health_checks": m.HealthChecks.IsNull(),
		"ports":         m.Ports.IsNull(),
		"volumes":       m.Volumes.IsNull(),
	}
	for _, field := range fields {
		if m.HasPod() && regexp.MustCompile(`\.initContainers\[|\.containers\[[1-9]`).MatchString(field) {
			return path.Root("pod")
		}
		for _, place := range []struct{ pattern, attribute string }{
			{`\.containers\[0\]\.image$`, "image"},
			{`\.containers\[0\]\.env\b`, "env"},
			{`\.containers\[0\]\.ports\b`, "ports"},
			{`\.containers\[0\]\.(livenessProbe|readinessProbe|startupProbe)\b`, "health_checks"},
			{`\.volumes\b|\.volumeMounts\b`, "volumes"},
			{`\.resources\.(limits|requests)\[?\.?cpu`, manifest.CPU},
			{`\.resources\.(limits|requests)\[?\.?memory`, manifest.Memory},
			{`\.resources\.limits\b`, "limits"},
			{`\.resources\.requests\b`, "requests"},
			{`\.securityContext($|\.(runAs(User|Group|NonRoot)|fsGroup|seccompProfile|appArmorProfile|seLinuxOptions|capabilities|allowPrivilegeEscalation|readOnlyRootFilesystem)\b)`, "security"},
			{`\.serviceAccountName$`, "service_account"},
			{`^metadata\.labels\b`, "labels"},
			{`^metadata\.annotations\b`, "annotations"},
			{`^metadata\.(name|generateName)$`, "name"},
		} {
			if !regexp.MustCompile(place.pattern).MatchString(field) {
				continue
			}
			if unsaid[place.attribute] && m.HasPod() {
				return path.Root("pod")
			}
			return path.Root(place.attribute)
		}
	}
	if m.HasPod() {
		return path.Root("pod")
	}
	return path.Empty()
}

// quotaUsage is what a quota counts for a Pod. A finished Pod counts only as an object.
func quotaUsage(pod *corev1.Pod) corev1.ResourceList {
	one := *resource.NewQuantity(1, resource.DecimalSI)
	share := corev1.ResourceList{"count/pods": one}
	if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
		return share
	}
	share[corev1.ResourcePods] = one
	options := resourcehelper.PodResourcesOptions{UseStatusResources: true}
	for name, amount := range resourcehelper.PodRequests(pod, options) {
		share[name], share[corev1.DefaultResourceRequestsPrefix+name] = amount, amount
	}
	for name, amount := range resourcehelper.PodLimits(pod, options) {
		share["limits."+name] = amount
	}
	return share
}

// RoomAfter reports whether a quota that refused an instance has room for it once its predecessor
// is gone.
func RoomAfter(predecessor *corev1.Pod, err error) bool {
	var refused *kube.RefusedError
	if predecessor == nil || !errors.As(err, &refused) {
		return false
	}
	excess, ok := refused.Excess()
	return ok && excess.FitsWithout(quotaUsage(predecessor))
}

// IsPredecessor reports whether a Pod is deleted before the instance is created. Remembered is its
// name in the private state. Without it, as for a tainted instance, the labels decide.
func IsPredecessor(pod *corev1.Pod, remembered string) bool {
	return pod.Name == remembered || mar.IsInstances(pod, pod.Name)
}
