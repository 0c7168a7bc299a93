package podstatus

import (
	"cmp"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
	kubeletstatus "k8s.io/kubernetes/pkg/kubelet/status"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

// Node is what a status depends on besides the Pod itself.
type Node struct {
	Now    metav1.Time
	HostIP string
	// PodIP is the address to give to a Pod that has none.
	PodIP string
}

// builder makes the next status of one Pod.
type builder struct {
	pod  *corev1.Pod
	node Node
}

// Target is the container that the Pod's behaviour is about: the one that is named, else "app", else the first.
func Target(pod *corev1.Pod) string {
	if name := pod.Annotations[vocabulary.Container]; name != "" {
		return name
	}
	for _, container := range pod.Spec.Containers {
		if container.Name == "app" {
			return container.Name
		}
	}
	return pod.Spec.Containers[0].Name
}

// exitCode that the Pod's annotation asks for.
func exitCode(pod *corev1.Pod, otherwise int32) int32 {
	code, err := strconv.ParseInt(pod.Annotations[vocabulary.ExitCode], 10, 32)
	if err != nil {
		return otherwise
	}
	return int32(code)
}

func reason(pod *corev1.Pod, otherwise string) string {
	return cmp.Or(pod.Annotations[vocabulary.Reason], otherwise)
}

func message(pod *corev1.Pod, otherwise string) string {
	return cmp.Or(pod.Annotations[vocabulary.Message], otherwise)
}

// onTarget uses special for the target container, and normal for the others.
func (b builder) onTarget(special, normal func(corev1.Container) corev1.ContainerStatus) func(corev1.Container) corev1.ContainerStatus {
	name := Target(b.pod)
	return func(container corev1.Container) corev1.ContainerStatus {
		if container.Name == name {
			return special(container)
		}
		return normal(container)
	}
}

// inOrder gives each container its status as the kubelet starts them: one init container after the other, and the
// rest only when those are through.
func (b builder) inOrder(each func(corev1.Container) corev1.ContainerStatus) corev1.PodStatus {
	status := *b.pod.Status.DeepCopy()
	status.InitContainerStatuses = nil
	status.ContainerStatuses = nil

	initialized := true
	for _, container := range b.pod.Spec.InitContainers {
		if !initialized {
			status.InitContainerStatuses = append(status.InitContainerStatuses, b.waiting(container, "PodInitializing", ""))
			continue
		}
		one := each(container)
		if podutil.IsRestartableInitContainer(&container) {
			initialized = one.Started != nil && *one.Started
		} else {
			initialized = one.State.Terminated != nil && one.State.Terminated.ExitCode == 0
		}
		status.InitContainerStatuses = append(status.InitContainerStatuses, one)
	}
	for _, container := range b.pod.Spec.Containers {
		one := b.waiting(container, "PodInitializing", "")
		if initialized {
			one = each(container)
		}
		status.ContainerStatuses = append(status.ContainerStatuses, one)
	}
	status.Phase = phase(initialized, status.ContainerStatuses)
	return status
}

// phase of a Pod that isn't over, by the kubelet's rules: Pending until every container has started once.
func phase(initialized bool, containers []corev1.ContainerStatus) corev1.PodPhase {
	neverStarted := func(c corev1.ContainerStatus) bool {
		return c.State.Waiting != nil && c.LastTerminationState.Terminated == nil
	}
	if !initialized || slices.ContainsFunc(containers, neverStarted) {
		return corev1.PodPending
	}
	return corev1.PodRunning
}

// finish fills in what follows from the containers and the phase.
func (b builder) finish(status corev1.PodStatus) corev1.PodStatus {
	status.ObservedGeneration = b.pod.Generation
	status.HostIP = b.node.HostIP
	status.HostIPs = []corev1.HostIP{{IP: b.node.HostIP}}
	if status.PodIP == "" {
		status.PodIP = b.node.PodIP
		status.PodIPs = []corev1.PodIP{{IP: b.node.PodIP}}
	}
	if status.StartTime == nil {
		status.StartTime = b.node.Now.DeepCopy()
	}

	all := slices.Concat(status.InitContainerStatuses, status.ContainerStatuses)
	over := status.Phase == corev1.PodSucceeded || status.Phase == corev1.PodFailed
	for _, condition := range []corev1.PodCondition{
		{Type: corev1.PodReadyToStartContainers, Status: conditionStatus(!over), ObservedGeneration: b.pod.Generation},
		kubeletstatus.GeneratePodInitializedCondition(b.pod, &b.pod.Status, all, status.Phase),
		kubeletstatus.GeneratePodReadyCondition(b.pod, &b.pod.Status, status.Conditions, all, status.Phase),
		kubeletstatus.GenerateContainersReadyCondition(b.pod, &b.pod.Status, all, status.Phase),
	} {
		status.Conditions = b.withCondition(status.Conditions, condition)
	}
	return status
}

// withCondition keeps the transition time of a condition whose status stays.
func (b builder) withCondition(conditions []corev1.PodCondition, condition corev1.PodCondition) []corev1.PodCondition {
	condition.LastTransitionTime = b.node.Now
	condition.ObservedGeneration = b.pod.Generation
	for i, existing := range conditions {
		if existing.Type != condition.Type {
			continue
		}
		if existing.Status == condition.Status {
			condition.LastTransitionTime = existing.LastTransitionTime
		}
		conditions[i] = condition
		return conditions
	}
	return append(conditions, condition)
}

func withoutCondition(conditions []corev1.PodCondition, unwanted ...corev1.PodConditionType) []corev1.PodCondition {
	return slices.DeleteFunc(conditions, func(c corev1.PodCondition) bool { return slices.Contains(unwanted, c.Type) })
}

func conditionStatus(is bool) corev1.ConditionStatus {
	if is {
		return corev1.ConditionTrue
	}
	return corev1.ConditionFalse
}
