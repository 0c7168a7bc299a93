package instance

import (
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// observedNow reads a Pod for the data source: all of it, and how it fares at
// this moment.
func observedNow(pod *corev1.Pod) dataSourceModel {
	pod = kube.KeptPod(pod)
	m := dataSourceModel{
		model:           everything(pod),
		Ready:           types.BoolValue(conditionOf(pod, corev1.PodReady).Status == corev1.ConditionTrue),
		Reason:          textOrNull(reasonOf(pod)),
		QoSClass:        textOrNull(string(pod.Status.QOSClass)),
		StartedAt:       timeOrNull(pod.Status.StartTime),
		Conditions:      readConditions(pod.Status.Conditions),
		LastTermination: types.ObjectNull(terminationTypes()),
		Restarts:        types.Int64Value(0),
	}
	if c := statusByName(pod.Status.ContainerStatuses, mainContainer(pod).Name); c != nil {
		m.Restarts = types.Int64Value(int64(c.RestartCount))
		if t := lastTermination(*c); t != nil {
			m.LastTermination = terminationModel{
				Reason:     textOrNull(t.Reason),
				ExitCode:   types.Int64Value(int64(t.ExitCode)),
				FinishedAt: timeOrNull(&t.FinishedAt),
			}.object()
		}
	}
	return m
}

// reasonOf is the most telling reason why a Pod isn't well: the Pod's own, then
// its containers', then that of the first condition which doesn't hold.
func reasonOf(pod *corev1.Pod) string {
	if pod.Status.Reason != "" {
		return pod.Status.Reason
	}
	if pod.Status.Phase == corev1.PodSucceeded || conditionOf(pod, corev1.PodReady).Status == corev1.ConditionTrue {
		return ""
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "":
			return c.State.Waiting.Reason
		case c.State.Terminated != nil && c.State.Terminated.ExitCode != 0:
			return c.State.Terminated.Reason
		}
	}
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
		if c := conditionOf(pod, kind); c.Status == corev1.ConditionFalse && c.Reason != "" {
			return c.Reason
		}
	}
	return ""
}

func readConditions(conditions []corev1.PodCondition) types.Map {
	values := map[string]attr.Value{}
	for _, c := range conditions {
		values[string(c.Type)] = conditionModel{
			Status:    types.StringValue(string(c.Status)),
			Reason:    textOrNull(c.Reason),
			ChangedAt: timeOrNull(&c.LastTransitionTime),
		}.object()
	}
	return mapOrNull(conditionType(), values)
}

func timeOrNull(t *metav1.Time) types.String {
	if t == nil || t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}
