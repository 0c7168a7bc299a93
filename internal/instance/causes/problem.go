package causes

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
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

// Problem is what is wrong with an instance as it was found.
type Problem struct {
	Attribute, Summary string
	// What says what happened, Next what an apply does or a person can do.
	What, Next string
	// UID is the Pod's that has events about it, Node the node that may be why.
	UID, Node string
	// ill is the Pod where its health is the trouble, of which events may tell more.
	ill *corev1.Pod
}

// Problems finds what a person should know of an instance that was found so:
// why its status isn't what it was, and what keeps it from its work. A healthy
// one has none, and neither have a finished job and a stopped one.
func Problems(prior model.Resource, have power.Existing, seen power.State, manager string, now time.Time) []Problem {
	switch {
	case seen.Gone() && have.Pod != nil:
		return []Problem{supplanted(prior, have.Pod)}
	case seen.Gone():
		return []Problem{goneFrom(prior)}
	case seen.Stopped() && seen.Pod == power.PodLeaving:
		return []Problem{stopping(have.Pod, seen.Starting)}
	case seen.Stopped(), have.Pod == nil:
		return nil
	}
	var all []Problem
	if t := madeAnew(prior, have.Pod, manager); t != nil {
		all = append(all, *t)
	}
	if t := unlabelled(have.Pod, LostLabels(have, seen, manager)); t != nil {
		all = append(all, *t)
	}
	if t := ProblemOf(prior, podhealth.Facts{Pod: have.Pod, Now: now}); t != nil {
		all = append(all, *t)
	}
	if t := resizing(have.Pod); t != nil && seen.Pod == power.PodAlive {
		all = append(all, *t)
	}
	return all
}

// ProblemOf is about the health of a Pod. Where only events can tell whether something is
// wrong, it says nothing of what that is.
func ProblemOf(prior model.Resource, f podhealth.Facts) *Problem {
	t := illness(prior, f)
	if t == nil && podhealth.Suspects(f) {
		t = &Problem{}
	}
	if t != nil {
		t.UID, t.ill = string(f.Pod.UID), f.Pod
	}
	return t
}

func illness(prior model.Resource, f podhealth.Facts) *Problem {
	pod, p := f.Pod, podhealth.Judge(f)
	switch {
	case pod.DeletionTimestamp != nil:
		return leaving(pod)
	case podhealth.HasEnded(pod):
		return ended(prior, pod, p)
	case p.Cause == podhealth.None, p.Passing:
		return nil
	}
	t := &Problem{
		Attribute: placeOfProblem(p), Summary: p.Title, Next: p.Advice,
		What: fmt.Sprintf("%s%s: %s", manifest.Ref(pod), onNode(pod), strings.TrimSuffix(p.Text, ".")),
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
func goneFrom(prior model.Resource) Problem {
	t := Problem{Summary: causeGone, Next: "Apply recreates it.", UID: prior.UID.ValueString(), Node: prior.Node.ValueString()}
	k := prior.Key()
	t.What = k.Ref().String() + " doesn't exist any more"
	if t.UID == "" {
		t.What = manifest.TemplateRef(k.Cluster, k.Name).String() + ", which kept the instance while it was stopped, doesn't exist any more"
	}
	return t
}

// supplanted is about an instance in whose place somebody else has put a Pod of
// their own.
func supplanted(prior model.Resource, pod *corev1.Pod) Problem {
	t := goneFrom(prior)
	k := prior.Key()
	t.Summary = causeStranger
	t.What = fmt.Sprintf("%s isn't the instance's Pod. That one is gone, and %s created this one at %s, without this provider's labels", manifest.Ref(pod), waiting.OrElse(makerOf(pod), "something else"), moment(pod.CreationTimestamp))
	t.Next = fmt.Sprintf("The provider leaves that Pod alone. The plan recreates the instance, but the apply fails as long as the name is taken. Delete that Pod, adopt it by an `import` block with the ID %q, or give this instance another name.", k)
	return t
}

// stopping is about the Pod of a stopped instance that takes its time to end.
func stopping(pod *corev1.Pod, starts bool) Problem {
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
func resizing(pod *corev1.Pod) *Problem {
	p := podhealth.JudgeResize(podhealth.Facts{Pod: pod})
	if p.Cause == podhealth.None {
		return nil
	}
	return &Problem{
		Summary: p.Title, UID: string(pod.UID),
		What: fmt.Sprintf("A resize of %s%s was requested, but it still has its old size: %s", manifest.Ref(pod), onNode(pod), strings.TrimSuffix(p.Text, ".")),
		Next: "The request stays until the size is changed again. " + p.Advice,
	}
}

// madeAnew is about a Pod of the instance's that others have put in the place of
// the one that the state knows.
func madeAnew(prior model.Resource, pod *corev1.Pod, manager string) *Problem {
	known := prior.UID.ValueString()
	if known == "" || known == string(pod.UID) || kube.HasWritten(pod, manager) {
		return nil
	}
	return &Problem{
		Attribute: "uid", Summary: causeAnew, UID: known,
		What: fmt.Sprintf("%s isn't the Pod in the state. That one is gone, and %s created another with the same name and this provider's labels at %s", manifest.Ref(pod), waiting.OrElse(makerOf(pod), "something else"), moment(pod.CreationTimestamp)),
		Next: "The provider takes it as the instance. The plan shows where it differs from the configuration.",
	}
}

func unlabelled(pod *corev1.Pod, lost []string) *Problem {
	if len(lost) == 0 {
		return nil
	}
	return &Problem{
		Attribute: "labels_all", Summary: causeLabels,
		What: fmt.Sprintf("Something removed or changed these labels of %s: %s", manifest.Ref(pod), strings.Join(lost, ", ")),
		Next: "The provider recognizes its own Pods by them. Apply sets them again, in place.",
	}
}

// LostLabels names the labels that the provider has put on the Pod and that
// aren't on it any more. An imported Pod gets them with its first change.
func LostLabels(have power.Existing, seen power.State, manager string) []string {
	pod := have.Pod
	if pod == nil || seen.Stopped() || !kube.Labelled(pod, manager) {
		return nil
	}
	var lost []string
	for _, label := range []struct{ key, value string }{{mar.LabelManagedBy, mar.ManagedBy}, {mar.LabelInstanceID, pod.Name}} {
		if pod.Labels[label.key] != label.value {
			lost = append(lost, label.key)
		}
	}
	return lost
}

// leaving is about a Pod that is being deleted.
func leaving(pod *corev1.Pod) *Problem {
	asked := *pod.DeletionTimestamp
	if grace := pod.DeletionGracePeriodSeconds; grace != nil {
		asked = metav1.NewTime(asked.Add(-time.Duration(*grace) * time.Second))
	}
	t := &Problem{
		Attribute: "status", Summary: causeLeaving, Node: pod.Spec.NodeName,
		What: fmt.Sprintf("%s%s is being deleted: the deletion was requested at %s, and its grace period ends at %s", manifest.Ref(pod), onNode(pod), moment(asked), moment(*pod.DeletionTimestamp)),
		Next: "Apply waits until it is gone, and then recreates it.",
	}
	if held := heldBy(pod); held != "" {
		t.Next = held + " " + t.Next
	}
	if disrupted := podhealth.Condition(pod, corev1.DisruptionTarget); disrupted.Status == corev1.ConditionTrue {
		t.Summary = waiting.OrElse(podhealth.TitleOf(podhealth.DisruptionOf(disrupted.Reason)), causeLeaving)
		t.What += ": " + podhealth.JoinReason(disrupted.Reason, disrupted.Message)
	}
	return t
}

// ended is about a Pod that has ended, unless that is as it should be or the
// state knows of it and it stays.
func ended(prior model.Resource, pod *corev1.Pod, p podhealth.Problem) *Problem {
	status := manifest.StatusOf(pod)
	replaced := manifest.Lost(status, prior)
	asMeant := status == model.StatusSucceeded && manifest.MayFinish(prior.RestartPolicy.ValueString())
	if !replaced && (asMeant || prior.Status.ValueString() == status) {
		return nil
	}
	t := &Problem{
		Attribute: "status", Summary: waiting.OrElse(p.Title, podhealth.TitleOf(podhealth.Finished)),
		What: fmt.Sprintf("%s%s is %s%s", manifest.Ref(pod), onNode(pod), status, since(endedAt(pod))),
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
