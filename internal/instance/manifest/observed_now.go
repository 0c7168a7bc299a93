package manifest

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// ObservedNow reads a Pod for the data source: all of it, and how it fares at
// this moment, by its events as well where these are known.
func ObservedNow(pod *corev1.Pod, events []corev1.Event, now time.Time) model.DataSource {
	problem := problemNow(pod, events, now)
	pod = kube.KeptPod(pod)
	m := model.DataSource{
		Instance:        ObservedAll(pod),
		Ready:           types.BoolValue(podhealth.Condition(pod, corev1.PodReady).Status == corev1.ConditionTrue),
		Reason:          model.TextOrNull(reasonOf(pod, problem.Cause)),
		Problem:         sentenceOrNull(problem.Text),
		Advice:          model.TextOrNull(problem.Advice),
		QoSClass:        model.TextOrNull(string(pod.Status.QOSClass)),
		StartedAt:       timeOrNull(pod.Status.StartTime),
		Conditions:      readConditions(pod.Status.Conditions),
		LastTermination: types.ObjectNull(model.TerminationTypes()),
		Restarts:        types.Int64Value(0),
	}
	if c := podhealth.StatusOf(pod.Status.ContainerStatuses, MainContainer(pod).Name); c != nil {
		m.Restarts = types.Int64Value(int64(c.RestartCount))
		if t := podhealth.LastEnd(*c); t != nil {
			m.LastTermination = model.Termination{
				Reason:     model.TextOrNull(t.Reason),
				ExitCode:   types.Int64Value(int64(t.ExitCode)),
				FinishedAt: timeOrNull(&t.FinishedAt),
			}.Object()
		}
	}
	return m
}

// problemNow is what is wrong with a Pod, in words that may be kept in a state.
func problemNow(pod *corev1.Pod, events []corev1.Event, now time.Time) podhealth.Problem {
	if pod.Status.Phase == model.StatusStopped {
		return podhealth.Problem{}
	}
	f := podhealth.Facts{Pod: pod, Events: events, Now: now, Kept: true}
	p := podhealth.Judge(f)
	if p.Cause == podhealth.None {
		p = podhealth.JudgeResize(f)
	}
	if p.Passing {
		return podhealth.Problem{}
	}
	return p
}

func sentenceOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(fw.Sentence(text))
}

// IsSuspect reports whether events may tell more of what is wrong with a Pod.
func IsSuspect(pod *corev1.Pod, now time.Time) bool {
	return problemNow(pod, nil, now).Cause != podhealth.None || podhealth.Suspects(podhealth.Facts{Pod: pod, Now: now})
}

// reasonOf is the most telling reason why a Pod isn't well: the Pod's own, then
// its containers', then that of the first condition which doesn't hold.
func reasonOf(pod *corev1.Pod, cause podhealth.Cause) string {
	switch {
	case pod.Status.Reason != "":
		return pod.Status.Reason
	case cause == podhealth.LoopByMemory && podhealth.IsReady(pod):
		return "OOMKilled"
	case cause.IsLoop() && podhealth.IsReady(pod):
		return "CrashLoopBackOff"
	}
	if pod.Status.Phase == corev1.PodSucceeded || podhealth.Condition(pod, corev1.PodReady).Status == corev1.ConditionTrue {
		return ""
	}
	for _, c := range podhealth.Statuses(pod) {
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "":
			return c.State.Waiting.Reason
		case c.State.Terminated != nil && c.State.Terminated.ExitCode != 0:
			return c.State.Terminated.Reason
		}
	}
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
		if c := podhealth.Condition(pod, kind); c.Status == corev1.ConditionFalse && c.Reason != "" {
			return c.Reason
		}
	}
	return ""
}

func readConditions(conditions []corev1.PodCondition) types.Map {
	values := map[string]attr.Value{}
	for _, c := range conditions {
		values[string(c.Type)] = model.Condition{
			Status:    types.StringValue(string(c.Status)),
			Reason:    model.TextOrNull(c.Reason),
			ChangedAt: timeOrNull(&c.LastTransitionTime),
		}.Object()
	}
	return model.MapOrNull(model.ConditionType(), values)
}

func timeOrNull(t *metav1.Time) types.String {
	if t == nil || t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}
