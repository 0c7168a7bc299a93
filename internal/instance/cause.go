package instance

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// The summaries of the warnings about what became of an instance. The same cause
// has the same one, so that core shows many of them as one.
const (
	causeGone     = "Instance is gone"
	causeStranger = "Instance is gone, and another Pod has its name"
	causeLeaving  = "Instance is being deleted"
	causeMakesWay = "The old Pod of an instance still exists"
	causeStopping = "The Pod of a stopped instance still exists"
	causeAnew     = "Instance was recreated by something else"
	causeLabels   = "Instance lacks labels that the provider needs"
)

// trouble is what is wrong with an instance as it was found.
type trouble struct {
	Attribute, Summary string
	// What says what happened, Next what an apply does or a person can do.
	What, Next string
	// UID is the Pod's that has events about it, Node the node that may be why.
	UID, Node string
	// ill is the Pod where its health is the trouble, of which events may tell more.
	ill *corev1.Pod
}

// troublesOf finds what a person should know of an instance that was found so:
// why its status isn't what it was, and what keeps it from its work. A healthy
// one has none, and neither have a finished job and a stopped one.
func troublesOf(prior resourceModel, have found, seen presence, manager string, now time.Time) []trouble {
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
	if t := troubleOf(prior, podhealth.Facts{Pod: have.Pod, Now: now}); t != nil {
		all = append(all, *t)
	}
	if t := resizing(have.Pod); t != nil && seen.Pod == podAlive {
		all = append(all, *t)
	}
	return all
}

// troubleOf is about the health of a Pod. Where only events can tell whether something is
// wrong, it says nothing of what that is.
func troubleOf(prior resourceModel, f podhealth.Facts) *trouble {
	t := illness(prior, f)
	if t == nil && podhealth.Suspects(f) {
		t = &trouble{}
	}
	if t != nil {
		t.UID, t.ill = string(f.Pod.UID), f.Pod
	}
	return t
}

func illness(prior resourceModel, f podhealth.Facts) *trouble {
	pod, p := f.Pod, podhealth.Judge(f)
	switch {
	case pod.DeletionTimestamp != nil:
		return leaving(pod)
	case podhealth.HasEnded(pod):
		return ended(prior, pod, p)
	case p.Cause == podhealth.None, p.Passing:
		return nil
	}
	t := &trouble{
		Attribute: placeOfProblem(p), Summary: p.Title, Next: p.Advice,
		What: fmt.Sprintf("%s%s: %s", podRef(pod), onNode(pod), strings.TrimSuffix(p.Text, ".")),
	}
	if p.Cause == podhealth.NodeSilent {
		t.Node = pod.Spec.NodeName
	}
	if p.Cause.IsLoop() && !p.At.IsZero() {
		t.What += ", last at " + moment(p.At)
	}
	return t
}

// placeOfProblem is the attribute that a problem is shown on.
func placeOfProblem(p podhealth.Problem) string {
	switch p.Cause {
	case podhealth.ImagePull, podhealth.ImageName:
		return "image"
	case podhealth.Unschedulable, podhealth.Gated, podhealth.NodeSilent:
		return "node"
	}
	return "status"
}

// goneFrom is about an instance of which nothing is left.
func goneFrom(prior resourceModel) trouble {
	t := trouble{Summary: causeGone, Next: "Apply recreates it.", UID: prior.UID.ValueString(), Node: prior.Node.ValueString()}
	k := prior.key()
	t.What = k.ref().String() + " doesn't exist any more"
	if t.UID == "" {
		t.What = templateRef(k.Cluster, k.Name).String() + ", which kept the instance while it was stopped, doesn't exist any more"
	}
	return t
}

// supplanted is about an instance in whose place somebody else has put a Pod of
// their own.
func supplanted(prior resourceModel, pod *corev1.Pod) trouble {
	t := goneFrom(prior)
	k := prior.key()
	t.Summary = causeStranger
	t.What = fmt.Sprintf("%s isn't the instance's Pod. That one is gone, and %s created this one at %s, without this provider's labels", podRef(pod), orElse(makerOf(pod), "something else"), moment(pod.CreationTimestamp))
	t.Next = fmt.Sprintf("The provider leaves that Pod alone. The plan recreates the instance, but the apply fails as long as the name is taken. Delete that Pod, adopt it by an `import` block with the ID %q, or give this instance another name.", k)
	return t
}

// stopping is about the Pod of a stopped instance that takes its time to end.
func stopping(pod *corev1.Pod, starts bool) trouble {
	t := leaving(pod)
	t.Summary, t.UID = causeStopping, string(pod.UID)
	t.Next = "The instance is stopped when that Pod is gone, and uses its share of the quota until then."
	if starts {
		t.Summary = causeMakesWay
		t.Next = "The new Pod can't be created before that Pod is gone."
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
	return "Its finalizers hold it: " + strings.Join(pod.Finalizers, ", ") + ". The controllers that set them must remove them."
}

// resizing is about a size that was asked for and that the node hasn't given. A
// run that was interrupted leaves it so, and it may still come true.
func resizing(pod *corev1.Pod) *trouble {
	p := podhealth.JudgeResize(podhealth.Facts{Pod: pod})
	if p.Cause == podhealth.None {
		return nil
	}
	return &trouble{
		Summary: p.Title, UID: string(pod.UID),
		What: fmt.Sprintf("A resize of %s%s was requested, but it still has its old size: %s", podRef(pod), onNode(pod), strings.TrimSuffix(p.Text, ".")),
		Next: "The request stays until the size is changed again. " + p.Advice,
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
		What: fmt.Sprintf("%s isn't the Pod in the state. That one is gone, and %s created another with the same name and this provider's labels at %s", podRef(pod), orElse(makerOf(pod), "something else"), moment(pod.CreationTimestamp)),
		Next: "The provider takes it as the instance. The plan shows where it differs from the configuration.",
	}
}

func unlabelled(pod *corev1.Pod, lost []string) *trouble {
	if len(lost) == 0 {
		return nil
	}
	return &trouble{
		Attribute: "labels_all", Summary: causeLabels,
		What: fmt.Sprintf("Something removed or changed these labels of %s: %s", podRef(pod), strings.Join(lost, ", ")),
		Next: "The provider recognizes its own Pods by them. Apply sets them again, in place.",
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
		What: fmt.Sprintf("%s%s is being deleted: the deletion was requested at %s, and its grace period ends at %s", podRef(pod), onNode(pod), moment(asked), moment(*pod.DeletionTimestamp)),
		Next: "Apply waits until it is gone, and then recreates it.",
	}
	if held := heldBy(pod); held != "" {
		t.Next = held + " " + t.Next
	}
	if disrupted := podhealth.Condition(pod, corev1.DisruptionTarget); disrupted.Status == corev1.ConditionTrue {
		t.Summary = orElse(podhealth.TitleOf(podhealth.DisruptionOf(disrupted.Reason)), causeLeaving)
		t.What += ": " + podhealth.JoinReason(disrupted.Reason, disrupted.Message)
	}
	return t
}

// ended is about a Pod that has ended, unless that is as it should be or the
// state knows of it and it stays.
func ended(prior resourceModel, pod *corev1.Pod, p podhealth.Problem) *trouble {
	status := statusOf(pod)
	replaced := lost(status, prior)
	asMeant := status == statusSucceeded && mayFinish(prior.RestartPolicy.ValueString())
	if !replaced && (asMeant || prior.Status.ValueString() == status) {
		return nil
	}
	t := &trouble{
		Attribute: "status", Summary: orElse(p.Title, podhealth.TitleOf(podhealth.Finished)),
		What: fmt.Sprintf("%s%s is %s%s", podRef(pod), onNode(pod), status, since(endedAt(pod))),
		Next: "Apply replaces it, because `replace_on` names its status.",
	}
	if p.Text != "" {
		t.What += ": " + p.Text
	}
	if !replaced {
		t.Next = "It stays, because `replace_on` doesn't name its status."
	}
	if p.Advice != "" && !asMeant {
		t.Next = p.Advice + " " + t.Next
	}
	return t
}
