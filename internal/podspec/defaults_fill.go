package podspec

import (
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"
)

// fillPod fills in the defaults of a PodSpec's normal tree, in place.
func fillPod(tree map[string]any) {
	podSpec().fill(tree)
	for _, container := range containersOf(tree) {
		fillRequests(container)
		if tree["hostNetwork"] == true {
			for _, port := range listOf(container["ports"]) {
				fillHostPort(mapOf(port))
			}
		}
	}
	fillPodResources(tree)
}

// containersOf returns the containers that count for resources and for ports of the host.
func containersOf(tree map[string]any) []map[string]any {
	var containers []map[string]any
	for _, name := range []string{"initContainers", "containers"} {
		for _, item := range listOf(tree[name]) {
			if container := mapOf(item); container != nil {
				containers = append(containers, container)
			}
		}
	}
	return containers
}

// fill applies the rules to an object and everything in it.
func (s *shape) fill(tree any) {
	switch v := tree.(type) {
	case map[string]any:
		for _, r := range defaults()[s.of] {
			if v[r.field] == nil {
				if value := r.value(v); value != nil {
					v[r.field] = value
				}
			}
		}
		fillVolume(s, v)
		if isResourceList(s) {
			roundUp(v)
		}
		for name, value := range v {
			if inner, _ := s.inner(name); inner != nil {
				inner.fill(value)
			}
		}
	case []any:
		for _, item := range v {
			s.elem.fill(item)
		}
	}
}

// fillVolume makes a volume without a source an empty directory.
func fillVolume(s *shape, v map[string]any) {
	if s.of != reflect.TypeFor[corev1.Volume]() {
		return
	}
	for name := range v {
		if name != "name" {
			return
		}
	}
	v["emptyDir"] = map[string]any{}
}

// roundUp rounds amounts up to thousandths of a unit, as the API server does.
func roundUp(amounts map[string]any) {
	for name, amount := range amounts {
		written, _ := amount.(string)
		if q, err := resource.ParseQuantity(written); err == nil && !q.RoundUp(resource.Milli) {
			amounts[name] = q.String()
		}
	}
}

// fillRequests sets missing requests of a container to its limits.
func fillRequests(container map[string]any) {
	resources := mapOf(container["resources"])
	limits := mapOf(resources["limits"])
	if len(limits) == 0 {
		return
	}
	requests := mapOf(resources["requests"])
	if requests == nil {
		requests = map[string]any{}
		resources["requests"] = requests
	}
	for name, amount := range limits {
		if requests[name] == nil {
			requests[name] = amount
		}
	}
}

func fillHostPort(port map[string]any) {
	if port != nil && port["hostPort"] == nil {
		port["hostPort"] = port["containerPort"]
	}
}

// fillPodResources does what the API server does to resources of a whole Pod: limits on huge pages
// are the sum of the containers' limits; requests are the sum of the containers' requests, or else
// the limits.
func fillPodResources(tree map[string]any) {
	declared := mapOf(tree["resources"])
	if len(mapOf(declared["limits"]))+len(mapOf(declared["requests"])) == 0 {
		return
	}
	spec, err := specOf(tree)
	if err != nil {
		return // with parts that aren't known yet
	}
	pod := &corev1.Pod{Spec: spec}
	total := spec.Resources
	for name, amount := range resourcehelper.AggregateContainerLimits(pod, resourcehelper.PodResourcesOptions{}) {
		_, requested := total.Requests[name]
		if isHugePages(name) && !requested {
			total.Limits = withResource(total.Limits, name, amount.DeepCopy())
		}
	}
	if len(total.Limits) > 0 {
		for name, amount := range resourcehelper.AggregateContainerRequests(pod, resourcehelper.PodResourcesOptions{}) {
			if resourcehelper.IsSupportedPodLevelResource(name) && !isHugePages(name) {
				total.Requests = withResource(total.Requests, name, amount.DeepCopy())
			}
		}
		for name, amount := range total.Limits {
			if resourcehelper.IsSupportedPodLevelResource(name) {
				total.Requests = withResource(total.Requests, name, amount.DeepCopy())
			}
		}
	}
	tree["resources"] = treeOf(corev1.PodSpec{Resources: total})["resources"]
}

func isHugePages(name corev1.ResourceName) bool {
	return strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
}

// withResource adds an amount if it is missing.
func withResource(to corev1.ResourceList, name corev1.ResourceName, amount resource.Quantity) corev1.ResourceList {
	if to == nil {
		to = corev1.ResourceList{}
	}
	if _, there := to[name]; !there {
		to[name] = amount
	}
	return to
}
