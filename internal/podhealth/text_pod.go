package podhealth

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	podresource "k8s.io/component-helpers/resource"
)

const jobAdvice = "If it is a job that runs to completion, set `restart_policy` to \"OnFailure\" or \"Never\"."

func moment(t metav1.Time) string { return t.UTC().Format(time.RFC3339) }

func deletingText(_ Facts, found finding) string {
	return "it is being deleted, and its grace period ends at " + moment(found.at)
}

func overdueText(_ Facts, found finding) string {
	return "it is being deleted, and its grace period ended at " + moment(found.at)
}

func overdueBrief(_ Facts, found finding) string {
	return "its grace period ended at " + moment(found.at)
}

func deletingAdvice(f Facts, _ finding) string { return DeletionAdvice(f.Pod) }

// DeletionAdvice says what to do about a Pod that is being deleted and doesn't go.
func DeletionAdvice(pod *corev1.Pod) string {
	if len(pod.Finalizers) > 0 {
		return "Its finalizers hold it. The controllers that set them must remove them. Then apply again."
	}
	return fmt.Sprintf("Its program doesn't stop, or its node %s doesn't answer. If that node is lost or switched off for certain, remove the Pod with `kubectl delete pod --namespace %s %s --force`; then apply again.", pod.Spec.NodeName, pod.Namespace, pod.Name)
}

// endText says why a Pod ended, in the words of its status.
func endText(f Facts, _ finding) string {
	pod := f.Pod
	if f.Kept {
		pod = withoutMessages(pod)
	}
	cause := EndCause(pod)
	if disrupted := Condition(pod, corev1.DisruptionTarget); pod.Status.Reason == "" && disrupted.Status == corev1.ConditionTrue {
		cause = strings.TrimSuffix(f.reasonAnd(disrupted.Reason, disrupted.Message)+"; "+cause, "; ")
	}
	if cause == "" {
		return "Kubernetes gives no reason"
	}
	return cause
}

// withoutMessages is a copy of a Pod without what nodes and programs say in its status.
func withoutMessages(pod *corev1.Pod) *corev1.Pod {
	bare := *pod
	bare.Status = *pod.Status.DeepCopy()
	bare.Status.Message = ""
	for _, statuses := range [][]corev1.ContainerStatus{bare.Status.InitContainerStatuses, bare.Status.ContainerStatuses} {
		for _, c := range statuses {
			for _, end := range []*corev1.ContainerStateTerminated{c.State.Terminated, c.LastTerminationState.Terminated} {
				if end != nil {
					end.Message = ""
				}
			}
		}
	}
	return &bare
}

func endBrief(f Facts, _ finding) string {
	why := f.Pod.Status.Reason
	for _, c := range f.containers() {
		if t := c.State.Terminated; why == "" && t != nil && t.ExitCode != 0 {
			why = exitBrief(t)
		}
	}
	if why == "" {
		return "Failed"
	}
	return "Failed: " + why
}

func exitBrief(t *corev1.ContainerStateTerminated) string {
	if t.Reason == "" || t.Reason == "Error" {
		return fmt.Sprintf("exit code %d", t.ExitCode)
	}
	return t.Reason
}

func volumeFullText(_ Facts, found finding) string {
	return fmt.Sprintf("Evicted: its volume %s holds more than its size of %s", found.name, found.limit)
}

func volumeFullAdvice(_ Facts, found finding) string {
	return fmt.Sprintf("The node ends an instance if an `empty_dir` volume exceeds its `size`. Raise `volumes[%q].size` (`sizeLimit` if `pod` declares the volume), or make the program keep less in it.", found.name)
}

func storageFullText(_ Facts, found finding) string {
	if found.of == nil {
		return fmt.Sprintf("Evicted: it used more local storage than the %s that its containers may use together", found.limit)
	}
	return fmt.Sprintf("Evicted: %s used more local storage than its limit of %s", found.of.title(), found.limit)
}

func storageFullAdvice(_ Facts, found finding) string {
	limit := "`limits[\"ephemeral-storage\"]`"
	if found.of != nil && !found.of.isMain() {
		limit = "its limit of `ephemeral-storage` in `pod`"
	}
	return "What a container writes to its own files, what it logs, and its `empty_dir` volumes count as local storage. Raise " + limit + ", or make the program write less."
}

func deadlineAdvice(f Facts, _ finding) string {
	if d := f.Pod.Spec.ActiveDeadlineSeconds; d != nil {
		return fmt.Sprintf("`activeDeadlineSeconds` in `pod` allows %d seconds. Raise that, or make the program finish sooner.", *d)
	}
	return "It took longer than allowed. The tool that ended it set that limit."
}

func evictedAdvice(f Facts, _ finding) string {
	reason := f.Pod.Status.Reason
	if reason == "" {
		reason = Condition(f.Pod, corev1.DisruptionTarget).Reason
	}
	if reason != "Evicted" {
		return "Its node was drained or tainted. The instance itself did nothing wrong."
	}
	return "The node ran out of a resource and evicted this instance. Reserve what the instance needs with `requests`."
}

func memoryAdvice(_ Facts, found finding) string {
	if found.of == nil {
		return "It used more than its `memory`. Raise that, or make the program use less."
	}
	attribute := found.of.attribute("memory")
	limit, limited := found.of.spec().Resources.Limits[corev1.ResourceMemory]
	switch {
	case limited && found.of.isMain():
		return fmt.Sprintf("It used more than its %s of %s. Raise that, or make the program use less.", attribute, limit.String())
	case limited:
		return fmt.Sprintf("It used more than its memory limit of %s. Raise that in %s, or make the program use less.", limit.String(), attribute)
	case found.of.isMain():
		return "It has no " + attribute + " limit, and its node ran out of memory. Set " + attribute + ", so that the instance gets a node with enough."
	}
	return "It has no memory limit, and its node ran out of memory. Set one in " + attribute + "."
}

func endedByCheckText(f Facts, found finding) string {
	return withDetail(f, fmt.Sprintf("its node ended %s, because its %s check failed", found.of.title(), found.name), found.detail)
}

func endedByCheckAdvice(f Facts, found finding) string {
	if found.name == string(startup) {
		return startupAdvice(f, found)
	}
	return livenessAdvice(f, found)
}

func failedAdvice(_ Facts, found finding) string {
	if found.of != nil && !found.of.isMain() {
		return "Its log says why the program ended. Fix the program, or its fields in `pod`."
	}
	return "Its log says why the program ended. Fix the program, its `command`, `args` or `env`."
}

func nodeSilentText(f Facts, found finding) string {
	text := "its node doesn't answer"
	if f.Pod.Spec.NodeName != "" {
		text = "its node " + f.Pod.Spec.NodeName + " doesn't answer"
	}
	if found.at.IsZero() {
		return text
	}
	return text + " since " + moment(found.at)
}

func nodeSilentBrief(f Facts, _ finding) string {
	if f.Pod.Status.Phase == corev1.PodUnknown {
		return strings.TrimSuffix("Unknown: "+f.Pod.Status.Reason, ": ")
	}
	return "its node doesn't answer"
}

func unschedulableText(f Facts, found finding) string {
	return "no node takes it: " + f.reasonAnd(corev1.PodReasonUnschedulable, found.detail)
}

func unschedulableBrief(Facts, finding) string { return corev1.PodReasonUnschedulable }

// placeAdvice names the resources that no node has enough of, by the words of the scheduler
// (NodeResourcesFit in k8s.io/kubernetes: "Insufficient cpu").
func placeAdvice(f Facts, found finding) string {
	var lacking []string
	asked := podresource.PodRequests(f.Pod, podresource.PodResourcesOptions{})
	for _, match := range regexp.MustCompile(`Insufficient ([\w./-]*\w)`).FindAllStringSubmatch(found.detail, -1) {
		text := match[1]
		reserved, asks := asked[corev1.ResourceName(match[1])]
		if asks {
			text += " (it reserves " + reserved.String() + ")"
		}
		if (asks || !f.Kept) && !slices.Contains(lacking, text) {
			lacking = append(lacking, text)
		}
	}
	if len(lacking) == 0 {
		return "No node meets its requirements. Compare what `pod` and its volumes require of a node with the nodes that exist."
	}
	slices.Sort(lacking)
	return "No suitable node has enough left of: " + strings.Join(lacking, ", ") + ". Request less with `cpu`, `memory`, `limits` or `requests`, or add nodes."
}

func gatedText(f Facts, _ finding) string {
	var names []string
	for _, gate := range f.Pod.Spec.SchedulingGates {
		names = append(names, gate.Name)
	}
	if len(names) == 0 {
		return "a scheduling gate holds it back"
	}
	return "scheduling gates hold it back: " + strings.Join(names, ", ")
}

func gatedAdvice(Facts, finding) string {
	return "A controller removes the gates when the instance may run. Check that controller, or remove `schedulingGates` from `pod`."
}

func resizeText(what string) func(Facts, finding) string {
	return func(f Facts, found finding) string { return what + ": " + f.reasonAnd(found.name, found.detail) }
}
