package instance

import (
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

const (
	cpu    = string(corev1.ResourceCPU)
	memory = string(corev1.ResourceMemory)
)

// desiredResources is what a new instance asks for: every limit is requested in
// full unless the requests say otherwise.
func desiredResources(m model) corev1.ResourceRequirements {
	limits := desiredLimits(m)
	requests := maps.Clone(limits)
	maps.Copy(requests, amounts(m.Requests))
	return corev1.ResourceRequirements{Limits: orNil(limits), Requests: orNil(requests)}
}

func desiredLimits(m model) corev1.ResourceList {
	limits := amounts(m.Limits)
	for name, quantity := range map[corev1.ResourceName]fwtypes.Quantity{corev1.ResourceCPU: m.CPU, corev1.ResourceMemory: m.Memory} {
		if amount, known := amountOf(quantity); known {
			limits[name] = amount
		}
	}
	return limits
}

// size is what the main container has of CPU and memory.
type size struct {
	Limits   corev1.ResourceList `json:"limits,omitempty"`
	Requests corev1.ResourceList `json:"requests,omitempty"`
}

func sizeOf(r corev1.ResourceRequirements) size {
	return size{Limits: cpuAndMemory(r.Limits), Requests: cpuAndMemory(r.Requests)}
}

// speltAs keeps the spelling of amounts that are the same, for core takes another
// one in what is remembered for drift.
func (s size) speltAs(prior size) size {
	if apiequality.Semantic.DeepEqual(s, prior) {
		return prior
	}
	return s
}

// step is what a plan does about a difference.
type step int

const (
	stepNone step = iota
	stepInPlace
	stepReplace
)

// sizing is the plan for CPU and memory.
type sizing struct {
	Step step
	// Attributes are those that force a replacement, Why the reason.
	Attributes []string
	Why        string
	// Want is what an update in place asks for.
	Want size
}

// planSize decides whether other resources can be had in place. It is decided
// from what configuration, state and Read know, never from what the node has
// free: core plans a second time during apply, and must hear the same.
func planSize(prior, plan model, s standing, resizable bool) sizing {
	if frozen := frozenResources(prior, plan); len(frozen) > 0 {
		return sizing{Step: stepReplace, Attributes: frozen, Why: "Kubernetes can change only CPU and memory in place"}
	}
	changed := changedSize(prior, plan)
	if len(changed) == 0 {
		return sizing{}
	}
	if plan.CPU.IsUnknown() || plan.Memory.IsUnknown() || !wholeMap(plan.Requests) {
		return sizing{Step: stepReplace, Attributes: changed, Why: "the new amount isn't known yet, so the provider can't tell whether a resize in place is possible"}
	}
	want := wantedSize(prior, plan, s.Size)
	if want.equal(s.Size) {
		return sizing{}
	}
	if why := resizeObstacle(s, want, resizable); why != "" {
		return sizing{Step: stepReplace, Attributes: changed, Why: why}
	}
	return sizing{Step: stepInPlace, Want: want}
}

func resizeObstacle(s standing, want size, resizable bool) string {
	switch {
	case s.Size.lacks(want):
		return "Kubernetes can't take a limit or request away from a running instance"
	case qosWith(want, s.Rest) != qosWith(s.Size, s.Rest):
		return "its quality-of-service class would change from " + string(qosWith(s.Size, s.Rest)) + " to " + string(qosWith(want, s.Rest)) + ", which Kubernetes doesn't allow for a running instance"
	case s.finished():
		return "it has finished"
	case s.Fixed != "":
		return s.Fixed
	case !resizable:
		return "this version of Kubernetes can't resize a running instance"
	}
	return ""
}

// frozenResources names the attributes in which anything but CPU and memory
// would change.
func frozenResources(prior, plan model) []string {
	var frozen []string
	if !wholeMap(plan.Limits) || !equalAmounts(amounts(prior.Limits), amounts(plan.Limits)) {
		frozen = append(frozen, "limits")
	}
	if wholeMap(plan.Requests) && !equalAmounts(others(desiredResources(prior).Requests), others(desiredResources(plan).Requests)) && len(frozen) == 0 {
		frozen = append(frozen, "requests")
	}
	return frozen
}

func changedSize(prior, plan model) []string {
	var changed []string
	if !prior.CPU.SemanticallyEqual(plan.CPU) {
		changed = append(changed, cpu)
	}
	if !prior.Memory.SemanticallyEqual(plan.Memory) {
		changed = append(changed, memory)
	}
	if !wholeMap(plan.Requests) || !equalAmounts(amounts(prior.Requests), amounts(plan.Requests)) {
		changed = append(changed, "requests")
	}
	return changed
}

// wantedSize is what the plan means for a Pod that has the live size. A request
// that nobody declares follows its limit; where the limit stays too, it stays as
// it is, for a LimitRange may have chosen it.
func wantedSize(prior, plan model, live size) size {
	limits := cpuAndMemory(desiredLimits(plan))
	declared, before := amounts(plan.Requests), amounts(prior.Requests)
	requests := corev1.ResourceList{}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		request, isDeclared := declared[name]
		limit, isLimited := limits[name]
		held, isHeld := live.Requests[name]
		heldLimit, wasLimited := live.Limits[name]
		_, wasDeclared := before[name]
		stays := !wasDeclared && isLimited == wasLimited && limit.Cmp(heldLimit) == 0
		switch {
		case isDeclared:
			requests[name] = request
		case stays && isHeld:
			requests[name] = held
		case isLimited && !stays:
			requests[name] = limit
		}
	}
	return size{Limits: limits, Requests: requests}
}

func (s size) equal(o size) bool {
	return equalAmounts(s.Limits, o.Limits) && equalAmounts(s.Requests, o.Requests)
}

// lacks reports whether o is without something that s has.
func (s size) lacks(o size) bool {
	return missing(s.Limits, o.Limits) || missing(s.Requests, o.Requests)
}

func missing(have, want corev1.ResourceList) bool {
	for name := range have {
		if _, kept := want[name]; !kept {
			return true
		}
	}
	return false
}

// qosWith is the class of a Pod whose main container has that size and whose
// other containers make up the class rest, which is empty when there are none.
func qosWith(s size, rest corev1.PodQOSClass) corev1.PodQOSClass {
	if own := qos(s); rest == "" || rest == own {
		return own
	}
	return corev1.PodQOSBurstable
}

// qos is one container's class: Guaranteed when both resources are limited and
// requested in full, BestEffort when neither is mentioned.
func qos(s size) corev1.PodQOSClass {
	limits, requests := positive(s.Limits), positive(s.Requests)
	switch {
	case len(limits) == 0 && len(requests) == 0:
		return corev1.PodQOSBestEffort
	case len(limits) == 2 && equalAmounts(limits, requests):
		return corev1.PodQOSGuaranteed
	}
	return corev1.PodQOSBurstable
}

// qosOf is the class that containers make up together, empty for none.
func qosOf(containers []corev1.Container) corev1.PodQOSClass {
	var class corev1.PodQOSClass
	for _, c := range containers {
		class = qosWith(sizeOf(c.Resources), class)
	}
	return class
}

func amounts(m types.Map) corev1.ResourceList {
	list := corev1.ResourceList{}
	for name, value := range m.Elements() {
		if amount, known := amountOf(value); known {
			list[corev1.ResourceName(name)] = amount
		}
	}
	return list
}

func amountOf(value attr.Value) (resource.Quantity, bool) {
	quantity, ok := value.(fwtypes.Quantity)
	if !ok {
		return resource.Quantity{}, false
	}
	return quantity.Known()
}

// wholeMap reports whether a map and all in it is known.
func wholeMap(m types.Map) bool {
	return !m.IsUnknown() && !slices.ContainsFunc(slices.Collect(maps.Values(m.Elements())), attr.Value.IsUnknown)
}

func cpuAndMemory(list corev1.ResourceList) corev1.ResourceList {
	return filtered(list, func(name string, _ resource.Quantity) bool { return name == cpu || name == memory })
}

func others(list corev1.ResourceList) corev1.ResourceList {
	return filtered(list, func(name string, _ resource.Quantity) bool { return name != cpu && name != memory })
}

func positive(list corev1.ResourceList) corev1.ResourceList {
	return filtered(list, func(_ string, amount resource.Quantity) bool { return amount.Sign() > 0 })
}

func filtered(list corev1.ResourceList, keep func(string, resource.Quantity) bool) corev1.ResourceList {
	kept := corev1.ResourceList{}
	for name, amount := range list {
		if keep(string(name), amount) {
			kept[name] = amount
		}
	}
	return kept
}

func equalAmounts(a, b corev1.ResourceList) bool {
	return maps.EqualFunc(a, b, func(x, y resource.Quantity) bool { return x.Cmp(y) == 0 })
}

func orNil(list corev1.ResourceList) corev1.ResourceList {
	if len(list) == 0 {
		return nil
	}
	return list
}

// resizePatch is a strategic merge patch, which changes that one container and
// leaves the rest of the list alone. The UID makes it fail on a namesake.
func resizePatch(pod *corev1.Pod, want size) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"uid": pod.UID},
		"spec": map[string]any{"containers": []any{map[string]any{
			"name":      mainContainer(pod).Name,
			"resources": corev1.ResourceRequirements{Limits: orNil(want.Limits), Requests: orNil(want.Requests)},
		}}},
	}
}

// resizedFields are the fields of a container that a resize changes.
func resizedFields(container string, had, want size) []fieldpath.Path {
	var fields []fieldpath.Path
	for _, list := range []struct {
		name      string
		had, want corev1.ResourceList
	}{{"limits", had.Limits, want.Limits}, {"requests", had.Requests, want.Requests}} {
		for _, name := range slices.Sorted(maps.Keys(list.want)) {
			if amount := list.want[name]; amount.Cmp(list.had[name]) != 0 {
				fields = append(fields, fieldpath.MakePathOrDie("spec", "containers", fieldpath.KeyByFields("name", container), "resources", list.name, string(name)))
			}
		}
	}
	return fields
}
