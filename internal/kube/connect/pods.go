package connect

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/cache"
	"github.com/headgym/terraform-provider-mar/internal/kube/wait"
)

func podLists(clientset kubernetes.Interface, written *cache.WriteCounter, sure bool) *cache.Lists[*corev1.Pod] {
	return &cache.Lists[*corev1.Pod]{
		Kind: "Pod",
		List: func(ctx context.Context, namespace string) ([]*corev1.Pod, error) {
			return kube.List[*corev1.Pod](ctx, clientset.CoreV1().Pods(namespace).List, metav1.ListOptions{})
		},
		Get: func(ctx context.Context, namespace, name string) (*corev1.Pod, error) {
			return clientset.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		},
		Sure:   sure,
		Writes: written,
	}
}

func templateLists(clientset kubernetes.Interface, written *cache.WriteCounter) *cache.Lists[*corev1.PodTemplate] {
	return &cache.Lists[*corev1.PodTemplate]{
		Kind: "PodTemplate",
		List: func(ctx context.Context, namespace string) ([]*corev1.PodTemplate, error) {
			return kube.List[*corev1.PodTemplate](ctx, clientset.CoreV1().PodTemplates(namespace).List, metav1.ListOptions{})
		},
		Get: func(ctx context.Context, namespace, name string) (*corev1.PodTemplate, error) {
			return clientset.CoreV1().PodTemplates(namespace).Get(ctx, name, metav1.GetOptions{})
		},
		Writes: written,
	}
}

func podWatches(clientset kubernetes.Interface) *wait.Watches[*corev1.Pod] {
	return &wait.Watches[*corev1.Pod]{
		Source: func(namespace string) wait.Source {
			pods := clientset.CoreV1().Pods(namespace)
			return wait.Source{
				List: func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
					return pods.List(ctx, opts)
				},
				Watch: pods.Watch,
			}
		},
		Reader: func(namespace string) wait.Reader[*corev1.Pod] { return clientset.CoreV1().Pods(namespace) },
	}
}
