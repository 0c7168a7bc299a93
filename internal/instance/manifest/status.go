package manifest

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// StatusOf is the Pod's phase. The API server sets Pending on creation, so an
// empty one isn't seen in practice.
func StatusOf(pod *corev1.Pod) string {
	if pod.Status.Phase == "" {
		return model.StatusPending
	}
	return string(pod.Status.Phase)
}

// ReplacesOn reports whether replace_on names the status. If the restart policy is Always, a
// program isn't meant to finish, so Succeeded counts as Failed too.
func ReplacesOn(status string, m model.Resource) bool {
	replaceOn := model.Texts(m.ReplaceOn)
	if status == model.StatusSucceeded && !MayFinish(m.RestartPolicy.ValueString()) {
		return slices.Contains(replaceOn, model.StatusFailed) || slices.Contains(replaceOn, model.StatusSucceeded)
	}
	return slices.Contains(replaceOn, status)
}

func MayFinish(restartPolicy string) bool {
	return restartPolicy != string(corev1.RestartPolicyAlways)
}
