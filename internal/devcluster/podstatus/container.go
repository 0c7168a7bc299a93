package podstatus

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
)

// previous returns the container's status so far, which is empty for one that was never seen.
func (b builder) previous(name string) corev1.ContainerStatus {
	for _, status := range slices.Concat(b.pod.Status.InitContainerStatuses, b.pod.Status.ContainerStatuses) {
		if status.Name == name {
			return *status.DeepCopy()
		}
	}
	return corev1.ContainerStatus{Name: name}
}

// base is what any status of the container says, whatever its state.
func (b builder) base(container corev1.Container) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	notStarted := false
	return corev1.ContainerStatus{
		Name:                 container.Name,
		Image:                container.Image,
		ImageID:              previous.ImageID,
		ContainerID:          previous.ContainerID,
		RestartCount:         previous.RestartCount,
		LastTerminationState: previous.LastTerminationState,
		Resources:            previous.Resources,
		AllocatedResources:   previous.AllocatedResources,
		VolumeMounts:         volumeMounts(container),
		Started:              &notStarted,
	}
}

// started is a container that does its work: it runs, or it has run to its end where it is an init container.
func (b builder) started(container corev1.Container) corev1.ContainerStatus {
	if isPlainInit(b.pod, container.Name) {
		return b.initialized(container)
	}
	return b.running(container)
}

// running is a container that runs and is ready. One that ran already goes on; a stopped one has been restarted.
func (b builder) running(container corev1.Container) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	if previous.State.Running != nil {
		yes := true
		previous.Ready, previous.Started = true, &yes
		return previous
	}
	status := b.base(container)
	if previous.State.Terminated != nil {
		status.RestartCount++
		status.LastTerminationState = previous.State
	}
	yes := true
	status.Ready, status.Started = true, &yes
	status.State.Running = &corev1.ContainerStateRunning{StartedAt: b.node.Now}
	status.ImageID = imageID(container.Image)
	status.ContainerID = b.containerID(container.Name, status.RestartCount)
	return withResources(status, container)
}

// initialized is an init container that has done its work.
func (b builder) initialized(container corev1.Container) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	if done := previous.State.Terminated; done != nil && done.ExitCode == 0 {
		return previous
	}
	status := b.terminated(container, 0, "Completed", "")
	status.Ready = true
	return status
}

// waiting is a container that doesn't run, for the given reason.
func (b builder) waiting(container corev1.Container, reason, message string) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	status := b.base(container)
	switch {
	case previous.State.Running != nil:
		status.LastTerminationState.Terminated = b.ended(previous, 0, "Completed", "")
	case previous.State.Terminated != nil:
		status.LastTerminationState = previous.State
	}
	status.State.Waiting = &corev1.ContainerStateWaiting{Reason: reason, Message: message}
	return status
}

// terminated is a container that has ended.
func (b builder) terminated(container corev1.Container, code int32, reason, message string) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	status := b.base(container)
	status.ImageID = imageID(container.Image)
	status.ContainerID = b.containerID(container.Name, status.RestartCount)
	status.State.Terminated = b.ended(previous, code, reason, message)
	return withResources(status, container)
}

// crashed is a container that has ended once more, and waits for its next start.
func (b builder) crashed(container corev1.Container, code int32, reason string) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	status := withResources(b.base(container), container)
	status.ImageID = imageID(container.Image)
	status.LastTerminationState = corev1.ContainerState{
		Terminated: b.ended(previous, code, reason, message(b.pod, "")),
	}
	status.RestartCount++
	status.ContainerID = status.LastTerminationState.Terminated.ContainerID
	status.State.Waiting = &corev1.ContainerStateWaiting{
		Reason: "CrashLoopBackOff",
		Message: fmt.Sprintf("back-off %s restarting failed container=%s pod=%s",
			kubeletBackOff(status.RestartCount), container.Name, Ref(b.pod)),
	}
	return status
}

// restarted is a container that its node has ended, and that runs again.
func (b builder) restarted(container corev1.Container) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	if previous.State.Running == nil || isPlainInit(b.pod, container.Name) {
		return b.started(container)
	}
	code, why := failure(b.pod)
	if code == 0 {
		why = reason(b.pod, "Completed")
	}
	status := b.running(container)
	status.LastTerminationState.Terminated = b.ended(previous, code, why, message(b.pod, ""))
	status.RestartCount++
	status.State.Running = &corev1.ContainerStateRunning{StartedAt: b.node.Now}
	status.ContainerID = b.containerID(container.Name, status.RestartCount)
	return status
}

// ended is the end, just now, of a container's present run.
func (b builder) ended(previous corev1.ContainerStatus, code int32, reason, message string) *corev1.ContainerStateTerminated {
	began := b.node.Now
	if previous.State.Running != nil {
		began = previous.State.Running.StartedAt
	}
	return &corev1.ContainerStateTerminated{
		ExitCode:    code,
		Reason:      reason,
		Message:     message,
		StartedAt:   began,
		FinishedAt:  b.node.Now,
		ContainerID: b.containerID(previous.Name, previous.RestartCount),
	}
}

func withResources(status corev1.ContainerStatus, container corev1.Container) corev1.ContainerStatus {
	status.Resources = container.Resources.DeepCopy()
	status.Resources.Claims = nil
	status.AllocatedResources = container.Resources.Requests.DeepCopy()
	return status
}

func volumeMounts(container corev1.Container) []corev1.VolumeMountStatus {
	var mounts []corev1.VolumeMountStatus
	for _, mount := range container.VolumeMounts {
		status := corev1.VolumeMountStatus{Name: mount.Name, MountPath: mount.MountPath, ReadOnly: mount.ReadOnly}
		if mount.ReadOnly {
			disabled := corev1.RecursiveReadOnlyDisabled
			status.RecursiveReadOnly = &disabled
		}
		mounts = append(mounts, status)
	}
	return mounts
}

func isPlainInit(pod *corev1.Pod, name string) bool {
	return slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool {
		return c.Name == name && !podutil.IsRestartableInitContainer(&c)
	})
}

// containerID differs from run to run, as a runtime's does.
func (b builder) containerID(name string, restarts int32) string {
	return "containerd://" + digest(fmt.Sprintf("%s/%s/%d", b.pod.UID, name, restarts))
}

func imageID(image string) string {
	return "simulated/image@sha256:" + digest(image)
}

func digest(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:])
}

// Ref is how the kubelet names a Pod in messages.
func Ref(pod *corev1.Pod) string {
	return fmt.Sprintf("%s_%s(%s)", pod.Name, pod.Namespace, pod.UID)
}
