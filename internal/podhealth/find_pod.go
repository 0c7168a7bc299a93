package podhealth

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// amount is the form of a quantity.
const amount = `[0-9.]+[A-Za-z0-9]*`

func deleting(f Facts) *finding {
	if f.Pod.DeletionTimestamp == nil {
		return nil
	}
	return &finding{at: *f.Pod.DeletionTimestamp}
}

func overdue(f Facts) *finding {
	if f.Pod.DeletionTimestamp == nil || f.Now.Sub(f.Pod.DeletionTimestamp.Time) <= overdueAfter {
		return nil
	}
	return &finding{at: *f.Pod.DeletionTimestamp}
}

// volumeFull recognises the kubelet's words for an emptyDir beyond its sizeLimit
// (emptyDirMessageFmt in k8s.io/kubernetes/pkg/kubelet/eviction).
func volumeFull(f Facts) *finding {
	said := evictedFor(f.Pod, `Usage of EmptyDir volume "([^"]+)" exceeds the limit "(`+amount+`)"`)
	if said == nil || !slices.ContainsFunc(f.Pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == said[1] }) {
		return nil
	}
	return &finding{name: said[1], limit: said[2]}
}

// storageFull recognises the kubelet's words for a container, or a Pod, beyond its limit of
// ephemeral storage (containerEphemeralStorageMessageFmt, podEphemeralStorageMessageFmt).
func storageFull(f Facts) *finding {
	if said := evictedFor(f.Pod, `Container (\S+) exceeded its local ephemeral storage limit "(`+amount+`)"`); said != nil {
		for _, c := range slices.Concat(f.Pod.Spec.InitContainers, f.Pod.Spec.Containers) {
			if c.Name == said[1] {
				return &finding{of: &container{corev1.ContainerStatus{Name: c.Name}, f.Pod}, limit: said[2]}
			}
		}
		return nil
	}
	if said := evictedFor(f.Pod, `Pod ephemeral local storage usage exceeds the total limit of containers (`+amount+`)\.`); said != nil {
		return &finding{limit: said[1]}
	}
	return nil
}

func evictedFor(pod *corev1.Pod, pattern string) []string {
	if pod.Status.Phase != corev1.PodFailed || pod.Status.Reason != "Evicted" {
		return nil
	}
	return regexp.MustCompile(pattern).FindStringSubmatch(pod.Status.Message)
}

// endedBy recognises a Pod that failed for such a reason, its own or that of the condition
// DisruptionTarget.
func endedBy(is func(reason string) bool) func(Facts) *finding {
	return func(f Facts) *finding {
		if f.Pod.Status.Phase != corev1.PodFailed {
			return nil
		}
		disrupted := Condition(f.Pod, corev1.DisruptionTarget)
		if is(f.Pod.Status.Reason) || f.Pod.Status.Reason == "" && disrupted.Status == corev1.ConditionTrue && is(disrupted.Reason) {
			return &finding{}
		}
		return nil
	}
}

func isPreemption(reason string) bool {
	return slices.Contains([]string{corev1.PodReasonPreemptionByScheduler, "Preempted", "Preempting"}, reason)
}

func isEviction(reason string) bool {
	return slices.Contains([]string{"Evicted", "DeletionByTaintManager", "TaintManagerEviction", "EvictionByEvictionAPI"}, reason)
}

func isNodeLoss(reason string) bool {
	return slices.Contains([]string{"DeletionByPodGC", "NodeNotReady", "NodeLost"}, reason)
}

func isShutdown(reason string) bool {
	return slices.Contains([]string{"Terminated", "NodeShutdown"}, reason)
}

func isDeadline(reason string) bool { return reason == "DeadlineExceeded" }

// isRejection recognises the reasons with which a kubelet doesn't admit a Pod
// (k8s.io/kubernetes/pkg/kubelet/lifecycle).
func isRejection(reason string) bool {
	return strings.HasPrefix(reason, "OutOf") && reason != "OutOfMemory" || slices.Contains([]string{
		"NodeAffinity", "NodeName", "NodePorts", "TaintToleration", "UnexpectedAdmissionError", "TopologyAffinityError",
		"PodOSSelectorNodeLabelDoesNotMatch", "PodOSNotSupported", "InvalidNodeInfo", "PodFeatureUnsupported", "SysctlForbidden", "AppArmor",
	}, reason)
}

// DisruptionOf is the cause for which Kubernetes itself takes a Pod away, by the reason of a
// condition, an event or a status; None for any other reason.
func DisruptionOf(reason string) Cause {
	switch {
	case isPreemption(reason):
		return Preempted
	case isEviction(reason):
		return Evicted
	case isNodeLoss(reason):
		return NodeLost
	case isShutdown(reason):
		return Shutdown
	case isDeadline(reason):
		return Deadline
	}
	return None
}

// Causes are all that Judge knows.
func Causes() []Cause {
	var all []Cause
	for _, r := range rules() {
		all = append(all, r.cause)
	}
	return all
}

// TitleOf is the title of a cause.
func TitleOf(cause Cause) string {
	for _, r := range append(rules(), resizeRules()...) {
		if r.cause == cause {
			return r.title
		}
	}
	return ""
}

func endedByMemory(f Facts) *finding {
	if f.Pod.Status.Phase != corev1.PodFailed {
		return nil
	}
	for _, c := range f.containers() {
		if t := c.State.Terminated; t != nil && t.Reason == "OOMKilled" {
			return &finding{of: &c, at: t.FinishedAt}
		}
	}
	return nil
}

// endedByCheck recognises a Pod that failed because the kubelet ended a container whose check
// failed, and that isn't started again.
func endedByCheck(f Facts) *finding {
	if f.Pod.Status.Phase != corev1.PodFailed {
		return nil
	}
	for _, c := range f.containers() {
		for _, which := range []check{liveness, startup} {
			if c.State.Terminated != nil && f.killedBy(c, which) {
				return &finding{of: &c, name: string(which), detail: f.lastFailure(c, which)}
			}
		}
	}
	return nil
}

func failed(f Facts) *finding {
	if f.Pod.Status.Phase != corev1.PodFailed {
		return nil
	}
	for _, c := range f.containers() {
		if t := c.State.Terminated; t != nil && t.ExitCode != 0 {
			return &finding{of: &c, at: t.FinishedAt}
		}
	}
	return &finding{}
}

// finished recognises a Pod that ended well though its program isn't meant to.
func finished(f Facts) *finding {
	if f.Pod.Status.Phase != corev1.PodSucceeded || f.Pod.Spec.RestartPolicy != corev1.RestartPolicyAlways {
		return nil
	}
	return &finding{}
}

// nodeSilent recognises a Pod whose node doesn't answer any more: the node's controller turns
// Ready alone, and gives no reason.
func nodeSilent(f Facts) *finding {
	ready := Condition(f.Pod, corev1.PodReady)
	silent := ready.Status == corev1.ConditionFalse && ready.Reason == "" &&
		Condition(f.Pod, corev1.ContainersReady).Status == corev1.ConditionTrue
	if !silent && f.Pod.Status.Phase != corev1.PodUnknown {
		return nil
	}
	return &finding{at: ready.LastTransitionTime}
}

func unschedulable(f Facts) *finding {
	return unscheduledFor(f, corev1.PodReasonUnschedulable)
}

func gated(f Facts) *finding { return unscheduledFor(f, corev1.PodReasonSchedulingGated) }

func unscheduledFor(f Facts, reason string) *finding {
	c := Condition(f.Pod, corev1.PodScheduled)
	if f.Pod.Spec.NodeName != "" || c.Status != corev1.ConditionFalse || c.Reason != reason {
		return nil
	}
	return &finding{detail: c.Message, at: c.LastTransitionTime}
}

func resizePending(reason string) func(Facts) *finding {
	return func(f Facts) *finding { return resizeCondition(f, corev1.PodResizePending, reason) }
}

func resizeFailing(f Facts) *finding {
	return resizeCondition(f, corev1.PodResizeInProgress, corev1.PodReasonError)
}

func resizeCondition(f Facts, kind corev1.PodConditionType, reason string) *finding {
	c := Condition(f.Pod, kind)
	if c.Status != corev1.ConditionTrue || c.Reason != reason {
		return nil
	}
	return &finding{name: c.Reason, detail: c.Message, at: c.LastTransitionTime}
}
