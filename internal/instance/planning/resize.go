package planning

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

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
	Want manifest.Size
}

// planSize decides whether other resources can be had in place. It is decided
// from what configuration, state and Read know, never from what the node has
// free: core plans a second time during apply, and must hear the same.
func planSize(prior, plan model.Instance, s LastSeen, resizable bool) sizing {
	if frozen := frozenResources(prior, plan); len(frozen) > 0 {
		return sizing{Step: stepReplace, Attributes: frozen, Why: "Kubernetes can change only CPU and memory in place"}
	}
	changed := changedSize(prior, plan)
	if len(changed) == 0 {
		return sizing{}
	}
	if plan.CPU.IsUnknown() || plan.Memory.IsUnknown() || !model.WholeMap(plan.Requests) {
		return sizing{Step: stepReplace, Attributes: changed, Why: "the new amount isn't known yet, so the provider can't tell whether a resize in place is possible"}
	}
	want := wantedSize(prior, plan, s.Size)
	if want.Equal(s.Size) {
		return sizing{}
	}
	if why := ResizeObstacle(s, want, resizable); why != "" {
		return sizing{Step: stepReplace, Attributes: changed, Why: why}
	}
	return sizing{Step: stepInPlace, Want: want}
}

func ResizeObstacle(s LastSeen, want manifest.Size, resizable bool) string {
	switch {
	case s.Size.Lacks(want):
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
func frozenResources(prior, plan model.Instance) []string {
	var frozen []string
	if !model.WholeMap(plan.Limits) || !manifest.EqualAmounts(manifest.Amounts(prior.Limits), manifest.Amounts(plan.Limits)) {
		frozen = append(frozen, "limits")
	}
	if model.WholeMap(plan.Requests) && !manifest.EqualAmounts(manifest.Others(manifest.DesiredResources(prior).Requests), manifest.Others(manifest.DesiredResources(plan).Requests)) && len(frozen) == 0 {
		frozen = append(frozen, "requests")
	}
	return frozen
}

func changedSize(prior, plan model.Instance) []string {
	var changed []string
	if !prior.CPU.SemanticallyEqual(plan.CPU) {
		changed = append(changed, manifest.CPU)
	}
	if !prior.Memory.SemanticallyEqual(plan.Memory) {
		changed = append(changed, manifest.Memory)
	}
	if !model.WholeMap(plan.Requests) || !manifest.EqualAmounts(manifest.Amounts(prior.Requests), manifest.Amounts(plan.Requests)) {
		changed = append(changed, "requests")
	}
	return changed
}

// wantedSize is what the plan means for a Pod that has the live size. A request
// that nobody declares follows its limit; where the limit stays too, it stays as
// it is, for a LimitRange may have chosen it.
func wantedSize(prior, plan model.Instance, live manifest.Size) manifest.Size {
	limits := manifest.CPUAndMemory(manifest.DesiredLimits(plan))
	declared, before := manifest.Amounts(plan.Requests), manifest.Amounts(prior.Requests)
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
	return manifest.Size{Limits: limits, Requests: requests}
}

// qosWith is the class of a Pod whose main container has that size and whose
// other containers make up the class rest, which is empty when there are none.
func qosWith(s manifest.Size, rest corev1.PodQOSClass) corev1.PodQOSClass {
	if own := qos(s); rest == "" || rest == own {
		return own
	}
	return corev1.PodQOSBurstable
}

// qos is one container's class: Guaranteed when both resources are limited and
// requested in full, BestEffort when neither is mentioned.
func qos(s manifest.Size) corev1.PodQOSClass {
	limits, requests := manifest.Positive(s.Limits), manifest.Positive(s.Requests)
	switch {
	case len(limits) == 0 && len(requests) == 0:
		return corev1.PodQOSBestEffort
	case len(limits) == 2 && manifest.EqualAmounts(limits, requests):
		return corev1.PodQOSGuaranteed
	}
	return corev1.PodQOSBurstable
}

// qosOf is the class that containers make up together, empty for none.
func qosOf(containers []corev1.Container) corev1.PodQOSClass {
	var class corev1.PodQOSClass
	for _, c := range containers {
		class = qosWith(manifest.SizeOf(c.Resources), class)
	}
	return class
}
