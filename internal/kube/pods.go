package kube

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
)

func podRoster(clientset kubernetes.Interface, written *ledger, sure bool) *Roster[*corev1.Pod] {
	return &Roster[*corev1.Pod]{
		Kind: "Pod",
		List: func(ctx context.Context, namespace string) ([]*corev1.Pod, error) {
			return List[*corev1.Pod](ctx, clientset.CoreV1().Pods(namespace).List, metav1.ListOptions{})
		},
		Get: func(ctx context.Context, namespace, name string) (*corev1.Pod, error) {
			return clientset.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		},
		Sure:   sure,
		writes: written,
	}
}

func templateRoster(clientset kubernetes.Interface, written *ledger) *Roster[*corev1.PodTemplate] {
	return &Roster[*corev1.PodTemplate]{
		Kind: "PodTemplate",
		List: func(ctx context.Context, namespace string) ([]*corev1.PodTemplate, error) {
			return List[*corev1.PodTemplate](ctx, clientset.CoreV1().PodTemplates(namespace).List, metav1.ListOptions{})
		},
		Get: func(ctx context.Context, namespace, name string) (*corev1.PodTemplate, error) {
			return clientset.CoreV1().PodTemplates(namespace).Get(ctx, name, metav1.GetOptions{})
		},
		writes: written,
	}
}

func podWaits(clientset kubernetes.Interface) *Watching[*corev1.Pod] {
	return &Watching[*corev1.Pod]{
		Source: func(namespace string) Source {
			pods := clientset.CoreV1().Pods(namespace)
			return Source{
				List: func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
					return pods.List(ctx, opts)
				},
				Watch: pods.Watch,
			}
		},
		Reader: func(namespace string) Reader[*corev1.Pod] { return clientset.CoreV1().Pods(namespace) },
	}
}
