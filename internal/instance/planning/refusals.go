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

// PlaceOf is the attribute to change for an instance that was refused, or that is
// in conflict; path.Empty() where that is none in particular.
func PlaceOf(err error, m model.Instance) path.Path {
	var conflict *kube.ConflictError
	if errors.As(err, &conflict) {
		return placeOfConflict(conflict, m)
	}
	var refused *kube.RefusedError
	if !errors.As(err, &refused) {
		return path.Empty()
	}
	switch refused.Kind {
	case kube.RefusedByQuota, kube.RefusedByLimitRange:
		if m.SaysPod() && ofOtherContainers(refused.Message, ` for: ([^;]+)`) {
			return path.Root("pod")
		}
		return placeOfAmount(refused.Resources(), m)
	case kube.RefusedByNode:
		return placeOfAmount(regexp.MustCompile(`\b(cpu|memory)\b`).FindStringSubmatch(refused.Message), m)
	case kube.RefusedByPodSecurity:
		return placeOfViolation(refused.Message, m)
	case kube.RefusedMissingAccount:
		if m.ServiceAccount.IsNull() && m.SaysPod() {
			return path.Root("pod")
		}
		return path.Root("service_account")
	case kube.RefusedTerminating:
		return path.Root("cluster")
	case kube.RefusedAsInvalid:
		return placeOfField(refused.Fields(), m)
	case kube.RefusedForDefaults:
		return placeOfRequest(refused, m)
	case kube.RefusedAsChanged, kube.RefusedByRBAC, kube.RefusedEscalation, kube.RefusedByPolicy, kube.RefusedOtherwise:
	}
	return path.Empty()
}

// placeOfAmount is where the first of these resources is asked for. What counts
// instances is about the cluster that they are put in.
func placeOfAmount(resources []string, m model.Instance) path.Path {
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

// placeOfRequest is where more is requested than a limit range lets an instance have that sets
// no limit.
func placeOfRequest(refused *kube.RefusedError, m model.Instance) path.Path {
	at := placeOfField(refused.Fields(), m)
	of := regexp.MustCompile(`must be less than or equal to (\S+) limit of`).FindStringSubmatch(refused.Message)
	if of == nil || at.Equal(path.Root("pod")) {
		return at
	}
	return placeOfAmount([]string{corev1.DefaultResourceRequestsPrefix + of[1]}, m)
}

// placeOfViolation is what breaks a Pod Security level. What security doesn't
// speak of only pod can say.
func placeOfViolation(message string, m model.Instance) path.Path {
	switch {
	case strings.Contains(message, "hostPath") && !m.Volumes.IsNull():
		return path.Root("volumes")
	case m.SaysPod() && regexp.MustCompile(`host namespaces|hostPort|hostProcess|privileged \(|procMount|sysctls|volume types|hostPath`).MatchString(message):
		return path.Root("pod")
	case m.SaysPod() && !regexp.MustCompile(`\bpod (or|must)\b`).MatchString(message) && ofOtherContainers(message, `containers? ("[^)]*") must`):
		return path.Root("pod")
	}
	return path.Root("security")
}

// ofOtherContainers reports whether the containers that a message names, where the
// pattern finds them, are all others than the main one.
func ofOtherContainers(message, pattern string) bool {
	named := regexp.MustCompile(pattern).FindAllStringSubmatch(message, -1)
	main := regexp.MustCompile(`(^|[\s,"])` + manifest.ContainerName + `($|[\s,"])`)
	return len(named) > 0 && !slices.ContainsFunc(named, func(match []string) bool { return main.MatchString(match[1]) })
}

// placeOfField is the attribute that a field of the Pod is made of. What isn't said
// by one is in pod, and so is all of the other containers; the main one is first.
func placeOfField(fields []string, m model.Instance) path.Path {
	unsaid := map[string]bool{
		"env":           m.Env.IsNull(),
		"health_checks": m.HealthChecks.IsNull(),
		"ports":         m.Ports.IsNull(),
		"volumes":       m.Volumes.IsNull(),
	}
	for _, field := range fields {
		if m.SaysPod() && regexp.MustCompile(`\.initContainers\[|\.containers\[[1-9]`).MatchString(field) {
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
			if unsaid[place.attribute] && m.SaysPod() {
				return path.Root("pod")
			}
			return path.Root(place.attribute)
		}
	}
	if m.SaysPod() {
		return path.Root("pod")
	}
	return path.Empty()
}

// shareOf is what a quota counts of a Pod, and so what there is more room for once
// that one is gone. A Pod that has finished uses nothing but its place in storage.
func shareOf(pod *corev1.Pod) corev1.ResourceList {
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

// RoomAfter reports whether a quota that has no room for an instance has some once
// its predecessor is gone.
func RoomAfter(predecessor *corev1.Pod, err error) bool {
	var refused *kube.RefusedError
	if predecessor == nil || !errors.As(err, &refused) {
		return false
	}
	excess, ok := refused.Excess()
	return ok && excess.FitsWithout(shareOf(predecessor))
}

// IsPredecessor reports whether a Pod goes before the instance is made. Of one
// that the state doesn't tell of, as where it is tainted, the labels do.
func IsPredecessor(pod *corev1.Pod, remembered string) bool {
	return pod.Name == remembered || mar.IsInstances(pod, pod.Name)
}
