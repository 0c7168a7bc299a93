package podhealth_test

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// noon is when the tests look.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) metav1.Time { return metav1.NewTime(noon.Add(-d)) }

// edit changes what is known of a Pod.
type edit func(*podhealth.Facts)

// of is what is known of a Pod that has been ready for an hour, changed by the edits.
func of(edits ...edit) podhealth.Facts {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "dev", Name: "web", UID: "uid-1"},
		Spec: corev1.PodSpec{
			NodeName: "node-1", RestartPolicy: corev1.RestartPolicyAlways,
			Containers: []corev1.Container{{
				Name: "app", Image: "web:1",
				Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("64Mi")}},
			}},
			Volumes: []corev1.Volume{{Name: "cache"}},
		},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning,
			Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionTrue},
				{Type: corev1.ContainersReady, Status: corev1.ConditionTrue, LastTransitionTime: ago(time.Hour)},
				{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: ago(time.Hour)},
			},
			ContainerStatuses: []corev1.ContainerStatus{{
				Name: "app", Ready: true, Started: ptr.To(true),
				State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: ago(time.Hour)}},
			}},
		},
	}
	f := podhealth.Facts{Pod: pod, Now: noon}
	for _, change := range edits {
		change(&f)
	}
	return f
}

func app(f *podhealth.Facts) *corev1.ContainerStatus { return &f.Pod.Status.ContainerStatuses[0] }

func condition(kind corev1.PodConditionType, status corev1.ConditionStatus, reason, message string, since time.Duration) edit {
	return func(f *podhealth.Facts) {
		f.Pod.Status.Conditions = slices.DeleteFunc(f.Pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == kind })
		f.Pod.Status.Conditions = append(f.Pod.Status.Conditions, corev1.PodCondition{Type: kind, Status: status, Reason: reason, Message: message, LastTransitionTime: ago(since)})
	}
}

// unready is a container that isn't ready, since so long.
func unready(since time.Duration) edit {
	return func(f *podhealth.Facts) {
		app(f).Ready = false
		condition(corev1.PodReady, corev1.ConditionFalse, "ContainersNotReady", "containers with unready status: [app]", since)(f)
		condition(corev1.ContainersReady, corev1.ConditionFalse, "ContainersNotReady", "containers with unready status: [app]", since)(f)
	}
}

func failed(reason, message string) edit {
	return func(f *podhealth.Facts) {
		f.Pod.Status.Phase, f.Pod.Status.Reason, f.Pod.Status.Message = corev1.PodFailed, reason, message
	}
}

func never(f *podhealth.Facts) { f.Pod.Spec.RestartPolicy = corev1.RestartPolicyNever }

func exit(code int32, reason, message string, at time.Duration) *corev1.ContainerStateTerminated {
	return &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, Message: message, StartedAt: ago(at + 20*time.Second), FinishedAt: ago(at)}
}

func ended(code int32, reason, message string) edit {
	return func(f *podhealth.Facts) {
		app(f).Ready, app(f).State = false, corev1.ContainerState{Terminated: exit(code, reason, message, time.Minute)}
	}
}

func waits(reason, message string) edit {
	return func(f *podhealth.Facts) {
		app(f).Ready, app(f).State = false, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	}
}

// creating is a Pod none of whose containers has run.
func creating(f *podhealth.Facts) {
	f.Pod.Status.Phase = corev1.PodPending
	waits("ContainerCreating", "")(f)
	unready(time.Minute)(f)
}

// restarted is a container that was restarted so often, ended so, and has been running since.
func restarted(n int32, end *corev1.ContainerStateTerminated, since time.Duration) edit {
	return func(f *podhealth.Facts) {
		app(f).RestartCount, app(f).LastTerminationState.Terminated = n, end
		if app(f).State.Running != nil {
			app(f).State.Running.StartedAt = ago(since)
		}
	}
}

func backingOff(n int32, end *corev1.ContainerStateTerminated) edit {
	return func(f *podhealth.Facts) {
		waits("CrashLoopBackOff", "back-off 40s restarting failed container=app pod=web_dev(uid-1)")(f)
		restarted(n, end, 0)(f)
	}
}

func event(kind, reason, message string, at time.Duration) edit {
	return func(f *podhealth.Facts) {
		f.Events = append(f.Events, corev1.Event{
			InvolvedObject: corev1.ObjectReference{Kind: "Pod", FieldPath: "spec.containers{app}"},
			Type:           kind, Reason: reason, Message: message, LastTimestamp: ago(at),
		})
	}
}

func killedBy(check string) edit {
	return func(f *podhealth.Facts) {
		event("Warning", "Unhealthy", strings.ToUpper(check[:1])+check[1:]+" probe failed: HTTP probe failed with statuscode: 500", 65*time.Second)(f)
		event("Normal", "Killing", "Container app failed "+check+" probe, will be restarted", time.Minute)(f)
	}
}

func unscheduled(reason, message string) edit {
	return func(f *podhealth.Facts) {
		creating(f)
		f.Pod.Spec.NodeName, f.Pod.Status.ContainerStatuses = "", nil
		condition(corev1.PodScheduled, corev1.ConditionFalse, reason, message, time.Minute)(f)
	}
}

func helper(state corev1.ContainerState) edit {
	return func(f *podhealth.Facts) {
		f.Pod.Spec.Containers = append(f.Pod.Spec.Containers, corev1.Container{Name: "helper"})
		f.Pod.Status.ContainerStatuses = append(f.Pod.Status.ContainerStatuses, corev1.ContainerStatus{Name: "helper", State: state})
	}
}

func gates(f *podhealth.Facts) {
	f.Pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/open"}}
	condition(corev1.PodReady, corev1.ConditionFalse, "ReadinessGatesNotReady", "the status of pod readiness gate is not True", 2*time.Minute)(f)
}

type seen struct {
	of    podhealth.Facts
	cause podhealth.Cause
	// passing is set where nobody has to be told yet.
	passing bool
}

// seenPods are Pods as a kubelet shows them, with the messages of its source, and their causes. Their
// order is that of the golden file.
func seenPods() []struct {
	name string
	seen
} {
	type row = struct {
		name string
		seen
	}
	is := func(name string, cause podhealth.Cause, edits ...edit) row {
		return row{name, seen{of(edits...), cause, false}}
	}
	soon := func(name string, cause podhealth.Cause, edits ...edit) row {
		return row{name, seen{of(edits...), cause, true}}
	}
	oom := exit(137, "OOMKilled", "", time.Minute)
	bad := exit(3, "Error", "no database", time.Minute)
	well := exit(0, "Completed", "", time.Minute)
	return []row{
		is("ready", podhealth.None),
		is("creating", podhealth.None, creating),
		is("a finished job", podhealth.None, never, ended(0, "Completed", ""), func(f *podhealth.Facts) { f.Pod.Status.Phase = corev1.PodSucceeded }),

		is("being deleted", podhealth.Deleting, func(f *podhealth.Facts) { f.Pod.DeletionTimestamp = ptr.To(ago(-30 * time.Second)) }),
		is("past its time", podhealth.Overdue, func(f *podhealth.Facts) { f.Pod.DeletionTimestamp = ptr.To(ago(time.Hour)) }),
		is("held by a finalizer", podhealth.Overdue, func(f *podhealth.Facts) {
			f.Pod.DeletionTimestamp, f.Pod.Finalizers = ptr.To(ago(time.Hour)), []string{"example.com/hold"}
		}),

		is("an emptyDir over its size", podhealth.VolumeFull, failed("Evicted", `Usage of EmptyDir volume "cache" exceeds the limit "1Mi". `), ended(137, "Error", "")),
		is("a container over its storage", podhealth.StorageFull, failed("Evicted", `Container app exceeded its local ephemeral storage limit "50Mi". `), ended(137, "Error", "")),
		is("a helper over its storage", podhealth.StorageFull, helper(corev1.ContainerState{}), failed("Evicted", `Container helper exceeded its local ephemeral storage limit "50Mi". `)),
		is("a Pod over its storage", podhealth.StorageFull, failed("Evicted", `Pod ephemeral local storage usage exceeds the total limit of containers 100Mi. `)),
		is("a node short of memory", podhealth.Evicted, failed("Evicted", "The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. Container app was using 600Mi, request is 0, has larger consumption of memory. "), ended(137, "Error", "")),
		is("a drained node", podhealth.Evicted, failed("", ""), condition(corev1.DisruptionTarget, corev1.ConditionTrue, "EvictionByEvictionAPI", "Eviction API: evicting", time.Minute)),
		is("preempted", podhealth.Preempted, failed("Preempting", "Preempted in order to admit critical pod")),
		is("a deadline", podhealth.Deadline, failed("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"), func(f *podhealth.Facts) { f.Pod.Spec.ActiveDeadlineSeconds = ptr.To[int64](600) }),
		is("somebody's deadline", podhealth.Deadline, failed("DeadlineExceeded", "Job was active longer than specified deadline")),
		is("a node that was shut down", podhealth.Shutdown, failed("Terminated", "Pod was terminated in response to imminent node shutdown.")),
		is("a node that is gone", podhealth.NodeLost, failed("", ""), condition(corev1.DisruptionTarget, corev1.ConditionTrue, "DeletionByPodGC", "PodGC: node no longer exists", time.Minute)),
		is("a node that refused", podhealth.Rejected, failed("OutOfcpu", "Pod was rejected: Node didn't have enough resource: cpu, requested: 4000, used: 7000, capacity: 8000")),
		is("out of memory", podhealth.EndedByMemory, never, failed("", ""), ended(137, "OOMKilled", "")),
		is("ended by its liveness check", podhealth.EndedByCheck, never, failed("", ""), ended(137, "Error", ""), killedBy("liveness")),
		is("ended by its startup check", podhealth.EndedByCheck, never, failed("", ""), ended(137, "Error", ""), killedBy("startup")),
		is("failed", podhealth.Failed, never, failed("", ""), ended(3, "Error", "no database")),
		is("a helper failed", podhealth.Failed, never, failed("", ""), ended(0, "Completed", ""), helper(corev1.ContainerState{Terminated: bad})),
		is("failed, and nobody says why", podhealth.Failed, failed("", ""), func(f *podhealth.Facts) { f.Pod.Status.ContainerStatuses = nil }),
		is("a server that finished", podhealth.Finished, ended(0, "Completed", ""), func(f *podhealth.Facts) { f.Pod.Status.Phase = corev1.PodSucceeded }),

		is("a node that is silent", podhealth.NodeSilent, condition(corev1.PodReady, corev1.ConditionFalse, "", "", time.Minute)),
		is("unknown", podhealth.NodeSilent, func(f *podhealth.Facts) { f.Pod.Status.Phase = corev1.PodUnknown }),
		is("no room", podhealth.Unschedulable, unscheduled("Unschedulable", "0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient memory."), func(f *podhealth.Facts) {
			f.Pod.Spec.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("64")}
		}),
		is("a taint", podhealth.Unschedulable, unscheduled("Unschedulable", "0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}.")),
		is("a scheduling gate", podhealth.Gated, unscheduled("SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates"), func(f *podhealth.Facts) {
			f.Pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/quota"}}
		}),

		is("out of memory again and again", podhealth.LoopByMemory, unready(time.Minute), backingOff(3, oom)),
		is("out of memory, while it runs", podhealth.LoopByMemory, restarted(3, oom, 10*time.Second)),
		is("a helper out of memory", podhealth.LoopByMemory, helper(corev1.ContainerState{}), func(f *podhealth.Facts) {
			c := &f.Pod.Status.ContainerStatuses[1]
			c.RestartCount, c.State.Waiting, c.LastTerminationState.Terminated = 3, &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}, oom
		}),
		is("a liveness check, while it waits", podhealth.LoopByLiveness, unready(time.Minute), backingOff(3, well), killedBy("liveness")),
		is("a liveness check, while it runs", podhealth.LoopByLiveness, restarted(3, well, 10*time.Second), killedBy("liveness")),
		is("a liveness check and SIGKILL", podhealth.LoopByLiveness, unready(time.Minute), restarted(2, exit(137, "Error", "", time.Minute), 10*time.Second), killedBy("liveness")),
		is("a startup check", podhealth.LoopByStartup, unready(time.Minute), backingOff(4, exit(143, "Error", "", time.Minute)), killedBy("startup")),
		is("a crash loop", podhealth.Loop, unready(time.Minute), backingOff(5, bad)),
		is("a crash loop that runs and is ready", podhealth.Loop, restarted(5, bad, 10*time.Second)),
		is("a crash loop that runs", podhealth.Loop, unready(time.Minute), restarted(5, bad, 10*time.Second)),
		is("a program that ends well again and again", podhealth.Loop, unready(time.Minute), backingOff(5, well)),
		is("a liveness kill of long ago", podhealth.Loop, unready(time.Minute), backingOff(5, bad), event("Normal", "Killing", "Container app failed liveness probe, will be restarted", time.Hour)),
		is("an init container", podhealth.Loop, creating, func(f *podhealth.Facts) {
			f.Pod.Spec.InitContainers = []corev1.Container{{Name: "setup"}}
			f.Pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "setup", RestartCount: 4, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}, LastTerminationState: corev1.ContainerState{Terminated: bad}}}
		}),
		soon("ended once", podhealth.Loop, unready(time.Minute), ended(3, "Error", "no database")),
		soon("restarted once, not ready yet", podhealth.Loop, unready(time.Minute), restarted(1, bad, 10*time.Second)),
		is("restarted once", podhealth.None, restarted(1, bad, 10*time.Second)),
		is("well again for eleven minutes", podhealth.None, restarted(5, bad, 11*time.Minute)),
		is("two changes of its image", podhealth.None, restarted(2, exit(143, "Error", "", time.Minute), 10*time.Second), event("Normal", "Killing", "Container app definition changed, will be restarted", time.Minute)),

		is("an image that can't be pulled", podhealth.ImagePull, creating, waits("ErrImagePull", `rpc error: code = NotFound desc = failed to pull and unpack image "web:1": not found`)),
		is("a back-off from an image", podhealth.ImagePull, creating, waits("ImagePullBackOff", `Back-off pulling image "web:1"`)),
		is("an image without a valid name", podhealth.ImageName, creating, waits("InvalidImageName", `Failed to apply default image tag "WEB": invalid reference format`)),
		is("an image whose user is root", podhealth.RootUser, creating, waits("CreateContainerConfigError", `container has runAsNonRoot and image will run as root (pod: "web_dev(uid-1)", container: app)`)),
		is("an image whose user has a name", podhealth.RootUser, creating, waits("CreateContainerConfigError", `container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root (pod: "web_dev(uid-1)", container: app)`)),
		is("a user that is told to be root", podhealth.RootUser, creating, waits("CreateContainerConfigError", `container's runAsUser breaks non-root policy (pod: "web_dev(uid-1)", container: app)`)),
		is("a ConfigMap that isn't there", podhealth.Config, creating, waits("CreateContainerConfigError", `configmap "settings" not found`)),
		is("a command that isn't there", podhealth.Config, creating, waits("RunContainerError", `failed to create containerd task: exec: "/bin/web": stat /bin/web: no such file or directory`)),
		is("a volume's ConfigMap that isn't there", podhealth.Volumes, creating, event("Warning", "FailedMount", `MountVolume.SetUp failed for volume "settings" : configmap "settings" not found`, time.Minute)),
		is("a claim that another node holds", podhealth.Volumes, creating, event("Warning", "FailedAttachVolume", `Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can't be attached to another`, time.Minute)),
		is("a node without a network", podhealth.Sandbox, creating, event("Warning", "FailedCreatePodSandBox", `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox`, time.Minute)),
		is("a reason of the future", podhealth.Held, creating, waits("NotInTheMood", "try later")),

		is("a helper that ended", podhealth.EndedBeside, never, unready(time.Minute), helper(corev1.ContainerState{Terminated: bad})),
		is("a helper that is meant to end", podhealth.None, never, helper(corev1.ContainerState{Terminated: well})),

		is("a startup check that fails", podhealth.StartupCheck, unready(2*time.Minute), restarted(0, nil, 2*time.Minute), func(f *podhealth.Facts) { app(f).Started = ptr.To(false) },
			event("Warning", "Unhealthy", "Startup probe failed: dial tcp 10.0.0.1:8080: connect: connection refused", time.Minute)),
		soon("a startup check that hasn't passed", podhealth.StartupCheck, unready(10*time.Second), restarted(0, nil, 10*time.Second), func(f *podhealth.Facts) { app(f).Started = ptr.To(false) }),
		is("no longer ready", podhealth.NoLongerReady, unready(time.Minute), event("Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", time.Minute)),
		is("no longer ready, without events", podhealth.NoLongerReady, unready(time.Minute)),
		is("a readiness check that fails", podhealth.ReadinessCheck, unready(2*time.Minute), restarted(0, nil, 2*time.Minute), event("Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", time.Minute)),
		is("a readiness check that hasn't passed", podhealth.ReadinessCheck, unready(2*time.Minute), restarted(0, nil, 2*time.Minute)),
		soon("just started", podhealth.ReadinessCheck, unready(10*time.Second), restarted(0, nil, 10*time.Second)),
		is("a readiness gate", podhealth.ReadinessGate, gates),
		is("a readiness gate that says why", podhealth.ReadinessGate, gates, condition("example.com/open", corev1.ConditionFalse, "NoTargets", "the target group has no healthy target", time.Minute)),
	}
}
