package podstatus

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// NewEvent is the event by which a kubelet tells of something. The same thing told again is the same event, with a
// higher count.
func NewEvent(pod *corev1.Pod, node Node, kind, reason, message string) corev1.Event {
	return corev1.Event{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Event"},
		ObjectMeta: metav1.ObjectMeta{
			Name:      fmt.Sprintf("%s.%s", pod.Name, digest(string(pod.UID) + kind + reason + message)[:16]),
			Namespace: pod.Namespace,
		},
		InvolvedObject: corev1.ObjectReference{
			APIVersion:      "v1",
			Kind:            "Pod",
			Namespace:       pod.Namespace,
			Name:            pod.Name,
			UID:             pod.UID,
			ResourceVersion: pod.ResourceVersion,
			FieldPath:       fmt.Sprintf("spec.containers{%s}", Target(pod)),
		},
		Type:                kind,
		Reason:              reason,
		Message:             message,
		Source:              corev1.EventSource{Component: "kubelet", Host: pod.Spec.NodeName},
		ReportingController: "kubelet",
		ReportingInstance:   pod.Spec.NodeName,
		FirstTimestamp:      firstSeen(pod, node),
		LastTimestamp:       node.Now,
		Count:               1 + restarts(pod),
	}
}

func firstSeen(pod *corev1.Pod, node Node) metav1.Time {
	if pod.Status.StartTime != nil {
		return *pod.Status.StartTime
	}
	return node.Now
}

func restarts(pod *corev1.Pod) int32 {
	name := Target(pod)
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name == name {
			return status.RestartCount
		}
	}
	return 0
}
