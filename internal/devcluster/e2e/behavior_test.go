package e2e

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// bench is a cluster in which many behaviours are tried at once.

// TestBehaviors tries every annotation of README.md.

func TestBehaviors(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.up()
	client := c.client()

	// In a group, so that the cluster outlives all of them.
	t.Run("group", func(t *testing.T) {
		for name, try := range map[string]func(bench){
			"running":           running,
			"initContainers":    initContainers,
			"start-delay":       startDelay,
			"not-ready":         notReady,
			"failed":            failed,
			"failedLater":       failedLater,
			"succeeded":         succeeded,
			"crash-loop":        crashLoop,
			"crashNever":        crashNever,
			"livenessFailed":    livenessFailed,
			"oom-killed":        oomKilled,
			"evicted":           evicted,
			"image-pull":        imagePull,
			"invalidRegistry":   invalidRegistry,
			"invalidImageName":  invalidImageName,
			"config-error":      configError,
			"lost":              lost,
			"stop-delay":        stopDelay,
			"newImage":          newImage,
			"resize":            resize,
			"resizeRestarts":    resizeRestarts,
			"resize=deferred":   resizeDeferred,
			"resize=infeasible": resizeInfeasible,
			"logs":              logs,
			"finalizer":         finalizer,
			"unknown":           unknown,
			"namespace":         namespaceGoes,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				try(bench{t: t, client: client})
			})
		}
	})
}

// becomes waits until the Pod is as check wants it, which then returns "", and returns it.

// tells waits for an event of the Pod.

func running(b bench) {
	b.create(newPod("running", nil))
	pod := b.isReady("running")
	container := containerOf(pod)
	if difference := all(
		want("restarts", container.RestartCount, 0),
		want("started", *container.Started, true),
		want("image", container.Image, "example.com/app:1"),
		want("observedGeneration", pod.Status.ObservedGeneration, pod.Generation),
		want("container ID", strings.HasPrefix(container.ContainerID, "containerd://"), true),
		want("cpu", container.Resources.Limits.Cpu().String(), "500m"),
		want("allocated memory", container.AllocatedResources.Memory().String(), "256Mi"),
		want("has an address", pod.Status.PodIP != "" && pod.Status.PodIPs[0].IP == pod.Status.PodIP, true),
		want("QoS class", pod.Status.QOSClass, corev1.PodQOSGuaranteed),
	); difference != "" {
		b.t.Error(difference)
	}
	if err := b.client.CoreV1().Pods("default").Delete(b.t.Context(), "running", metav1.DeleteOptions{}); err != nil {
		b.t.Fatal(err)
	}
	b.isGone("running")
}

func initContainers(b bench) {
	always := corev1.ContainerRestartPolicyAlways
	b.create(newPod("init", nil, func(pod *corev1.Pod) {
		pod.Spec.InitContainers = []corev1.Container{{Name: "setup", Image: "setup"}, {Name: "sidecar", Image: "sidecar", RestartPolicy: &always}}
	}))
	pod := b.isReady("init")
	setup, sidecar := pod.Status.InitContainerStatuses[0], pod.Status.InitContainerStatuses[1]
	if setup.State.Terminated == nil || setup.State.Terminated.Reason != "Completed" || !setup.Ready {
		b.t.Errorf("the init container is %+v", setup)
	}
	if sidecar.State.Running == nil || !sidecar.Ready || !*sidecar.Started {
		b.t.Errorf("the sidecar is %+v", sidecar)
	}
}

func startDelay(b bench) {
	b.create(newPod("slow", map[string]string{"start-delay": "3s"}))
	pod := b.becomes("slow", func(pod *corev1.Pod) string { return want("reason", waitingOf(pod).Reason, "ContainerCreating") })
	if pod.Status.Phase != corev1.PodPending {
		b.t.Errorf("the phase is %s", pod.Status.Phase)
	}
	pod = b.isReady("slow")
	if took := conditionOf(pod, corev1.PodReady).LastTransitionTime.Sub(pod.Status.StartTime.Time); took < 2*time.Second {
		b.t.Errorf("it was ready after %s", took)
	}
}

func notReady(b bench) {
	b.create(newPod("not-ready", map[string]string{"behavior": "not-ready"}))
	b.becomes("not-ready", func(pod *corev1.Pod) string {
		return all(want("phase", pod.Status.Phase, corev1.PodRunning),
			want("reason", conditionOf(pod, corev1.PodReady).Reason, "ContainersNotReady"))
	})
	b.tells("not-ready", "Warning", "Unhealthy", "Readiness probe failed")
	b.annotate("not-ready", "behavior", "running")
	pod := b.isReady("not-ready")
	if containerOf(pod).RestartCount != 0 {
		b.t.Error("becoming ready was a restart")
	}
}

func failed(b bench) {
	b.create(newPod("failed", map[string]string{"behavior": "failed", "exit-code": "3", "message": "no such table"}, never))
	b.becomes("failed", func(pod *corev1.Pod) string {
		end := terminatedOf(pod)
		return all(want("phase", pod.Status.Phase, corev1.PodFailed), want("exit code", end.ExitCode, 3), want("reason", end.Reason, "Error"),
			want("message", end.Message, "no such table"), want("Ready's reason", conditionOf(pod, corev1.PodReady).Reason, "PodFailed"))
	})
}

// A healthy Pod fails when it is told to, even one that would be restarted.

func succeeded(b bench) {
	b.create(newPod("succeeded", map[string]string{"behavior": "succeeded"}, never))
	b.becomes("succeeded", func(pod *corev1.Pod) string {
		return all(want("phase", pod.Status.Phase, corev1.PodSucceeded), want("reason", terminatedOf(pod).Reason, "Completed"),
			want("Ready's reason", conditionOf(pod, corev1.PodReady).Reason, "PodCompleted"))
	})
}

func crashLoop(b bench) {
	b.create(newPod("crash-loop", map[string]string{"behavior": "crash-loop", "exit-code": "2"}))
	for _, restarts := range []int32{1, 3, 4} {
		b.becomes("crash-loop", func(pod *corev1.Pod) string {
			return all(want("enough restarts", containerOf(pod).RestartCount >= restarts, true), want("phase", pod.Status.Phase, corev1.PodRunning),
				want("reason", waitingOf(pod).Reason, "CrashLoopBackOff"), want("last exit code", lastEndOf(pod).ExitCode, 2))
		})
	}
	b.tells("crash-loop", "Warning", "BackOff", "Back-off restarting failed container app in pod crash-loop_default(")
	b.annotate("crash-loop", "behavior", "running")
	if pod := b.isReady("crash-loop"); containerOf(pod).RestartCount < 4 || lastEndOf(pod).ExitCode != 2 {
		b.t.Errorf("healed, it forgot its past: %+v", containerOf(pod))
	}
}

func livenessFailed(b bench) {
	b.create(newPod("liveness", map[string]string{"behavior": "liveness-failed", "exit-code": "0"}))
	b.becomes("liveness", func(pod *corev1.Pod) string {
		return all(want("enough restarts", containerOf(pod).RestartCount >= 2, true), want("running", containerOf(pod).State.Running != nil, true),
			want("ready", containerOf(pod).Ready, true), want("last reason", lastEndOf(pod).Reason, "Completed"))
	})
	b.tells("liveness", "Warning", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500")
	b.tells("liveness", "Normal", "Killing", "Container app failed liveness probe, will be restarted")
}

func crashNever(b bench) {
	b.create(newPod("crash-never", map[string]string{"behavior": "crash-loop"}, never))
	b.becomes("crash-never", func(pod *corev1.Pod) string {
		return all(want("phase", pod.Status.Phase, corev1.PodFailed), want("exit code", terminatedOf(pod).ExitCode, 1))
	})
}

func oomKilled(b bench) {
	b.create(newPod("oom", map[string]string{"behavior": "oom-killed"}))
	b.becomes("oom", func(pod *corev1.Pod) string {
		return all(want("reason", lastEndOf(pod).Reason, "OOMKilled"), want("exit code", lastEndOf(pod).ExitCode, 137),
			want("enough restarts", containerOf(pod).RestartCount >= 2, true))
	})
	b.create(newPod("oom-never", map[string]string{"behavior": "oom-killed"}, never))
	b.becomes("oom-never", func(pod *corev1.Pod) string {
		return all(want("phase", pod.Status.Phase, corev1.PodFailed), want("reason", terminatedOf(pod).Reason, "OOMKilled"))
	})
}

func evicted(b bench) {
	b.create(newPod("evicted", nil))
	b.isReady("evicted")
	b.annotate("evicted", "behavior", "evicted")
	b.becomes("evicted", func(pod *corev1.Pod) string {
		return all(want("phase", pod.Status.Phase, corev1.PodFailed), want("reason", pod.Status.Reason, "Evicted"),
			want("message", strings.Contains(pod.Status.Message, "low on resource: memory"), true),
			want("disruption", conditionOf(pod, corev1.DisruptionTarget).Reason, "TerminationByKubelet"))
	})
	b.tells("evicted", "Warning", "Evicted", "low on resource: memory")
	b.create(newPod("deadline", map[string]string{"behavior": "evicted", "reason": "DeadlineExceeded", "message": "too late"}))
	b.becomes("deadline", func(pod *corev1.Pod) string {
		return all(want("reason", pod.Status.Reason, "DeadlineExceeded"), want("message", pod.Status.Message, "too late"))
	})
}

func imagePull(b bench) {
	b.create(newPod("image-pull", map[string]string{"behavior": "image-pull"}))
	b.becomes("image-pull", func(pod *corev1.Pod) string { return want("reason", waitingOf(pod).Reason, "ErrImagePull") })
	b.becomes("image-pull", func(pod *corev1.Pod) string {
		return all(want("reason", waitingOf(pod).Reason, "ImagePullBackOff"), want("phase", pod.Status.Phase, corev1.PodPending))
	})
	b.tells("image-pull", "Warning", "Failed", `Failed to pull image "example.com/app:1"`)
	b.tells("image-pull", "Warning", "Failed", "Error: ImagePullBackOff")
	b.tells("image-pull", "Normal", "BackOff", `Back-off pulling image "example.com/app:1"`)
	b.annotate("image-pull", "behavior", "running")
	b.isReady("image-pull")
}

// A host under .invalid is one that no registry can have; a corrected image starts.

func invalidRegistry(b bench) {
	b.create(newPod("invalid-registry", nil, func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = "registry.invalid/app:1" }))
	b.becomes("invalid-registry", func(pod *corev1.Pod) string { return want("reason", waitingOf(pod).Reason, "ImagePullBackOff") })
	b.tells("invalid-registry", "Warning", "Failed", "lookup registry.invalid: no such host")
	b.setImage("invalid-registry", "example.com/app:2")
	b.isReady("invalid-registry")
}

func invalidImageName(b bench) {
	b.create(newPod("invalid-name", nil, func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = "example.com/App" }))
	b.becomes("invalid-name", func(pod *corev1.Pod) string {
		return all(want("reason", waitingOf(pod).Reason, "InvalidImageName"), want("phase", pod.Status.Phase, corev1.PodPending))
	})
	b.tells("invalid-name", "Warning", "InspectFailed", "must be lowercase")
	b.tells("invalid-name", "Warning", "Failed", "Error: InvalidImageName")
	b.setImage("invalid-name", "example.com/app:2")
	b.isReady("invalid-name")
}

func configError(b bench) {
	b.create(newPod("config-error", map[string]string{"behavior": "config-error"}))
	b.becomes("config-error", func(pod *corev1.Pod) string {
		return all(want("reason", waitingOf(pod).Reason, "CreateContainerConfigError"),
			want("message", strings.HasPrefix(waitingOf(pod).Message, "container has runAsNonRoot and image will run as root"), true))
	})
	b.tells("config-error", "Warning", "Failed", "Error: container has runAsNonRoot")
}

func lost(b bench) {
	b.create(newPod("lost", nil))
	b.isReady("lost")
	b.annotate("lost", "behavior", "lost")
	b.becomes("lost", func(pod *corev1.Pod) string {
		return all(want("Ready", conditionOf(pod, corev1.PodReady).Status, corev1.ConditionFalse), want("phase", pod.Status.Phase, corev1.PodRunning))
	})
	if err := b.client.CoreV1().Pods("default").Delete(b.t.Context(), "lost", *metav1.NewDeleteOptions(1)); err != nil {
		b.t.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	if pod := b.get("lost"); pod.DeletionTimestamp == nil || pod.Status.Phase != corev1.PodRunning {
		b.t.Errorf("past its grace period it is %+v", pod.Status)
	}
	b.annotate("lost", "behavior", "running")
	b.isGone("lost")
}

// A Pod with a finalizer stays after its containers have ended, until the finalizer is taken away.

func unknown(b bench) {
	b.create(newPod("unknown", map[string]string{"behavior": "sleeping"}))
	b.tells("unknown", "Warning", "UnknownBehavior", "devcluster.mar.headgym.com/behavior")
	b.annotate("unknown", "behavior", "running")
	b.isReady("unknown")
}
