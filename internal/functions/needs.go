package functions

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// needs is what instances use of a quota.
type needs struct {
	// used is the use by the keys of a quota; for an unknown key, at least this much.
	used    corev1.ResourceList
	unknown map[corev1.ResourceName]bool
	// allUnknown is set if any key but the number of instances may be used too, instancesUnknown if
	// there may be more instances.
	allUnknown, instancesUnknown bool
	// silent are the instances without an amount for a key, which a quota with that key requires.
	silent map[corev1.ResourceName][]string
}

func (n *needs) isUnknown(key corev1.ResourceName) bool {
	if key == corev1.ResourcePods || key == keyCountPods {
		return n.instancesUnknown
	}
	return n.allUnknown || n.unknown[key]
}

// keyCountPods counts Pods too, including finished ones.
const keyCountPods corev1.ResourceName = "count/pods"

// needsOf adds up a collection of instances.
func needsOf(instances attr.Value, defaults defaults) (needs, error) {
	n := needs{used: corev1.ResourceList{}, unknown: map[corev1.ResourceName]bool{}, silent: map[corev1.ResourceName][]string{}}
	if isUnknown(instances) {
		n.allUnknown, n.instancesUnknown = true, true
		return n, nil
	}
	items, ok := itemsOf(instances)
	if !ok {
		return n, fmt.Errorf("it must be a list, a set or a map of instances, such as values(mar_instance.web), but is %s", kindOf(instances))
	}
	for _, i := range items {
		switch {
		case isNull(i.value):
			continue
		case isUnknown(i.value):
			n.allUnknown, n.instancesUnknown = true, true
			continue
		}
		members, ok := membersOf(i.value)
		if !ok {
			return n, fmt.Errorf("[%s] must be an instance, an object with cpu, memory and so on, but is %s; put a single instance into a list: [mar_instance.web]", i.name, kindOf(i.value))
		}
		if err := n.add(nameOf(i, members), members, defaults); err != nil {
			return n, fmt.Errorf("[%s]%w", i.name, err)
		}
	}
	return n, nil
}

// nameOf returns what people call an instance: its name, or its key, or its position.
func nameOf(i item, members map[string]attr.Value) string {
	if name, ok := plain(members["name"]).(types.String); ok && name.ValueString() != "" {
		return name.ValueString()
	}
	if key, err := strconv.Unquote(i.name); err == nil {
		return key
	}
	return fmt.Sprintf("instances[%s]", i.name)
}

// add counts one instance as the API server's quota counts its Pod.
func (n *needs) add(name string, members map[string]attr.Value, defaults defaults) error {
	main, unknown, err := mainContainer(members)
	if err != nil {
		return err
	}
	spec := corev1.PodSpec{Containers: []corev1.Container{main}}
	pod, _ := members["pod"].(types.Dynamic)
	if value := members["pod"]; value != nil && pod.IsNull() && !isNull(value) {
		pod = types.DynamicValue(plain(value))
	}
	declared, faults := podspec.Decode(pod)
	if len(faults) > 0 {
		return fmt.Errorf(".%s: %s", faults[0].Where, faults[0].Message)
	}
	podKnown := declared.Known()
	if podKnown {
		if spec, err = podspec.Merge(spec, declared); err != nil {
			return fmt.Errorf(".pod: %w", err)
		}
	}
	spec = defaults.filled(podspec.WithDefaults(spec))

	usage(n.used, spec)
	n.allUnknown = n.allUnknown || !podKnown || defaults.unknown || unknown.all
	for _, limit := range unknown.limits {
		n.unknown["limits."+limit] = true
	}
	for _, request := range unknown.requests {
		n.unknown["requests."+request], n.unknown[request] = true, true
	}
	if podKnown && !defaults.unknown && !unknown.all {
		n.addSilent(name, spec)
	}
	return nil
}

// unknownAmounts are the resources whose amount isn't known yet.
type unknownAmounts struct {
	limits, requests []corev1.ResourceName
	// all is set if not even the resources are known.
	all bool
}

// mainContainer returns the container that the attributes of an instance describe. An unknown
// amount counts as none for now.
func mainContainer(members map[string]attr.Value) (corev1.Container, unknownAmounts, error) {
	var unknown unknownAmounts
	limits, requests := corev1.ResourceList{}, corev1.ResourceList{}
	named := map[string]attr.Value{string(corev1.ResourceCPU): members["cpu"], string(corev1.ResourceMemory): members["memory"]}
	unknownLimits, err := readAmounts(limits, named, func(name string) string { return "." + name })
	if err != nil {
		return corev1.Container{}, unknown, err
	}
	for _, c := range []struct {
		attribute string
		into      corev1.ResourceList
		unknown   *[]corev1.ResourceName
	}{{"limits", limits, &unknownLimits}, {"requests", requests, &unknown.requests}} {
		value := members[c.attribute]
		if isNull(value) {
			continue
		}
		if isUnknown(value) {
			unknown.all = true
			continue
		}
		amounts, ok := membersOf(value)
		if !ok {
			return corev1.Container{}, unknown, fmt.Errorf(".%s must be a map of quantities, but is %s", c.attribute, kindOf(value))
		}
		more, err := readAmounts(c.into, amounts, func(name string) string { return fmt.Sprintf(".%s[%q]", c.attribute, name) })
		if err != nil {
			return corev1.Container{}, unknown, err
		}
		*c.unknown = append(*c.unknown, more...)
	}
	unknown.limits = unknownLimits
	for _, name := range unknownLimits {
		if _, says := requests[name]; !says {
			unknown.requests = append(unknown.requests, name)
		}
	}
	return corev1.Container{Name: podspec.Main, Resources: corev1.ResourceRequirements{Limits: limits, Requests: requests}}, unknown, nil
}

// readAmounts reads what isn't null, and returns the names of unknown amounts.
func readAmounts(into corev1.ResourceList, from map[string]attr.Value, where func(name string) string) ([]corev1.ResourceName, error) {
	var unknown []corev1.ResourceName
	for _, name := range slices.Sorted(maps.Keys(from)) {
		value := from[name]
		switch {
		case isNull(value):
		case isUnknown(value):
			unknown = append(unknown, corev1.ResourceName(name))
			into[corev1.ResourceName(name)] = resource.Quantity{Format: resource.DecimalSI}
		default:
			amount, err := amountOf(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", where(name), err)
			}
			into[corev1.ResourceName(name)] = amount
		}
	}
	return unknown, nil
}

// usage adds what a Pod uses, under every key that a quota may have for it (PodUsageFunc in
// pkg/quota/v1/evaluator/core of Kubernetes, which can't be imported).
func usage(used corev1.ResourceList, spec corev1.PodSpec) {
	pod := &corev1.Pod{Spec: spec}
	one := resource.MustParse("1")
	addTo(used, corev1.ResourcePods, one)
	addTo(used, keyCountPods, one)
	for name, amount := range resourcehelper.PodLimits(pod, resourcehelper.PodResourcesOptions{}) {
		switch name {
		case corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage:
			addTo(used, "limits."+name, amount)
		}
	}
	for name, amount := range resourcehelper.PodRequests(pod, resourcehelper.PodResourcesOptions{}) {
		addTo(used, "requests."+name, amount)
		if !strings.Contains(string(name), "/") {
			addTo(used, name, amount)
		}
	}
}

func addTo(list corev1.ResourceList, key corev1.ResourceName, amount resource.Quantity) {
	sum := list[key].DeepCopy()
	sum.Add(amount)
	list[key] = sum
}

// addSilent records amounts that a container doesn't set. In a Pod with resources for the whole
// Pod, containers needn't set them.
func (n *needs) addSilent(name string, spec corev1.PodSpec) {
	if resourcehelper.IsPodLevelResourcesSet(&corev1.Pod{Spec: spec}) {
		return
	}
	for _, container := range slices.Concat(spec.Containers, spec.InitContainers) {
		who := name
		if container.Name != podspec.Main {
			who = fmt.Sprintf("%s (container %s)", name, container.Name)
		}
		for _, resource := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			if _, says := container.Resources.Limits[resource]; !says {
				n.silent["limits."+resource] = append(n.silent["limits."+resource], who)
			}
			if _, says := container.Resources.Requests[resource]; !says {
				n.silent["requests."+resource] = append(n.silent["requests."+resource], who)
				n.silent[resource] = append(n.silent[resource], who)
			}
		}
	}
}

// defaults are the amounts that a cluster's limit range gives to a container without its own.
type defaults struct {
	limits, requests corev1.ResourceList
	// unknown is set if some aren't known yet.
	unknown bool
}

// defaultsOf reads an object like a mar_cluster's limit_range, and completes it as the API server
// does: max is the default of default, that of default_request, and then min.
func defaultsOf(limitRange attr.Value) (defaults, error) {
	var d defaults
	if isNull(limitRange) {
		return d, nil
	}
	members, ok := membersOf(limitRange)
	if !ok && !isUnknown(limitRange) {
		return d, fmt.Errorf("it must be an object like the limit_range of a mar_cluster, such as { container = { default = { cpu = \"500m\" } } }, but is %s", kindOf(limitRange))
	}
	container := members["container"]
	if d.unknown = isUnknown(limitRange) || isUnknown(container); d.unknown || isNull(container) {
		return d, nil
	}
	says, ok := membersOf(container)
	if !ok {
		return d, errors.New("container must be an object")
	}
	lists := map[string]corev1.ResourceList{}
	for _, name := range []string{"max", "default", "default_request", "min"} {
		lists[name] = corev1.ResourceList{}
		amounts, _ := membersOf(says[name])
		unknown, err := readAmounts(lists[name], amounts, func(key string) string { return fmt.Sprintf("container.%s[%q]", name, key) })
		if err != nil {
			return d, err
		}
		d.unknown = d.unknown || isUnknown(says[name]) || len(unknown) > 0
	}
	d.limits = firstOf(lists["default"], lists["max"])
	d.requests = firstOf(lists["default_request"], d.limits, lists["min"])
	return d, nil
}

// firstOf takes each amount from the first list that has it.
func firstOf(lists ...corev1.ResourceList) corev1.ResourceList {
	first := corev1.ResourceList{}
	for _, list := range lists {
		for name, amount := range list {
			if _, has := first[name]; !has {
				first[name] = amount
			}
		}
	}
	return first
}

// filled gives every container its defaults. Unknown ones are left out.
func (d defaults) filled(spec corev1.PodSpec) corev1.PodSpec {
	if d.unknown {
		return spec
	}
	for _, containers := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
		for i := range containers {
			resources := &containers[i].Resources
			resources.Limits = firstOf(resources.Limits, d.limits)
			resources.Requests = firstOf(resources.Requests, d.requests)
		}
	}
	return spec
}
