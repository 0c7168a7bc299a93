package podstatus

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

var (
	began = metav1.NewTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	later = metav1.NewTime(began.Add(time.Minute))
)

func at(now metav1.Time) Node { return Node{Now: now, HostIP: "127.0.0.1", PodIP: "10.244.0.1"} }

func newPod(changes ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "n", UID: "u", Generation: 3, Annotations: map[string]string{}},
		Spec: corev1.PodSpec{
			NodeName:   "node",
			Containers: []corev1.Container{{Name: "app", Image: "app:1", Resources: cpu("1")}},
		},
	}
	for _, change := range changes {
		change(pod)
	}
	return pod
}

func cpu(amount string) corev1.ResourceRequirements {
	list := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(amount)}
	return corev1.ResourceRequirements{Limits: list, Requests: list}
}

func with(key, value string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Annotations[key] = value }
}

func image(name string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = name }
}

// ran is a Pod that has been running since the beginning.
func ran(changes ...func(*corev1.Pod)) *corev1.Pod {
	pod := newPod()
	pod.Status = Running(pod, at(began))
	for _, change := range changes {
		change(pod)
	}
	return pod
}

func ready(status corev1.PodStatus) corev1.PodCondition {
	for _, condition := range status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition
		}
	}
	return corev1.PodCondition{}
}

func TestStates(t *testing.T) {
	for name, tc := range map[string]struct {
		of      func(*corev1.Pod, Node) corev1.PodStatus
		pod     *corev1.Pod
		phase   corev1.PodPhase
		ready   string
		waiting string
		ended   string
		last    string
	}{
		"creating":             {of: Creating, pod: newPod(), phase: corev1.PodPending, ready: "ContainersNotReady", waiting: "ContainerCreating"},
		"running":              {of: Running, pod: newPod(), phase: corev1.PodRunning},
		"running on":           {of: Running, pod: ran(), phase: corev1.PodRunning},
		"invalid image":        {of: Running, pod: newPod(image("App")), phase: corev1.PodPending, ready: "ContainersNotReady", waiting: "InvalidImageName"},
		"no registry":          {of: Running, pod: newPod(image("a.invalid:5000/x")), phase: corev1.PodPending, ready: "ContainersNotReady", waiting: "ErrImagePull"},
		"not ready":            {of: NotReady, pod: newPod(), phase: corev1.PodRunning, ready: "ContainersNotReady"},
		"failed":               {of: Failed, pod: ran(), phase: corev1.PodFailed, ready: "PodFailed", ended: "Error"},
		"failed at once":       {of: Failed, pod: newPod(), phase: corev1.PodFailed, ready: "PodFailed", ended: "Error"},
		"failed for a reason":  {of: Failed, pod: ran(with(vocabulary.Reason, "StartError")), phase: corev1.PodFailed, ready: "PodFailed", ended: "StartError"},
		"out of memory":        {of: Failed, pod: ran(with(vocabulary.Behavior, "oom-killed")), phase: corev1.PodFailed, ready: "PodFailed", ended: "OOMKilled"},
		"succeeded":            {of: Succeeded, pod: ran(), phase: corev1.PodSucceeded, ready: "PodCompleted", ended: "Completed"},
		"crashing":             {of: CrashLooping, pod: ran(), phase: corev1.PodRunning, ready: "ContainersNotReady", waiting: "CrashLoopBackOff", last: "Error"},
		"crashing on memory":   {of: CrashLooping, pod: ran(with(vocabulary.Behavior, "oom-killed")), phase: corev1.PodRunning, ready: "ContainersNotReady", waiting: "CrashLoopBackOff", last: "OOMKilled"},
		"evicted":              {of: Evicted, pod: ran(), phase: corev1.PodFailed, ready: "PodFailed", ended: "Error"},
		"not pulled":           {of: PullFailed, pod: newPod(), phase: corev1.PodPending, ready: "ContainersNotReady", waiting: "ErrImagePull"},
		"not pulled any more":  {of: PullFailed, pod: ran(), phase: corev1.PodRunning, ready: "ContainersNotReady", waiting: "ErrImagePull", last: "Completed"},
		"misconfigured":        {of: ConfigError, pod: newPod(), phase: corev1.PodPending, ready: "ContainersNotReady", waiting: "CreateContainerConfigError"},
		"not to be created":    {of: ConfigError, pod: newPod(with(vocabulary.Reason, "CreateContainerError")), phase: corev1.PodPending, ready: "ContainersNotReady", waiting: "CreateContainerError"},
		"stopped":              {of: Stopped, pod: ran(), phase: corev1.PodSucceeded, ready: "PodCompleted", ended: "Completed"},
		"replacing an image":   {of: Replacing, pod: ran(image("app:2")), phase: corev1.PodRunning, ready: "ContainersNotReady", waiting: "ContainerCreating", last: "Completed"},
		"replacing no image":   {of: Replacing, pod: ran(), phase: corev1.PodRunning},
		"resized":              {of: Resized, pod: ran(), phase: corev1.PodRunning},
		"waiting for a resize": {of: ResizePending, pod: ran(), phase: corev1.PodRunning},
	} {
		t.Run(name, func(t *testing.T) {
			status := tc.of(tc.pod, at(later))
			if status.Phase != tc.phase {
				t.Errorf("the phase is %s, want %s", status.Phase, tc.phase)
			}
			condition := ready(status)
			if isReady := condition.Status == corev1.ConditionTrue; isReady != (tc.ready == "") || condition.Reason != tc.ready {
				t.Errorf("Ready is %s for %q, want the reason %q", condition.Status, condition.Reason, tc.ready)
			}
			container := status.ContainerStatuses[0]
			var waiting, ended, last string
			if container.State.Waiting != nil {
				waiting = container.State.Waiting.Reason
			}
			if container.State.Terminated != nil {
				ended = container.State.Terminated.Reason
			}
			if container.LastTerminationState.Terminated != nil {
				last = container.LastTerminationState.Terminated.Reason
			}
			if waiting != tc.waiting || ended != tc.ended || last != tc.last {
				t.Errorf("the container waits for %q, ended with %q, and before with %q; want %q, %q, %q", waiting, ended, last, tc.waiting, tc.ended, tc.last)
			}
			if status.ObservedGeneration != 3 || status.PodIP != "10.244.0.1" || status.StartTime == nil {
				t.Errorf("the status lacks its frame: %+v", status)
			}
		})
	}
}

// What is so already stays so, to the second.
func TestStates_rest(t *testing.T) {
	for name, of := range map[string]func(*corev1.Pod, Node) corev1.PodStatus{
		"creating": Creating, "running": Running, "not ready": NotReady, "misconfigured": ConfigError,
		"not pulled": PullFailed, "resized": Resized, "waiting for a resize": ResizePending, "lost": Lost,
	} {
		pod := newPod()
		if name == "resized" || name == "waiting for a resize" {
			pod = ran()
		}
		pod.Status = of(pod, at(began))
		if again := of(pod, at(later)); !apiequality.Semantic.DeepEqual(again, pod.Status) {
			t.Errorf("%s: a minute later it is %+v, was %+v", name, again, pod.Status)
		}
	}
}

func TestRunning_keepsItsPast(t *testing.T) {
	pod := ran()
	pod.Status = CrashLooping(pod, at(later))
	pod.Status = CrashLooping(pod, at(later))
	healed := Running(pod, at(later)).ContainerStatuses[0]
	if healed.RestartCount != 2 || healed.LastTerminationState.Terminated == nil || !healed.Ready {
		t.Errorf("healed, the container is %+v", healed)
	}
}

func TestFailed_exitCode(t *testing.T) {
	for text, want := range map[string]int32{"": 1, "3": 3, "three": 1} {
		status := Failed(newPod(with(vocabulary.ExitCode, text)), at(later))
		if got := status.ContainerStatuses[0].State.Terminated.ExitCode; got != want {
			t.Errorf("exit-code %q gives %d, want %d", text, got, want)
		}
	}
}

func TestFailed_keepsTheStart(t *testing.T) {
	end := Failed(ran(), at(later)).ContainerStatuses[0].State.Terminated
	if !end.StartedAt.Equal(&began) || !end.FinishedAt.Equal(&later) {
		t.Errorf("it ran from %s to %s", end.StartedAt, end.FinishedAt)
	}
}

func TestTarget(t *testing.T) {
	two := func(pod *corev1.Pod) {
		pod.Spec.Containers = []corev1.Container{{Name: "proxy"}, {Name: "app"}}
	}
	for name, tc := range map[string]struct {
		pod  *corev1.Pod
		want string
	}{
		"the one called app": {newPod(two), "app"},
		"the named one":      {newPod(two, with(vocabulary.Container, "proxy")), "proxy"},
		"the first":          {newPod(func(pod *corev1.Pod) { pod.Spec.Containers[0].Name = "main" }), "main"},
	} {
		if got := Target(tc.pod); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

// An init container that doesn't get through keeps the others from starting.
func TestCrashLooping_initContainer(t *testing.T) {
	pod := newPod(with(vocabulary.Container, "setup"), func(pod *corev1.Pod) {
		pod.Spec.InitContainers = []corev1.Container{{Name: "first", Image: "i"}, {Name: "setup", Image: "i"}, {Name: "third", Image: "i"}}
	})
	status := CrashLooping(pod, at(later))
	first, setup, third := status.InitContainerStatuses[0], status.InitContainerStatuses[1], status.InitContainerStatuses[2]
	if first.State.Terminated == nil || setup.State.Waiting.Reason != "CrashLoopBackOff" ||
		third.State.Waiting.Reason != "PodInitializing" || status.ContainerStatuses[0].State.Waiting.Reason != "PodInitializing" {
		t.Errorf("the containers are %+v, %+v", status.InitContainerStatuses, status.ContainerStatuses)
	}
	if status.Phase != corev1.PodPending {
		t.Errorf("the phase is %s", status.Phase)
	}
}

func TestReadinessGate(t *testing.T) {
	pod := newPod(func(pod *corev1.Pod) {
		pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/gate"}}
	})
	status := Running(pod, at(began))
	if condition := ready(status); condition.Reason != "ReadinessGatesNotReady" {
		t.Errorf("with its gate shut, Ready is %+v", condition)
	}
	pod.Status = status
	pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: "example.com/gate", Status: corev1.ConditionTrue})
	if condition := ready(Running(pod, at(later))); condition.Status != corev1.ConditionTrue || !condition.LastTransitionTime.Equal(&later) {
		t.Errorf("with its gate open, Ready is %+v", condition)
	}
}

func TestResized(t *testing.T) {
	for name, tc := range map[string]struct {
		policy   corev1.ResourceResizeRestartPolicy
		of       corev1.ResourceName
		restarts int32
	}{
		"in place":                    {corev1.NotRequired, corev1.ResourceCPU, 0},
		"with a restart":              {corev1.RestartContainer, corev1.ResourceCPU, 1},
		"with no change of that sort": {corev1.RestartContainer, corev1.ResourceMemory, 0},
	} {
		pod := ran(func(pod *corev1.Pod) {
			pod.Spec.Containers[0].Resources = cpu("2")
			pod.Spec.Containers[0].ResizePolicy = []corev1.ContainerResizePolicy{{ResourceName: tc.of, RestartPolicy: tc.policy}}
		})
		container := Resized(pod, at(later)).ContainerStatuses[0]
		if got := container.Resources.Limits.Cpu().String(); got != "2" || container.AllocatedResources.Cpu().String() != "2" {
			t.Errorf("%s: it has %s", name, got)
		}
		if container.RestartCount != tc.restarts || !container.Ready {
			t.Errorf("%s: %d restarts, want %d; ready is %t", name, container.RestartCount, tc.restarts, container.Ready)
		}
	}
}

func TestResizePending_thenResized(t *testing.T) {
	for mode, want := range map[string]string{"deferred": "Deferred", "infeasible": "Infeasible"} {
		pod := ran(with(vocabulary.Resize, mode), func(pod *corev1.Pod) { pod.Spec.Containers[0].Resources = cpu("2") })
		pod.Status = ResizePending(pod, at(later))
		var pending corev1.PodCondition
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodResizePending {
				pending = condition
			}
		}
		if pending.Reason != want || !strings.Contains(pending.Message, "requested: 2000") {
			t.Errorf("%s: the condition is %+v", mode, pending)
		}
		if got := pod.Status.ContainerStatuses[0].Resources.Limits.Cpu().String(); got != "1" {
			t.Errorf("%s: it has %s already", mode, got)
		}
		for _, condition := range Resized(pod, at(later)).Conditions {
			if condition.Type == corev1.PodResizePending {
				t.Errorf("%s: resized, it is still pending", mode)
			}
		}
	}
}

func TestNewEvent_sameThingSameName(t *testing.T) {
	one := NewEvent(newPod(), at(began), "Warning", "BackOff", "x")
	again := NewEvent(newPod(), at(later), "Warning", "BackOff", "x")
	other := NewEvent(newPod(), at(later), "Warning", "BackOff", "y")
	if one.Name != again.Name || one.Name == other.Name || !strings.HasPrefix(one.Name, "p.") {
		t.Errorf("the names are %s, %s, %s", one.Name, again.Name, other.Name)
	}
	crashed := ran()
	crashed.Status = CrashLooping(crashed, at(later))
	if event := NewEvent(crashed, at(later), "Warning", "BackOff", "x"); event.Count != 2 || !event.FirstTimestamp.Equal(&began) {
		t.Errorf("told again, it is %+v", event)
	}
}

func TestKubeletBackOff(t *testing.T) {
	for restarts, want := range map[int32]time.Duration{0: 10 * time.Second, 1: 10 * time.Second, 2: 20 * time.Second, 5: 160 * time.Second, 6: 5 * time.Minute, 99: 5 * time.Minute} {
		if got := kubeletBackOff(restarts); got != want {
			t.Errorf("after %d restarts it is %s, want %s", restarts, got, want)
		}
	}
}
