package e2e

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const prefix = "devcluster.mar.headgym.com/"

// newPod describes a Pod of one container whose annotations, less the prefix, are these.
func newPod(name string, annotations map[string]string, changes ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name:  "app",
			Image: "example.com/app:1",
			Resources: corev1.ResourceRequirements{
				Limits:   amounts("500m", "256Mi"),
				Requests: amounts("500m", "256Mi"),
			},
		}}},
	}
	for key, value := range annotations {
		pod.Annotations[prefix+key] = value
	}
	for _, change := range changes {
		change(pod)
	}
	return pod
}

func amounts(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse(cpu),
		corev1.ResourceMemory: resource.MustParse(memory),
	}
}

func never(pod *corev1.Pod) { pod.Spec.RestartPolicy = corev1.RestartPolicyNever }

func conditionOf(pod *corev1.Pod, kind corev1.PodConditionType) corev1.PodCondition {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == kind {
			return condition
		}
	}
	return corev1.PodCondition{}
}

// containerOf returns the status of the Pod's first container, which is empty before there is one.
func containerOf(pod *corev1.Pod) corev1.ContainerStatus {
	if len(pod.Status.ContainerStatuses) == 0 {
		return corev1.ContainerStatus{}
	}
	return pod.Status.ContainerStatuses[0]
}

func waitingOf(pod *corev1.Pod) corev1.ContainerStateWaiting {
	if waiting := containerOf(pod).State.Waiting; waiting != nil {
		return *waiting
	}
	return corev1.ContainerStateWaiting{}
}

func terminatedOf(pod *corev1.Pod) corev1.ContainerStateTerminated {
	if terminated := containerOf(pod).State.Terminated; terminated != nil {
		return *terminated
	}
	return corev1.ContainerStateTerminated{}
}

func lastEndOf(pod *corev1.Pod) corev1.ContainerStateTerminated {
	if terminated := containerOf(pod).LastTerminationState.Terminated; terminated != nil {
		return *terminated
	}
	return corev1.ContainerStateTerminated{}
}

// want says how got differs, or "".
func want[T comparable](what string, got, want T) string {
	if got == want {
		return ""
	}
	return fmt.Sprintf("%s is %v, want %v", what, got, want)
}

// all returns the first that isn't "".
func all(differences ...string) string {
	for _, difference := range differences {
		if difference != "" {
			return difference
		}
	}
	return ""
}

func config(t *testing.T, c cluster) *rest.Config {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	return config
}
