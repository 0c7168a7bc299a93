package e2e

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func failedLater(b bench) {
	b.create(newPod("failed-later", nil))
	healthy := b.isReady("failed-later")
	b.annotate("failed-later", "exit-code", "137")
	b.annotate("failed-later", "behavior", "failed")
	b.becomes("failed-later", func(pod *corev1.Pod) string {
		end := terminatedOf(pod)
		return all(want("phase", pod.Status.Phase, corev1.PodFailed), want("exit code", end.ExitCode, 137),
			want("start", end.StartedAt, containerOf(healthy).State.Running.StartedAt))
	})
	b.create(newPod("failed-timed", map[string]string{"behavior": "failed", "delay": "2s"}))
	b.isReady("failed-timed")
	b.becomes("failed-timed", func(pod *corev1.Pod) string { return want("phase", pod.Status.Phase, corev1.PodFailed) })
}

func stopDelay(b bench) {
	b.create(newPod("stop-slow", map[string]string{"stop-delay": "2s"}))
	b.create(newPod("stop-capped", map[string]string{"stop-delay": "1h"}, func(pod *corev1.Pod) {
		pod.Spec.TerminationGracePeriodSeconds = new(int64(2))
	}))
	for _, name := range []string{"stop-slow", "stop-capped"} {
		b.isReady(name)
		began := time.Now()
		if err := b.client.CoreV1().Pods("default").Delete(b.t.Context(), name, metav1.DeleteOptions{}); err != nil {
			b.t.Fatal(err)
		}
		b.isGone(name)
		if took := time.Since(began); took < 900*time.Millisecond {
			b.t.Errorf("%s was gone after %s", name, took)
		}
	}
}

func newImage(b bench) {
	b.create(newPod("new-image", nil))
	before := b.isReady("new-image")
	b.setImage("new-image", "example.com/app:2")
	b.becomes("new-image", func(pod *corev1.Pod) string {
		return want("Ready", conditionOf(pod, corev1.PodReady).Status, corev1.ConditionFalse)
	})
	after := b.isReady("new-image")
	container := containerOf(after)
	if difference := all(want("image", container.Image, "example.com/app:2"), want("restarts", container.RestartCount, 1),
		want("another container", container.ContainerID != containerOf(before).ContainerID, true),
		want("last reason", lastEndOf(after).Reason, "Completed"), want("observedGeneration", after.Status.ObservedGeneration, after.Generation),
	); difference != "" {
		b.t.Error(difference)
	}
	b.setImage("new-image", "registry.invalid/app:3")
	b.becomes("new-image", func(pod *corev1.Pod) string { return want("reason", waitingOf(pod).Reason, "ImagePullBackOff") })
}

const resizePatch = `{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"1","memory":"512Mi"},"limits":{"cpu":"1","memory":"512Mi"}}}]}}`

func resize(b bench) {
	b.create(newPod("resize", nil))
	b.isReady("resize")
	b.patch("resize", types.StrategicMergePatchType, resizePatch, "resize")
	b.isResized("resize", 0)
}

func (b bench) isResized(name string, restarts int32) {
	b.t.Helper()
	b.becomes(name, func(pod *corev1.Pod) string {
		container := containerOf(pod)
		return all(want("cpu", container.Resources.Limits.Cpu().String(), "1"), want("memory", container.Resources.Requests.Memory().String(), "512Mi"),
			want("allocated", container.AllocatedResources.Cpu().String(), "1"), want("restarts", container.RestartCount, restarts),
			want("Ready", conditionOf(pod, corev1.PodReady).Status, corev1.ConditionTrue),
			want("pending", conditionOf(pod, corev1.PodResizePending).Type, ""),
			want("observedGeneration", pod.Status.ObservedGeneration, pod.Generation))
	})
}

func resizeRestarts(b bench) {
	b.create(newPod("resize-restarts", nil, func(pod *corev1.Pod) {
		pod.Spec.Containers[0].ResizePolicy = []corev1.ContainerResizePolicy{{ResourceName: corev1.ResourceMemory, RestartPolicy: corev1.RestartContainer}}
	}))
	b.isReady("resize-restarts")
	b.patch("resize-restarts", types.StrategicMergePatchType, resizePatch, "resize")
	b.isResized("resize-restarts", 1)
}

func resizeDeferred(b bench) { b.resizePending("deferred", "Deferred") }

func resizeInfeasible(b bench) { b.resizePending("infeasible", "Infeasible") }

func (b bench) resizePending(mode, reason string) {
	name := "resize-" + mode
	b.create(newPod(name, map[string]string{"resize": mode}))
	b.isReady(name)
	b.patch(name, types.StrategicMergePatchType, resizePatch, "resize")
	b.becomes(name, func(pod *corev1.Pod) string {
		condition := conditionOf(pod, corev1.PodResizePending)
		return all(want("status", condition.Status, corev1.ConditionTrue), want("reason", condition.Reason, reason),
			want("message", strings.HasPrefix(condition.Message, "Node didn't have enough"), true),
			want("cpu", containerOf(pod).Resources.Limits.Cpu().String(), "500m"),
			want("observedGeneration", pod.Status.ObservedGeneration, pod.Generation))
	})
	b.annotate(name, "resize", "done")
	b.isResized(name, 0)
}

func logs(b bench) {
	b.create(newPod("logs", map[string]string{"behavior": "config-error", "logs": "one\ntwo\nthree", "previous-logs": "zero"}))
	b.becomes("logs", func(pod *corev1.Pod) string {
		return want("reason", waitingOf(pod).Reason, "CreateContainerConfigError")
	})
	if _, err := b.log("logs", corev1.PodLogOptions{}); err == nil || !strings.Contains(err.Error(), "is waiting to start: CreateContainerConfigError") {
		b.t.Errorf("the log of a container that never ran: %v", err)
	}
	b.annotate("logs", "behavior", "crash-loop")
	b.becomes("logs", func(pod *corev1.Pod) string { return want("reason", waitingOf(pod).Reason, "CrashLoopBackOff") })
	for text, options := range map[string]corev1.PodLogOptions{
		"one\ntwo\nthree\n": {},
		"two\nthree\n":      {TailLines: new(int64(2))},
		"one\n":             {LimitBytes: new(int64(4))},
		"zero\n":            {Previous: true},
	} {
		if got, err := b.log("logs", options); err != nil || got != text {
			b.t.Errorf("the log of %+v is %q (%v), want %q", options, got, err, text)
		}
	}
}

func (b bench) log(name string, options corev1.PodLogOptions) (string, error) {
	b.t.Helper()
	stream, err := b.client.CoreV1().Pods("default").GetLogs(name, &options).Stream(b.t.Context())
	if err != nil {
		return "", err
	}
	defer stream.Close()
	data, err := io.ReadAll(stream)
	return string(data), err
}

func finalizer(b bench) {
	b.create(newPod("finalizer", nil, func(pod *corev1.Pod) { pod.Finalizers = []string{"example.com/hold"} }))
	b.isReady("finalizer")
	if err := b.client.CoreV1().Pods("default").Delete(b.t.Context(), "finalizer", metav1.DeleteOptions{}); err != nil {
		b.t.Fatal(err)
	}
	b.becomes("finalizer", func(pod *corev1.Pod) string { return want("phase", pod.Status.Phase, corev1.PodSucceeded) })
	b.patch("finalizer", types.MergePatchType, `{"metadata":{"finalizers":null}}`)
	b.isGone("finalizer")
}

func namespaceGoes(b bench) {
	namespaces := b.client.CoreV1().Namespaces()
	if _, err := namespaces.Create(b.t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "going"}}, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "a Pod being accepted", func(ctx context.Context) string {
		_, err := b.client.CoreV1().Pods("going").Create(ctx, newPod("goes", nil), metav1.CreateOptions{})
		if err != nil {
			return err.Error()
		}
		return ""
	})
	if err := namespaces.Delete(b.t.Context(), "going", metav1.DeleteOptions{}); err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "the namespace being gone", func(ctx context.Context) string {
		if _, err := namespaces.Get(ctx, "going", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			return fmt.Sprintf("it is still there (%v)", err)
		}
		return ""
	})
}
