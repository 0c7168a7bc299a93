package waiting

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// resized judges a Pod of which another size was asked. Where a container
// doesn't run, the size is simply that of its next start.
func resized(f podhealth.Facts, want manifest.Size, lasted time.Duration) Status {
	pod := f.Pod
	if podhealth.IsOver(pod) {
		return Status{Failure: "it finished before it was resized", Advice: "Run the plan again: it shows what happens to it."}
	}
	waiting := Status{
		Waiting: "the node to give it the new size",
		Advice:  "The node hasn't carried out the resize. Give it more time with `timeouts.update`, or look at the node " + pod.Spec.NodeName + ".",
	}
	if p := podhealth.JudgeResize(f); p.Cause != podhealth.None {
		if p.EndsWait(lasted) {
			return Status{Failure: p.Text, Advice: p.Advice}
		}
		return Status{Waiting: "this to change: " + p.Text, Problem: p.Text, Advice: p.Advice}
	}
	if podhealth.Condition(pod, corev1.PodResizePending).Status == corev1.ConditionTrue || podhealth.Condition(pod, corev1.PodResizeInProgress).Status == corev1.ConditionTrue {
		return waiting
	}
	main := podhealth.StatusOf(pod.Status.ContainerStatuses, manifest.MainContainer(pod).Name)
	if main == nil || main.State.Running == nil || main.Resources == nil || manifest.SizeOf(*main.Resources).Equal(want) {
		return Status{Done: true}
	}
	// A node rounds small amounts, so its figures may differ for ever; having
	// seen this generation and raised no condition it is done.
	if pod.Status.ObservedGeneration != 0 && pod.Status.ObservedGeneration >= pod.Generation {
		return Status{Done: true}
	}
	return waiting
}
