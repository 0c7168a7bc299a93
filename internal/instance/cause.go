package instance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// The summaries of the warnings about what became of an instance. The same cause
// has the same one, so that core shows many of them as one.
const (
	causeGone      = "Instance is gone"
	causeStranger  = "Instance is gone, and another Pod has its name"
	causeLeaving   = "Instance is being deleted"
	causeStopping  = "The Pod of a stopped instance is still there"
	causeMakesWay  = "The former Pod of an instance is still there"
	causeSize      = "Instance doesn't have its size yet"
	causeEvicted   = "Instance was evicted"
	causePreempted = "Instance was preempted"
	causeDeadline  = "Instance took longer than it may"
	causeMemory    = "Instance ran out of memory"
	causeFailed    = "Instance failed"
	causeFinished  = "Instance finished"
	causeNode      = "The instance's node doesn't answer"
	causeShutdown  = "The instance's node was shut down"
	causeNoNode    = "Instance has no node"
	causeCrash     = "Instance keeps ending"
	causeImage     = "Instance can't get its image"
	causeStart     = "Instance can't be started"
	causeAnew      = "Instance was made anew by somebody else"
	causeLabels    = "Instance lacks labels that it is known by"
)

// trouble is what is wrong with an instance as it was found.
type trouble struct {
	Attribute, Summary string
	// What says what happened, Next what an apply does or a person can do.
	What, Next string
	// UID is the Pod's that has events about it, Node the node that may be why.
	UID, Node string
}

// troublesOf finds what a person should know of an instance that was found so:
// why its status isn't what it was, and what keeps it from its work. A healthy
// one has none, and neither have a finished job and a stopped one.
func troublesOf(prior resourceModel, have found, seen presence, manager string) []trouble {
	switch {
	case seen.gone() && have.Pod != nil:
		return []trouble{supplanted(prior, have.Pod)}
	case seen.gone():
		return []trouble{goneFrom(prior)}
	case seen.stopped() && seen.Pod == podLeaving:
		return []trouble{stopping(have.Pod, seen.Starting)}
	case seen.stopped(), have.Pod == nil:
		return nil
	}
	var all []trouble
	if t := madeAnew(prior, have.Pod, manager); t != nil {
		all = append(all, *t)
	}
	if t := unlabelled(have.Pod, lostLabels(have, seen, manager)); t != nil {
		all = append(all, *t)
	}
	if t := troubleOf(prior, have.Pod); t != nil {
		t.UID = string(have.Pod.UID)
		all = append(all, *t)
	}
	if t := resizing(have.Pod); t != nil && seen.Pod == podAlive {
		all = append(all, *t)
	}
	return all
}

func troubleOf(prior resourceModel, pod *corev1.Pod) *trouble {
	scheduled := conditionOf(pod, corev1.PodScheduled)
	switch {
	case pod.DeletionTimestamp != nil:
		return leaving(pod)
	case pod.Status.Phase == corev1.PodFailed, pod.Status.Phase == corev1.PodSucceeded:
		return ended(prior, pod)
	case pod.Status.Phase == corev1.PodUnknown, nodeLost(pod):
		return onLostNode(pod)
	case pod.Spec.NodeName == "" && scheduled.Status == corev1.ConditionFalse && scheduled.Reason == corev1.PodReasonUnschedulable:
		return &trouble{
			Attribute: "node", Summary: causeNoNode,
			What: fmt.Sprintf("%s waits for a node%s: %s", podRef(pod), since(scheduled.LastTransitionTime), joinReason(scheduled.Reason, scheduled.Message)),
			Next: adviceOnPlace(pod),
		}
	}
	return ailing(pod)
}

// goneFrom is about an instance of which nothing is left.
func goneFrom(prior resourceModel) trouble {
	t := trouble{Summary: causeGone, Next: "Apply makes it anew.", UID: prior.UID.ValueString(), Node: prior.Node.ValueString()}
	k := prior.key()
	t.What = k.ref().String() + " isn't there any more"
	if t.UID == "" {
		t.What = templateRef(k.Cluster, k.Name).String() + ", as which it was kept while it was stopped, isn't there any more"
	}
	return t
}

// supplanted is about an instance in whose place somebody else has put a Pod of
// their own.
func supplanted(prior resourceModel, pod *corev1.Pod) trouble {
	t := goneFrom(prior)
	k := prior.key()
	t.Summary = causeStranger
	t.What = fmt.Sprintf("%s isn't the instance's: that one is gone, and %s made this one at %s, without this provider's labels", podRef(pod), orElse(makerOf(pod), "somebody else"), moment(pod.CreationTimestamp))
	t.Next = fmt.Sprintf("The provider leaves that Pod alone. The plan makes the instance anew, and the apply fails as long as the name is taken. Delete that Pod; or adopt it, by an `import` block with the ID %q; or give this instance another name.", k)
	return t
}

// stopping is about the Pod of a stopped instance that takes its time to end.
func stopping(pod *corev1.Pod, starts bool) trouble {
	t := leaving(pod)
	t.Summary, t.UID = causeStopping, string(pod.UID)
	t.Next = "The instance is stopped as soon as that Pod is gone, and keeps its share of the quota until then."
	if starts {
		t.Summary = causeMakesWay
		t.Next = "Its successor can't be made before that Pod is gone."
	}
	if held := heldBy(pod); held != "" {
		t.Next = held + " " + t.Next
	}
	return *t
}

// heldBy says what keeps a Pod that is being deleted, empty where nothing is known
// to.
func heldBy(pod *corev1.Pod) string {
	if len(pod.Finalizers) == 0 {
		return ""
	}
	return "Its finalizers hold it: " + strings.Join(pod.Finalizers, ", ") + ". What has set them has to take them away."
}

// resizing is about a size that was asked for and that the node hasn't given. A
// run that was interrupted leaves it so, and it may still come true.
func resizing(pod *corev1.Pod) *trouble {
	f := resizeFault(pod)
	if f == nil {
		return nil
	}
	return &trouble{
		Summary: causeSize, UID: string(pod.UID),
		What: fmt.Sprintf("%s%s was asked to take another size, and goes on with the one that it had: %s", podRef(pod), onNode(pod), strings.TrimSuffix(f.Text, ".")),
		Next: "The request stands until the size is changed again. " + f.Advice,
	}
}

// madeAnew is about a Pod of the instance's that others have put in the place of
// the one that the state knows.
func madeAnew(prior resourceModel, pod *corev1.Pod, manager string) *trouble {
	known := prior.UID.ValueString()
	if known == "" || known == string(pod.UID) || kube.Wrote(pod, manager) {
		return nil
	}
	return &trouble{
		Attribute: "uid", Summary: causeAnew, UID: known,
		What: fmt.Sprintf("%s isn't the Pod that the state knows: that one is gone, and %s made another of the same name and with this provider's labels at %s", podRef(pod), orElse(makerOf(pod), "somebody else"), moment(pod.CreationTimestamp)),
		Next: "It counts as the instance. What of it differs from the configuration is in the plan.",
	}
}

func unlabelled(pod *corev1.Pod, lost []string) *trouble {
	if len(lost) == 0 {
		return nil
	}
	return &trouble{
		Attribute: "labels_all", Summary: causeLabels,
		What: fmt.Sprintf("Somebody removed or changed these labels of %s: %s", podRef(pod), strings.Join(lost, ", ")),
		Next: "The provider knows its own Pods by them. Apply puts them back, in place.",
	}
}

// lostLabels names the labels that the provider has put on the Pod and that
// aren't on it any more. An imported Pod gets them with its first change.
func lostLabels(have found, seen presence, manager string) []string {
	pod := have.Pod
	if pod == nil || seen.stopped() || !kube.Labelled(pod, manager) {
		return nil
	}
	var lost []string
	for _, label := range []struct{ key, value string }{{kube.LabelManagedBy, kube.ManagedBy}, {kube.LabelInstanceID, pod.Name}} {
		if pod.Labels[label.key] != label.value {
			lost = append(lost, label.key)
		}
	}
	return lost
}

// leaving is about a Pod that is being deleted.
func leaving(pod *corev1.Pod) *trouble {
	asked := *pod.DeletionTimestamp
	if grace := pod.DeletionGracePeriodSeconds; grace != nil {
		asked = metav1.NewTime(asked.Add(-time.Duration(*grace) * time.Second))
	}
	t := &trouble{
		Attribute: "status", Summary: causeLeaving, Node: pod.Spec.NodeName,
		What: fmt.Sprintf("%s%s is being deleted: that was asked for at %s, and its time runs out at %s", podRef(pod), onNode(pod), moment(asked), moment(*pod.DeletionTimestamp)),
		Next: "Apply waits until it is gone and makes it anew.",
	}
	if held := heldBy(pod); held != "" {
		t.Next = held + " " + t.Next
	}
	if disrupted := conditionOf(pod, corev1.DisruptionTarget); disrupted.Status == corev1.ConditionTrue {
		t.Summary = orElse(disruptions()[disrupted.Reason], causeLeaving)
		t.What += ": " + joinReason(disrupted.Reason, disrupted.Message)
	}
	return t
}

// disruptions are the reasons for which Kubernetes itself takes a Pod away, as
// conditions and events have them.
func disruptions() map[string]string {
	return map[string]string{
		corev1.PodReasonPreemptionByScheduler: causePreempted,
		"Preempted":                           causePreempted,
		"Preempting":                          causePreempted,
		"DeletionByTaintManager":              causeEvicted,
		"TaintManagerEviction":                causeEvicted,
		"EvictionByEvictionAPI":               causeEvicted,
		"Evicted":                             causeEvicted,
		"DeletionByPodGC":                     causeNode,
		"NodeNotReady":                        causeNode,
		"NodeLost":                            causeNode,
		"DeadlineExceeded":                    causeDeadline,
		"Terminated":                          causeShutdown,
		"NodeShutdown":                        causeShutdown,
	}
}

// ended is about a Pod that has ended, unless that is as it should be or the
// state knows of it and it stays.
func ended(prior resourceModel, pod *corev1.Pod) *trouble {
	status := statusOf(pod)
	replaced := lost(status, prior)
	asMeant := status == statusSucceeded && mayFinish(prior.RestartPolicy.ValueString())
	if !replaced && (asMeant || prior.Status.ValueString() == status) {
		return nil
	}
	t := &trouble{
		Attribute: "status", Summary: endOf(pod),
		What: fmt.Sprintf("%s%s is %s%s", podRef(pod), onNode(pod), status, since(endedAt(pod))),
		Next: "Apply replaces it, as `replace_on` has it.",
	}
	if cause := causeOf(pod); cause != "" {
		t.What += ": " + cause
	}
	if !replaced {
		t.Next = "It stays as long as `replace_on` doesn't name its status."
	}
	if advice := adviceOnSeenEnd(pod, asMeant); advice != "" {
		t.Next = advice + " " + t.Next
	}
	return t
}

func endOf(pod *corev1.Pod) string {
	if pod.Status.Phase == corev1.PodSucceeded {
		return causeFinished
	}
	if summary, known := disruptions()[pod.Status.Reason]; known {
		return summary
	}
	if disrupted := conditionOf(pod, corev1.DisruptionTarget); disrupted.Status == corev1.ConditionTrue && disruptions()[disrupted.Reason] != "" {
		return disruptions()[disrupted.Reason]
	}
	if strings.Contains(causeOf(pod), "OOMKilled") {
		return causeMemory
	}
	return causeFailed
}

func adviceOnSeenEnd(pod *corev1.Pod, asMeant bool) string {
	switch {
	case asMeant:
		return ""
	case pod.Status.Phase == corev1.PodSucceeded:
		return adviceOnJob
	case endOf(pod) == causeNode, endOf(pod) == causePreempted, endOf(pod) == causeShutdown:
		return ""
	}
	return adviceOnEnd(pod)
}

// nodeLost reports whether a Pod looks like one whose node doesn't answer any
// more: the node's controller turns Ready alone, and gives no reason.
func nodeLost(pod *corev1.Pod) bool {
	ready := conditionOf(pod, corev1.PodReady)
	return pod.Spec.NodeName != "" && ready.Status == corev1.ConditionFalse && ready.Reason == "" &&
		conditionOf(pod, corev1.ContainersReady).Status == corev1.ConditionTrue
}

func onLostNode(pod *corev1.Pod) *trouble {
	return &trouble{
		Attribute: "node", Summary: causeNode, Node: pod.Spec.NodeName,
		What: fmt.Sprintf("%s%s isn't ready%s", podRef(pod), onNode(pod), since(conditionOf(pod, corev1.PodReady).LastTransitionTime)),
		Next: "Kubernetes deletes it in some minutes, unless the node comes back or `pod` has tolerations that say otherwise. A plan after that replaces it.",
	}
}

// ailing is about a Pod whose containers keep it from its work.
func ailing(pod *corev1.Pod) *trouble {
	f := faultOf(pod, goal{})
	if f == nil {
		return nil
	}
	t := &trouble{Attribute: "image", What: fmt.Sprintf("%s%s: %s", podRef(pod), onNode(pod), strings.TrimSuffix(f.Text, ".")), Next: f.Advice}
	container, kind, _ := strings.Cut(f.Key, "/")
	c := statusByName(slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses), container)
	switch kind {
	case "crash":
		if c == nil || c.RestartCount < 2 && c.State.Waiting == nil {
			// A program that ended once and is about to be ready again isn't in a loop.
			return nil
		}
		t.Attribute, t.Summary = "status", causeCrash
		if end := lastTermination(*c); end != nil {
			t.What += fmt.Sprintf(", the last time at %s", moment(end.FinishedAt))
			if end.Reason == "OOMKilled" {
				t.Summary = causeMemory
			}
		}
	case "image":
		t.Summary = causeImage
	default:
		t.Attribute, t.Summary = "status", causeStart
	}
	return t
}
