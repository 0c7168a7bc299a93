package causes

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// The summaries of the warnings about what became of an instance. The same cause
// has the same one, so that core shows many of them as one.
const (
	causeGone      = "Instance is gone"
	causeForeign   = "Instance is gone, and another Pod has its name"
	causeDeleting  = "Instance is being deleted"
	causeOldPod    = "The old Pod of an instance still exists"
	causeStopping  = "The Pod of a stopped instance still exists"
	causeRecreated = "Instance was recreated by something else"
	causeLabels    = "Instance lacks labels that the provider needs"
)

// Problem is what is wrong with an instance.
type Problem struct {
	Attribute, Summary string
	// What says what happened. Next says what an apply does, or what a person can do.
	What, Next string
	// UID is that of the Pod whose events may explain the problem, Node the node that may be the
	// cause.
	UID, Node string
	// unhealthy is the Pod if its health is the problem. Its events may explain more.
	unhealthy *corev1.Pod
}

// Problems returns what a person should know about an instance: why its status changed, and what
// keeps it from working. Healthy and stopped instances have none, nor has a job that finished.
func Problems(prior model.Resource, have power.Existing, seen power.State, manager string, now time.Time) []Problem {
	switch {
	case seen.Gone() && have.Pod != nil:
		return []Problem{foreignPodProblem(prior, have.Pod)}
	case seen.Gone():
		return []Problem{goneProblem(prior)}
	case seen.Stopped() && seen.Pod == power.PodTerminating:
		return []Problem{stoppingProblem(have.Pod, seen.Starting)}
	case seen.Stopped(), have.Pod == nil:
		return nil
	}
	var all []Problem
	if p := recreatedProblem(prior, have.Pod, manager); p != nil {
		all = append(all, *p)
	}
	if p := labelsProblem(have.Pod, LostLabels(have, seen, manager)); p != nil {
		all = append(all, *p)
	}
	if p := ProblemOf(prior, podhealth.Facts{Pod: have.Pod, Now: now}); p != nil {
		all = append(all, *p)
	}
	if p := resizeProblem(have.Pod); p != nil && seen.Pod == power.PodAlive {
		all = append(all, *p)
	}
	return all
}

// ProblemOf judges the health of a Pod. If only events can tell whether something is wrong, it
// returns a Problem without a summary.
func ProblemOf(prior model.Resource, f podhealth.Facts) *Problem {
	p := healthProblem(prior, f)
	if p == nil && podhealth.Suspects(f) {
		p = &Problem{}
	}
	if p != nil {
		p.UID, p.unhealthy = string(f.Pod.UID), f.Pod
	}
	return p
}

func healthProblem(prior model.Resource, f podhealth.Facts) *Problem {
	pod, p := f.Pod, podhealth.Judge(f)
	switch {
	case pod.DeletionTimestamp != nil:
		return deletionProblem(pod)
	case podhealth.HasEnded(pod):
		return endedProblem(prior, pod, p)
	case p.Cause == podhealth.None, p.Passing:
		return nil
	}
	problem := &Problem{
		Attribute: attributeOfProblem(p), Summary: p.Title, Next: p.Advice,
		What: fmt.Sprintf("%s%s: %s", manifest.Ref(pod), onNode(pod), strings.TrimSuffix(p.Text, ".")),
	}
	if p.Cause == podhealth.NodeSilent {
		problem.Node = pod.Spec.NodeName
	}
	if p.Cause.IsLoop() && !p.At.IsZero() {
		problem.What += ", last at " + formatTime(p.At)
	}
	return problem
}

// attributeOfProblem is the attribute on which a problem is reported.
func attributeOfProblem(p podhealth.Problem) string {
	switch p.Cause {
	case podhealth.ImagePull, podhealth.ImageName:
		return "image"
	case podhealth.Unschedulable, podhealth.Gated, podhealth.NodeSilent:
		return "node"
	}
	return "status"
}

// goneProblem is for an instance of which nothing is left.
func goneProblem(prior model.Resource) Problem {
	p := Problem{Summary: causeGone, Next: "Apply recreates it.", UID: prior.UID.ValueString(), Node: prior.Node.ValueString()}
	k := prior.Key()
	p.What = k.Ref().String() + " doesn't exist any more"
	if p.UID == "" {
		p.What = manifest.TemplateRef(k.Cluster, k.Name).String() + ", which kept the instance while it was stopped, doesn't exist any more"
	}
	return p
}

// foreignPodProblem is for an instance whose name is now taken by a Pod that something else
// created.
func foreignPodProblem(prior model.Resource, pod *corev1.Pod) Problem {
	p := goneProblem(prior)
	k := prior.Key()
	p.Summary = causeForeign
	p.What = fmt.Sprintf("%s isn't the instance's Pod. That one is gone, and %s created this one at %s, without this provider's labels", manifest.Ref(pod), cmp.Or(creatorOf(pod), "something else"), formatTime(pod.CreationTimestamp))
	p.Next = fmt.Sprintf("The provider leaves that Pod alone. The plan recreates the instance, but the apply fails as long as the name is taken. Delete that Pod, adopt it by an `import` block with the ID %q, or give this instance another name.", k)
	return p
}

// stoppingProblem is for the Pod of a stopped instance that hasn't ended yet.
func stoppingProblem(pod *corev1.Pod, starts bool) Problem {
	p := deletionProblem(pod)
	p.Summary, p.UID = causeStopping, string(pod.UID)
	p.Next = "The instance is stopped when that Pod is gone, and uses its share of the quota until then."
	if starts {
		p.Summary = causeOldPod
		p.Next = "The new Pod can't be created before that Pod is gone."
	}
	if held := heldBy(pod); held != "" {
		p.Next = held + " " + p.Next
	}
	return *p
}

// heldBy names the finalizers that keep a deleted Pod. It is empty if there are none.
func heldBy(pod *corev1.Pod) string {
	if len(pod.Finalizers) == 0 {
		return ""
	}
	return "Its finalizers hold it: " + strings.Join(pod.Finalizers, ", ") + ". The controllers that set them must remove them."
}

// resizeProblem is for a requested size that the node hasn't given. An interrupted run leaves such
// a request, and it may still be fulfilled.
func resizeProblem(pod *corev1.Pod) *Problem {
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

// recreatedProblem is for a Pod of the instance that something else created in place of the one in
// the state.
func recreatedProblem(prior model.Resource, pod *corev1.Pod, manager string) *Problem {
	known := prior.UID.ValueString()
	if known == "" || known == string(pod.UID) || kube.HasWritten(pod, manager) {
		return nil
	}
	return &Problem{
		Attribute: "uid", Summary: causeRecreated, UID: known,
		What: fmt.Sprintf("%s isn't the Pod in the state. That one is gone, and %s created another with the same name and this provider's labels at %s", manifest.Ref(pod), cmp.Or(creatorOf(pod), "something else"), formatTime(pod.CreationTimestamp)),
		Next: "The provider takes it as the instance. The plan shows where it differs from the configuration.",
	}
}

func labelsProblem(pod *corev1.Pod, lost []string) *Problem {
	if len(lost) == 0 {
		return nil
	}
	return &Problem{
		Attribute: "labels_all", Summary: causeLabels,
		What: fmt.Sprintf("Something removed or changed these labels of %s: %s", manifest.Ref(pod), strings.Join(lost, ", ")),
		Next: "The provider recognizes its own Pods by them. Apply sets them again, in place.",
	}
}

// LostLabels returns the provider's own labels that are missing on the Pod, or changed. An imported
// Pod gets them with its first change.
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

// deletionProblem is for a Pod that is being deleted.
func deletionProblem(pod *corev1.Pod) *Problem {
	asked := *pod.DeletionTimestamp
	if grace := pod.DeletionGracePeriodSeconds; grace != nil {
		asked = metav1.NewTime(asked.Add(-time.Duration(*grace) * time.Second))
	}
	p := &Problem{
		Attribute: "status", Summary: causeDeleting, Node: pod.Spec.NodeName,
		What: fmt.Sprintf("%s%s is being deleted: the deletion was requested at %s, and its grace period ends at %s", manifest.Ref(pod), onNode(pod), formatTime(asked), formatTime(*pod.DeletionTimestamp)),
		Next: "Apply waits until it is gone, and then recreates it.",
	}
	if held := heldBy(pod); held != "" {
		p.Next = held + " " + p.Next
	}
	if disrupted := podhealth.Condition(pod, corev1.DisruptionTarget); disrupted.Status == corev1.ConditionTrue {
		p.Summary = cmp.Or(podhealth.TitleOf(podhealth.DisruptionOf(disrupted.Reason)), causeDeleting)
		p.What += ": " + podhealth.JoinReason(disrupted.Reason, disrupted.Message)
	}
	return p
}

// endedProblem is for a Pod that has ended. It is nil if that is intended, or if the state has the
// status already and the Pod stays.
func endedProblem(prior model.Resource, pod *corev1.Pod, p podhealth.Problem) *Problem {
	status := manifest.StatusOf(pod)
	replaced := manifest.ReplacesOn(status, prior)
	asMeant := status == model.StatusSucceeded && manifest.MayFinish(prior.RestartPolicy.ValueString())
	if !replaced && (asMeant || prior.Status.ValueString() == status) {
		return nil
	}
	problem := &Problem{
		Attribute: "status", Summary: cmp.Or(p.Title, podhealth.TitleOf(podhealth.Finished)),
		What: fmt.Sprintf("%s%s is %s%s", manifest.Ref(pod), onNode(pod), status, since(endedAt(pod))),
		Next: "Apply replaces it, because `replace_on` names its status.",
	}
	if p.Text != "" {
		problem.What += ": " + p.Text
	}
	if !replaced {
		problem.Next = "It stays, because `replace_on` doesn't name its status."
	}
	if p.Advice != "" && !asMeant {
		problem.Next = p.Advice + " " + problem.Next
	}
	return problem
}

// Warning is a warning about an attribute, or about the instance where that is empty.
type Warning struct {
	Attribute, Summary, Detail string
}
