package podstatus

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

// Creating is a Pod that a node has taken, and whose containers don't run yet.
func Creating(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	return b.finish(b.inOrder(func(container corev1.Container) corev1.ContainerStatus {
		return b.waiting(container, "ContainerCreating", "")
	}))
}

// Running is a Pod whose containers have all been started, as far as their images can be pulled.
func Running(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	return b.finish(b.inOrder(b.pulled))
}

// Replacing is a Pod in which containers of another image than before are about to start.
func Replacing(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	return b.finish(b.inOrder(func(container corev1.Container) corev1.ContainerStatus {
		previous := b.previous(container.Name)
		if previous.State.Running == nil || previous.Image == container.Image {
			return previous
		}
		status := b.waiting(container, "ContainerCreating", "")
		status.RestartCount++
		return status
	}))
}

// NotReady is a Pod that runs, and whose target container fails its readiness probe.
func NotReady(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	unready := func(container corev1.Container) corev1.ContainerStatus {
		status := b.running(container)
		status.Ready = false
		return status
	}
	return b.finish(b.inOrder(b.onTarget(unready, b.started)))
}

// Failed is a Pod that is over because its target container ended with an error.
func Failed(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	code, why := failure(pod)
	failed := func(container corev1.Container) corev1.ContainerStatus {
		return b.terminated(container, code, why, message(pod, ""))
	}
	status := b.inOrder(b.onTarget(failed, b.completed))
	status.Phase = corev1.PodFailed
	return b.finish(status)
}

// Succeeded is a Pod that is over because all its containers have done their work.
func Succeeded(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	status := b.inOrder(b.completed)
	status.Phase = corev1.PodSucceeded
	return b.finish(status)
}

// CrashLooping is a Pod whose target container has ended once more and is about to be restarted.
func CrashLooping(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	code, why := failure(pod)
	crashed := func(container corev1.Container) corev1.ContainerStatus {
		return b.crashed(container, code, why)
	}
	return b.finish(b.inOrder(b.onTarget(crashed, b.started)))
}

// Restarted is a Pod whose target container was ended by its node and runs again.
func Restarted(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	return b.finish(b.inOrder(b.onTarget(b.restarted, b.started)))
}

// Evicted is a Pod that its node has ended to save memory, or for another reason that an annotation gives.
func Evicted(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	status := b.inOrder(func(container corev1.Container) corev1.ContainerStatus {
		if isPlainInit(pod, container.Name) {
			return b.initialized(container)
		}
		return b.terminated(container, 137, "Error", "")
	})
	status.Phase = corev1.PodFailed
	status.Reason = reason(pod, "Evicted")
	status.Message = EvictionMessage(pod)
	status.Conditions = b.withCondition(status.Conditions, corev1.PodCondition{
		Type:    corev1.DisruptionTarget,
		Status:  corev1.ConditionTrue,
		Reason:  corev1.PodReasonTerminationByKubelet,
		Message: status.Message,
	})
	return b.finish(status)
}

// EvictionMessage is why the node ends the Pod.
func EvictionMessage(pod *corev1.Pod) string {
	name := Target(pod)
	requested := "0"
	for _, container := range pod.Spec.Containers {
		if container.Name == name {
			requested = container.Resources.Requests.Memory().String()
		}
	}
	return message(pod, fmt.Sprintf("The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. "+
		"Container %s was using 600Mi, request is %s, has larger consumption of memory. ", name, requested))
}

// PullFailed is a Pod whose target container's image isn't there.
func PullFailed(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	missing := func(container corev1.Container) corev1.ContainerStatus {
		return b.notPulled(container, notFoundError(pod, container.Image))
	}
	return b.finish(b.inOrder(b.onTarget(missing, b.started)))
}

// PullBackedOff is a Pod that waits before its images are pulled again.
func PullBackedOff(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	return b.finish(b.inOrder(b.backedOff))
}

// ConfigError is a Pod whose target container can't be created as it is configured.
func ConfigError(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	unmakeable := func(container corev1.Container) corev1.ContainerStatus {
		return b.waiting(container, reason(pod, "CreateContainerConfigError"), ConfigMessage(pod))
	}
	return b.finish(b.inOrder(b.onTarget(unmakeable, b.started)))
}

// ConfigMessage is what is wrong with the target container's configuration.
func ConfigMessage(pod *corev1.Pod) string {
	return message(pod, fmt.Sprintf("container has runAsNonRoot and image will run as root (pod: %q, container: %s)", Ref(pod), Target(pod)))
}

// Lost is a Pod whose node has gone: nobody reports on it, and the node's controller has marked it.
func Lost(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	status := b.finish(b.inOrder(b.started))
	_, before := podutil.GetPodCondition(&pod.Status, corev1.PodReady)
	_, ready := podutil.GetPodCondition(&status, corev1.PodReady)
	ready.Status = corev1.ConditionFalse
	ready.LastTransitionTime = node.Now
	if before != nil && before.Status == corev1.ConditionFalse {
		ready.LastTransitionTime = before.LastTransitionTime
	}
	return status
}

// Stopped is a Pod whose containers were told to end, and have ended well.
func Stopped(pod *corev1.Pod, node Node) corev1.PodStatus {
	b := builder{pod, node}
	status := *pod.Status.DeepCopy()
	status.Phase = corev1.PodSucceeded
	stop := func(statuses []corev1.ContainerStatus) {
		for i, one := range statuses {
			if one.State.Running != nil {
				statuses[i].State = corev1.ContainerState{Terminated: b.ended(one, 0, "Completed", "")}
				statuses[i].Ready, statuses[i].Started = false, new(bool)
			} else if one.State.Waiting != nil {
				status.Phase = corev1.PodFailed
			}
		}
	}
	stop(status.InitContainerStatuses)
	stop(status.ContainerStatuses)
	return b.finish(status)
}

func (b builder) completed(container corev1.Container) corev1.ContainerStatus {
	if isPlainInit(b.pod, container.Name) {
		return b.initialized(container)
	}
	return b.terminated(container, 0, "Completed", "")
}

// failure is how the target container ends.
func failure(pod *corev1.Pod) (code int32, why string) {
	switch pod.Annotations[vocabulary.Behavior] {
	case vocabulary.OOMKilled:
		return exitCode(pod, 137), reason(pod, "OOMKilled")
	case vocabulary.LivenessFailed:
		// A program that doesn't handle SIGTERM is killed by SIGKILL.
		return exitCode(pod, 137), reason(pod, "Error")
	}
	return exitCode(pod, 1), reason(pod, "Error")
}

// kubeletBackOff is what a kubelet would wait after so many restarts: from 10 s, doubled each time, up to 5 min.
// It is only said: the simulation waits less.
func kubeletBackOff(restarts int32) time.Duration {
	return min(10*time.Second<<min(max(restarts-1, 0), 5), 5*time.Minute)
}
