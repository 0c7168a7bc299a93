package instance

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// The values of wait_for.
const (
	waitReady     = "Ready"
	waitRunning   = "Running"
	waitScheduled = "Scheduled"
	waitSucceeded = "Succeeded"
	waitNone      = "None"
)

const (
	// patience is how long a fault that may heal is borne with.
	patience = 60 * time.Second
	// crashes is how many restarts end a wait before patience does.
	crashes = 3
)

// goal is what a wait is for.
type goal struct {
	// For is a value of wait_for; empty where only Size matters.
	For string
	// Before is how the main container was before the change that is waited
	// for. Until the node has taken notice, it is still so.
	Before *corev1.ContainerStatus
	// Size is what a resize asked for.
	Size *size
}

// String completes "was waited for to …".
func (g goal) String() string {
	switch {
	case g.Size != nil:
		return "be resized"
	case g.For == waitRunning:
		return "run"
	case g.For == waitScheduled:
		return "be given a node"
	case g.For == waitSucceeded:
		return "finish well"
	}
	return "become ready"
}

// followsContainer reports whether a change of the container is waited for.
func (g goal) followsContainer() bool { return g.For != waitNone && g.For != waitScheduled }

// outlook is whether a Pod may still come to the goal.
type outlook struct {
	Done bool
	// Hopeless is why it won't, Advice what to do about it.
	Hopeless, Advice string
	// Waiting says what is still missing.
	Waiting string
}

// progress judges a Pod. Faulty is for how long its present fault, as told by
// faultOf, has been there.
func progress(pod *corev1.Pod, g goal, faulty time.Duration) outlook {
	if pod.DeletionTimestamp != nil {
		return outlook{Hopeless: "it is being deleted by somebody else", Advice: "Find out who deletes it. The next apply waits until it is gone and makes it anew."}
	}
	if g.Size != nil {
		return resized(pod, *g.Size, faulty)
	}
	if stale(pod, g) {
		return outlook{Waiting: "the node to restart the container with what has changed"}
	}
	if reached(pod, g) {
		return outlook{Done: true}
	}
	if ended := finishedShort(pod); ended != nil {
		return *ended
	}
	if f := faultOf(pod, g); f != nil && f.hopelessAfter(faulty) {
		return outlook{Hopeless: f.Text, Advice: f.Advice}
	}
	return outlook{Waiting: missingFor(pod, g)}
}

func reached(pod *corev1.Pod, g goal) bool {
	finished := pod.Status.Phase == corev1.PodSucceeded && mayFinish(string(pod.Spec.RestartPolicy))
	running := pod.Status.Phase == corev1.PodRunning
	switch g.For {
	case waitNone:
		return true
	case waitScheduled:
		return pod.Spec.NodeName != ""
	case waitRunning:
		if g.Before != nil {
			now := statusByName(pod.Status.ContainerStatuses, g.Before.Name)
			running = now != nil && now.State.Running != nil
		}
		return finished || running
	case waitSucceeded:
		return finished
	}
	return finished || running && conditionOf(pod, corev1.PodReady).Status == corev1.ConditionTrue
}

func finishedShort(pod *corev1.Pod) *outlook {
	switch pod.Status.Phase {
	case corev1.PodFailed:
		return &outlook{
			Hopeless: "it failed: " + orElse(causeOf(pod), "Kubernetes gives no reason"),
			Advice:   adviceOnEnd(pod),
		}
	case corev1.PodSucceeded:
		return &outlook{
			Hopeless: "its program finished, though `restart_policy` is Always",
			Advice:   "If it is a job that runs to completion, set `restart_policy` to \"OnFailure\" or \"Never\".",
		}
	}
	return nil
}

func adviceOnEnd(pod *corev1.Pod) string {
	switch {
	case pod.Status.Reason == "Evicted":
		return "The node ran short of something and chose this instance to go. Reserve what it needs with `requests`."
	case pod.Status.Reason == "DeadlineExceeded":
		return "It took longer than it is allowed to."
	case strings.Contains(causeOf(pod), "OOMKilled"):
		return "It used more than its `memory`. Raise that, or make the program use less."
	}
	return "Its log says why the program ended. Mend the program, its `command`, `args` or `env`."
}

// stale reports that the main container hasn't changed since before.
func stale(pod *corev1.Pod, g goal) bool {
	if g.Before == nil {
		return false
	}
	now := statusByName(pod.Status.ContainerStatuses, g.Before.Name)
	return now != nil && now.ContainerID == g.Before.ContainerID && now.RestartCount == g.Before.RestartCount &&
		now.Image == g.Before.Image && reflect.DeepEqual(now.State, g.Before.State)
}

// fault is something wrong that keeps a Pod from its goal.
type fault struct {
	// Key tells one fault from another, so that patience is counted per fault.
	Key          string
	Text, Advice string
	// Heals is false for what can't get well by itself.
	Heals bool
	// Exhausted is set when it was borne with often enough.
	Exhausted bool
}

func (f fault) hopelessAfter(d time.Duration) bool {
	return !f.Heals || f.Exhausted || d >= patience
}

// faultOf finds what is wrong with the Pod's containers, if anything is.
// A Pod without a node isn't faulty: one may be added at any time.
func faultOf(pod *corev1.Pod, g goal) *fault {
	if g.Size != nil {
		return resizeFault(pod)
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if f := containerFault(c, restartsBefore(c.Name, g)); f != nil {
			return f
		}
	}
	return nil
}

func restartsBefore(container string, g goal) int32 {
	if g.Before != nil && g.Before.Name == container {
		return g.Before.RestartCount
	}
	return 0
}

func containerFault(c corev1.ContainerStatus, restartsBefore int32) *fault {
	crashing := c.RestartCount > restartsBefore && !c.Ready && (c.State.Terminated == nil || c.State.Terminated.ExitCode != 0) &&
		(c.LastTerminationState.Terminated == nil || c.LastTerminationState.Terminated.ExitCode != 0)
	if c.State.Waiting == nil {
		if crashing {
			// Between two crashes: the patience spent on it isn't regained.
			return &fault{Key: c.Name + "/crash", Heals: true, Text: crashText(c), Advice: crashAdvice(c)}
		}
		return nil
	}
	reason, message := c.State.Waiting.Reason, c.State.Waiting.Message
	switch reason {
	case "CrashLoopBackOff":
		return &fault{
			Key: c.Name + "/crash", Heals: true, Exhausted: c.RestartCount-restartsBefore >= crashes,
			Text: crashText(c), Advice: crashAdvice(c),
		}
	case "ErrImagePull", "ImagePullBackOff", "ImageInspectError", "ErrImageNeverPull", "RegistryUnavailable", "SignatureValidationFailed":
		return &fault{
			Key: c.Name + "/image", Heals: true,
			Text:   fmt.Sprintf("the image of container %s can't be pulled: %s", c.Name, joinReason(reason, message)),
			Advice: "Check the name and tag in `image`, that the registry can be reached from the node, and that it lets the node pull.",
		}
	case "InvalidImageName":
		return &fault{
			Key:    c.Name + "/image",
			Text:   fmt.Sprintf("the image of container %s has no valid name: %s", c.Name, joinReason(reason, message)),
			Advice: "Correct `image`: [registry/]path[:tag][@digest], with a path in lower case.",
		}
	case "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError", "PostStartHookError", "StartError":
		rootImage := strings.Contains(message, "runAsNonRoot")
		return &fault{
			Key: c.Name + "/config", Heals: !rootImage,
			Text:   fmt.Sprintf("container %s can't be started: %s", c.Name, joinReason(reason, message)),
			Advice: configAdvice(message, rootImage),
		}
	}
	return nil
}

func crashText(c corev1.ContainerStatus) string {
	text := fmt.Sprintf("container %s keeps ending (%d restarts)", c.Name, c.RestartCount)
	if t := lastTermination(c); t != nil {
		text += ": " + termination(t)
	}
	return text
}

func crashAdvice(c corev1.ContainerStatus) string {
	if t := lastTermination(c); t != nil && t.Reason == "OOMKilled" {
		return "It used more than its `memory`. Raise that, or make the program use less."
	}
	return "Its log says why the program ends. Mend the program, its `command`, `args` or `env`; where it tries to write to its own files, see `security.read_only_root_filesystem`."
}

func configAdvice(message string, rootImage bool) string {
	switch {
	case rootImage:
		return "The image's user is root, which `security.run_as_non_root` refuses. Give it another user with `security.run_as_user`, use an image that has one, or set `security.run_as_non_root = false`."
	case strings.Contains(message, "configmap") || strings.Contains(message, "secret"):
		return "Create the ConfigMap or Secret that is missing in the instance's cluster, or correct its name."
	}
	return "The message above is the node's own. Correct what it names."
}

func lastTermination(c corev1.ContainerStatus) *corev1.ContainerStateTerminated {
	if c.State.Terminated != nil {
		return c.State.Terminated
	}
	return c.LastTerminationState.Terminated
}

// missingFor says what a Pod that is well so far still lacks.
func missingFor(pod *corev1.Pod, g goal) string {
	if c := conditionOf(pod, corev1.PodScheduled); pod.Spec.NodeName == "" && c.Status == corev1.ConditionFalse {
		return "a node to run on: " + joinReason(c.Reason, c.Message)
	}
	if pod.Spec.NodeName == "" {
		return "a node to run on"
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if w := c.State.Waiting; w != nil && w.Reason != "" {
			return fmt.Sprintf("container %s to start: %s", c.Name, joinReason(w.Reason, w.Message))
		}
	}
	switch {
	case pod.Status.Phase != corev1.PodRunning:
		return "its containers to start"
	case g.For == waitSucceeded:
		return "its program to finish"
	}
	if c := conditionOf(pod, corev1.PodReady); c.Message != "" || c.Reason != "" {
		return "its readiness: " + joinReason(c.Reason, c.Message)
	}
	return "its readiness"
}

func conditionOf(pod *corev1.Pod, kind corev1.PodConditionType) corev1.PodCondition {
	for _, c := range pod.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return corev1.PodCondition{}
}

func statusByName(statuses []corev1.ContainerStatus, name string) *corev1.ContainerStatus {
	for i := range statuses {
		if statuses[i].Name == name {
			return &statuses[i]
		}
	}
	return nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
