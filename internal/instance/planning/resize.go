package planning

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// resizeStep is how a new size is applied.
type resizeStep int

const (
	resizeNone resizeStep = iota
	resizeInPlace
	resizeReplace
)

// resizeDecision is what a plan does about CPU and memory.
type resizeDecision struct {
	Step resizeStep
	// Attributes force the replacement, for the reason Why.
	Attributes []string
	Why        string
	// Want is the size that an update in place requests.
	Want manifest.Size
}

// decideSize decides whether a new size can be applied in place. It uses only the configuration,
// the state and the private state, never what the node has free, because Terraform plans a second
// time during the apply and must get the same answer.
func decideSize(prior, plan model.Instance, s LastSeen, resizable bool) resizeDecision {
	if frozen := frozenResources(prior, plan); len(frozen) > 0 {
		return resizeDecision{Step: resizeReplace, Attributes: frozen, Why: "Kubernetes can change only CPU and memory in place"}
	}
	changed := changedSize(prior, plan)
	if len(changed) == 0 {
		return resizeDecision{}
	}
	if plan.CPU.IsUnknown() || plan.Memory.IsUnknown() || !model.IsWhollyKnown(plan.Requests) {
		return resizeDecision{Step: resizeReplace, Attributes: changed, Why: "the new amount isn't known yet, so the provider can't tell whether a resize in place is possible"}
	}
	want := wantedSize(prior, plan, s.Size)
	if want.Equal(s.Size) {
		return resizeDecision{}
	}
	if why := ResizeObstacle(s, want, resizable); why != "" {
		return resizeDecision{Step: resizeReplace, Attributes: changed, Why: why}
	}
	return resizeDecision{Step: resizeInPlace, Want: want}
}

// ResizeObstacle says why Kubernetes can't resize the Pod in place. It is empty if it can.
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

// frozenResources names the attributes that change a resource other than CPU and memory.
func frozenResources(prior, plan model.Instance) []string {
	var frozen []string
	if !model.IsWhollyKnown(plan.Limits) || !manifest.EqualAmounts(manifest.Amounts(prior.Limits), manifest.Amounts(plan.Limits)) {
		frozen = append(frozen, "limits")
	}
	if model.IsWhollyKnown(plan.Requests) && !manifest.EqualAmounts(manifest.Others(manifest.DesiredResources(prior).Requests), manifest.Others(manifest.DesiredResources(plan).Requests)) && len(frozen) == 0 {
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
	if !model.IsWhollyKnown(plan.Requests) || !manifest.EqualAmounts(manifest.Amounts(prior.Requests), manifest.Amounts(plan.Requests)) {
		changed = append(changed, "requests")
	}
	return changed
}

// wantedSize is the size that the plan means for a Pod with the live size. An undeclared request
// follows its limit. If the limit doesn't change, the request doesn't either, because a LimitRange
// may have chosen it.
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

// qosWith is the QoS class of a Pod whose main container has the size s and whose other containers
// have the class rest. Rest is empty if there are no others.
func qosWith(s manifest.Size, rest corev1.PodQOSClass) corev1.PodQOSClass {
	if own := qos(s); rest == "" || rest == own {
		return own
	}
	return corev1.PodQOSBurstable
}

// qos is the QoS class of one container.
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

// qosOf is the QoS class of several containers together, empty for none.
func qosOf(containers []corev1.Container) corev1.PodQOSClass {
	var class corev1.PodQOSClass
	for _, c := range containers {
		class = qosWith(manifest.SizeOf(c.Resources), class)
	}
	return class
}
