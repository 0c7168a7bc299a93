package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

type bench struct {
	t      *testing.T
	client kubernetes.Interface
	config *rest.Config
}

func (b bench) create(pod *corev1.Pod) {
	b.t.Helper()
	if _, err := b.client.CoreV1().Pods("default").Create(b.t.Context(), pod, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) get(name string) *corev1.Pod {
	b.t.Helper()
	pod, err := b.client.CoreV1().Pods("default").Get(b.t.Context(), name, metav1.GetOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	return pod
}

func (b bench) becomes(name string, check func(*corev1.Pod) string) *corev1.Pod {
	b.t.Helper()
	var pod *corev1.Pod
	eventually(b.t, "what "+name+" is to become", func(ctx context.Context) string {
		var err error
		if pod, err = b.client.CoreV1().Pods("default").Get(ctx, name, metav1.GetOptions{}); err != nil {
			return err.Error()
		}
		return check(pod)
	})
	return pod
}

func (b bench) annotate(name, key, value string) {
	b.t.Helper()
	b.patch(name, types.MergePatchType, fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, prefix+key, value))
}

func (b bench) patch(name string, kind types.PatchType, patch string, subresources ...string) {
	b.t.Helper()
	_, err := b.client.CoreV1().Pods("default").Patch(b.t.Context(), name, kind, []byte(patch), metav1.PatchOptions{}, subresources...)
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) tells(pod, kind, reason, part string) {
	b.t.Helper()
	eventually(b.t, fmt.Sprintf("the event %s of %s", reason, pod), func(ctx context.Context) string {
		events, err := b.client.CoreV1().Events("default").List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=" + pod})
		if err != nil {
			return err.Error()
		}
		var seen []string
		for _, event := range events.Items {
			if event.Type == kind && event.Reason == reason && strings.Contains(event.Message, part) && event.Source.Component == "kubelet" {
				return ""
			}
			seen = append(seen, fmt.Sprintf("%s %s: %s", event.Type, event.Reason, event.Message))
		}
		return fmt.Sprintf("seen are %q", seen)
	})
}

func (b bench) isReady(name string) *corev1.Pod {
	b.t.Helper()
	return b.becomes(name, func(pod *corev1.Pod) string {
		return all(want("Ready", conditionOf(pod, corev1.PodReady).Status, corev1.ConditionTrue), want("phase", pod.Status.Phase, corev1.PodRunning))
	})
}

func (b bench) isGone(name string) {
	b.t.Helper()
	eventually(b.t, name+" being gone", func(ctx context.Context) string {
		_, err := b.client.CoreV1().Pods("default").Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return ""
		}
		return fmt.Sprintf("it is still there (%v)", err)
	})
}

func (b bench) setImage(name, image string) {
	b.t.Helper()
	b.patch(name, types.StrategicMergePatchType, fmt.Sprintf(`{"spec":{"containers":[{"name":"app","image":%q}]}}`, image))
}

func (b bench) namespace(name string, labels map[string]string) {
	b.t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	if _, err := b.client.CoreV1().Namespaces().Create(b.t.Context(), namespace, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "the default ServiceAccount of "+name, func(ctx context.Context) string {
		if _, err := b.client.CoreV1().ServiceAccounts(name).Get(ctx, "default", metav1.GetOptions{}); err != nil {
			return err.Error()
		}
		return ""
	})
}

func (b bench) dryRun(ctx context.Context, namespace string, pod *corev1.Pod) (*corev1.Pod, error) {
	return b.client.CoreV1().Pods(namespace).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
}

func (b bench) label(node, value string) {
	b.t.Helper()
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%q}}}`, prefix+"kubelet", value)
	if _, err := b.client.CoreV1().Nodes().Patch(b.t.Context(), node, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		b.t.Fatal(err)
	}
}
