package podstatus

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/util/parsers"
)

const (
	errImagePull     = "ErrImagePull"
	imagePullBackOff = "ImagePullBackOff"
	invalidImageName = "InvalidImageName"
)

// unresolvable is the top-level domain that no name server will ever know (RFC 2606): an image from there can't be
// pulled here, nor anywhere else.
const unresolvable = ".invalid"

// invalidImage returns what the kubelet says of a name that is none, or "".
func invalidImage(image string) string {
	if _, _, _, err := parsers.ParseImageName(image); err != nil {
		return fmt.Sprintf("Failed to apply default image tag %q: %v", image, err)
	}
	return ""
}

// pullError returns what the container runtime says of an image that it can't pull, or "".
func pullError(image string) string {
	host, _, found := strings.Cut(image, "/")
	name, _, _ := strings.Cut(host, ":")
	if !found || !strings.HasSuffix(name, unresolvable) {
		return ""
	}
	return fmt.Sprintf("failed to pull and unpack image %q: failed to resolve reference %q: failed to do request: "+
		"Head \"https://%s/v2/\": dial tcp: lookup %s: no such host", image, image, host, name)
}

func notFoundError(pod *corev1.Pod, image string) string {
	return message(pod, fmt.Sprintf(
		"rpc error: code = NotFound desc = failed to pull and unpack image %q: failed to resolve reference %q: %s: not found", image, image, image))
}

// pulled starts a container if its image can be had.
func (b builder) pulled(container corev1.Container) corev1.ContainerStatus {
	if b.previous(container.Name).State.Running != nil {
		return b.started(container)
	}
	if problem := invalidImage(container.Image); problem != "" {
		return b.waiting(container, invalidImageName, problem)
	}
	if problem := pullError(container.Image); problem != "" {
		return b.notPulled(container, problem)
	}
	return b.started(container)
}

// notPulled is a container whose image has just failed to be pulled, or had failed before.
func (b builder) notPulled(container corev1.Container, problem string) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	if waits := previous.State.Waiting; waits != nil && waits.Reason == imagePullBackOff && previous.Image == container.Image {
		return previous
	}
	return b.waiting(container, errImagePull, problem)
}

// backedOff is a container whose image is to be pulled again later, if it was one that failed to be.
func (b builder) backedOff(container corev1.Container) corev1.ContainerStatus {
	previous := b.previous(container.Name)
	waits := previous.State.Waiting
	if waits == nil || waits.Reason != errImagePull {
		return previous
	}
	previous.State.Waiting = &corev1.ContainerStateWaiting{
		Reason:  imagePullBackOff,
		Message: fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %s", previous.Image, waits.Message),
	}
	return previous
}

// Unpulled is the container whose image couldn't be used, if there is one: its status, as it is.
func Unpulled(pod *corev1.Pod) corev1.ContainerStatus {
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if waits := status.State.Waiting; waits != nil && (waits.Reason == errImagePull || waits.Reason == invalidImageName) {
			return status
		}
	}
	return corev1.ContainerStatus{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}}}
}
