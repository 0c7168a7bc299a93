package instance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// fault is something wrong that keeps a Pod from its goal.
type fault struct {
	// Key tells one fault from another, so that patience is counted per fault.
	Key          string
	Text, Advice string
	// Heals is false for what can't get well by itself.
	Heals bool
	// Exhausted is set when it was borne with often enough.
	Exhausted bool
	// Resting is set while it doesn't show: its time goes on, but doesn't end the wait.
	Resting bool
}

func (f fault) hopelessAfter(d time.Duration) bool {
	return !f.Resting && (!f.Heals || f.Exhausted || d >= patience)
}

// faultOf finds what is wrong with the Pod's containers, if anything is.
// A Pod without a node isn't faulty: one may be added at any time.
func faultOf(pod *corev1.Pod, g goal) *fault {
	if g.Size != nil {
		return resizeFault(pod)
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if f := containerFault(titled{pod, c}, restartsBefore(c.Name, g)); f != nil {
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

func containerFault(c titled, restartsBefore int32) *fault {
	crashing := c.RestartCount > restartsBefore && !c.Ready && (c.State.Terminated == nil || c.State.Terminated.ExitCode != 0) &&
		(c.LastTerminationState.Terminated == nil || c.LastTerminationState.Terminated.ExitCode != 0)
	if c.State.Waiting == nil {
		if crashing {
			// Between two crashes: the patience spent on it isn't regained. But a program
			// that ended once may take long to become ready, and as long as it runs it may.
			return &fault{Key: c.Name + "/crash", Heals: true, Resting: c.State.Running != nil, Text: crashText(c), Advice: crashAdvice(c)}
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
			Text:   fmt.Sprintf("the image of %s can't be pulled: %s", c.title(), joinReason(reason, message)),
			Advice: "Check the name and tag in " + c.attribute("image") + ", that the registry can be reached from the node, and that it lets the node pull.",
		}
	case "InvalidImageName":
		return &fault{
			Key:    c.Name + "/image",
			Text:   fmt.Sprintf("the image of %s has no valid name: %s", c.title(), joinReason(reason, message)),
			Advice: "Correct " + c.attribute("image") + ": [registry/]path[:tag][@digest], with a path in lower case.",
		}
	case "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError", "PostStartHookError", "StartError":
		return &fault{
			Key: c.Name + "/config", Heals: rootAdvice(c, message) == "",
			Text:   fmt.Sprintf("%s can't be started: %s", c.title(), joinReason(reason, message)),
			Advice: orElse(rootAdvice(c, message), configAdvice(message)),
		}
	}
	return nil
}

func crashText(c titled) string {
	text := fmt.Sprintf("%s keeps ending (%d restarts)", c.title(), c.RestartCount)
	if t := lastTermination(c.ContainerStatus); t != nil {
		text += ": " + termination(t)
	}
	return text
}

func crashAdvice(c titled) string {
	if t := lastTermination(c.ContainerStatus); t != nil && t.Reason == "OOMKilled" {
		return "It used more than its " + c.attribute("memory") + ". Raise that, or make the program use less."
	}
	if !c.isMain() {
		return "Its log says why the program ends. Mend the program, or what `pod` says of it."
	}
	return "Its log says why the program ends. Mend the program, its `command`, `args` or `env`; where it tries to write to its own files, see `security.read_only_root_filesystem`."
}

// rootAdvice is for a container that the node doesn't start because its user is root,
// or may be, in the words of the kubelet (verifyRunAsNonRoot); empty for any other.
func rootAdvice(c titled, message string) string {
	user, otherwise := "`security.run_as_user`", ", use an image that has one, or set `security.run_as_non_root = false`."
	if !c.isMain() {
		user, otherwise = "`securityContext.runAsUser` in `pod`", ", or use an image that has one."
	}
	switch {
	case strings.Contains(message, "breaks non-root policy"):
		return "It is told to run as root, which `security.run_as_non_root` refuses for all of the instance's containers. Give it another user with " + user + "."
	case strings.Contains(message, "non-numeric user"):
		return "The image names its user, and a node can't tell whether " + namedUser(message) + " is root. Give it a number with " + user + strings.Replace(otherwise, "has one", "has a number", 1)
	case strings.Contains(message, "runAsNonRoot"):
		return "The image's user is root, which `security.run_as_non_root` refuses for all of the instance's containers. Give it another user with " + user + otherwise
	}
	return ""
}

func namedUser(message string) string {
	_, user, _ := strings.Cut(message, "non-numeric user (")
	user, _, _ = strings.Cut(user, ")")
	return orElse(user, "that one")
}

func configAdvice(message string) string {
	if strings.Contains(message, "configmap") || strings.Contains(message, "secret") {
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

// titled is a container's status with what people call the container.
type titled struct {
	pod *corev1.Pod
	corev1.ContainerStatus
}

func (c titled) title() string { return titleOf(c.pod, c.Name) }

func (c titled) isMain() bool { return c.Name == mainContainer(c.pod).Name }

// attribute is where people say something about the container: an attribute of
// the instance about the main one, and pod about any other.
func (c titled) attribute(name string) string {
	if c.isMain() {
		return "`" + name + "`"
	}
	return "`pod`"
}

// titleOf tells the kinds of containers apart, for they fail for other reasons.
func titleOf(pod *corev1.Pod, container string) string {
	switch {
	case isSidecar(pod, container):
		return "sidecar " + container
	case slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == container }):
		return "init container " + container
	}
	return "container " + container
}

// isSidecar reports whether an init container runs beside the others (KEP-753).
func isSidecar(pod *corev1.Pod, container string) bool {
	return slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool {
		return c.Name == container && c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
	})
}
