package podstatus

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

// Resized is a Pod that runs with the resources that its spec asks for.
func Resized(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	status := *pod.Status.DeepCopy()
	for i := range status.InitContainerStatuses {
		status.InitContainerStatuses[i] = b.resized(status.InitContainerStatuses[i])
	}
	for i := range status.ContainerStatuses {
		status.ContainerStatuses[i] = b.resized(status.ContainerStatuses[i])
	}
	status.Conditions = withoutCondition(status.Conditions, corev1.PodResizePending, corev1.PodResizeInProgress)
	return b.finish(status)
}

// resized restarts the container where its resize policy says so.
func (b builder) resized(status corev1.ContainerStatus) corev1.ContainerStatus {
	container, ok := b.container(status.Name)
	if !ok || status.State.Running == nil {
		return status
	}
	if needsRestart(container, status) {
		status.LastTerminationState.Terminated = b.ended(status, 0, "Completed", "")
		status.RestartCount++
		status.State.Running = &corev1.ContainerStateRunning{StartedAt: b.node.Now}
		status.ContainerID = b.containerID(status.Name, status.RestartCount)
	}
	return withResources(status, container)
}

func needsRestart(container corev1.Container, status corev1.ContainerStatus) bool {
	if status.Resources == nil {
		return false
	}
	return slices.ContainsFunc(container.ResizePolicy, func(policy corev1.ContainerResizePolicy) bool {
		return policy.RestartPolicy == corev1.RestartContainer &&
			(differs(container.Resources.Limits, status.Resources.Limits, policy.ResourceName) ||
				differs(container.Resources.Requests, status.Resources.Requests, policy.ResourceName))
	})
}

func differs(a, b corev1.ResourceList, name corev1.ResourceName) bool {
	left, right := a[name], b[name]
	return left.Cmp(right) != 0
}

func (b builder) container(name string) (corev1.Container, bool) {
	for _, container := range slices.Concat(b.pod.Spec.InitContainers, b.pod.Spec.Containers) {
		if container.Name == name {
			return container, true
		}
	}
	return corev1.Container{}, false
}

// ResizePending is a Pod whose node can't resize it now, or never.
func ResizePending(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	status := *pod.Status.DeepCopy()
	status.Conditions = b.withCondition(status.Conditions, corev1.PodCondition{
		Type:    corev1.PodResizePending,
		Status:  corev1.ConditionTrue,
		Reason:  resizeReason(pod),
		Message: resizeMessage(pod),
	})
	return b.finish(status)
}

// resizeReason spells the annotation's value as the API does.
func resizeReason(pod *corev1.Pod) string {
	if pod.Annotations[vocabulary.Resize] == "infeasible" {
		return corev1.PodReasonInfeasible
	}
	return corev1.PodReasonDeferred
}

// resizeMessage is the kubelet's, with figures in milli-CPUs or bytes as there.
func resizeMessage(pod *corev1.Pod) string {
	requested := map[corev1.ResourceName]int64{}
	for _, container := range pod.Spec.Containers {
		requested[corev1.ResourceCPU] += container.Resources.Requests.Cpu().MilliValue()
		requested[corev1.ResourceMemory] += container.Resources.Requests.Memory().Value()
	}
	name := corev1.ResourceCPU
	if requested[name] == 0 {
		name = corev1.ResourceMemory
	}
	figures := []string{fmt.Sprintf("Node didn't have enough resource: %s", name), fmt.Sprintf("requested: %d", requested[name])}
	if resizeReason(pod) == corev1.PodReasonInfeasible {
		figures[0] = fmt.Sprintf("Node didn't have enough capacity: %s", name)
	} else {
		figures = append(figures, fmt.Sprintf("used: %d", requested[name]))
	}
	return message(pod, strings.Join(append(figures, fmt.Sprintf("capacity: %d", requested[name]-1)), ", "))
}
