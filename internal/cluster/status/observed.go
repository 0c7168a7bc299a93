package status

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// countedStopped stands beside the phases of Pods in instance_counts.
const countedStopped = "Stopped"

// countedPhases are the phases of Pods that instance_counts always has.
func countedPhases() []corev1.PodPhase {
	return []corev1.PodPhase{corev1.PodPending, corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed, corev1.PodUnknown}
}

func ObservedUsage(uses map[string]Use) types.Map {
	values := map[string]attr.Value{}
	for name, u := range uses {
		values[name] = types.ObjectValueMust(useTypes(), map[string]attr.Value{
			"used":    fwtypes.NewQuantity(u.Used.String()),
			"hard":    fwtypes.NewQuantity(u.Hard.String()),
			"percent": types.Float64Value(u.Percent),
		})
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: useTypes()}, values)
}

func useTypes() map[string]attr.Type {
	return map[string]attr.Type{"used": fwtypes.QuantityType{}, "hard": fwtypes.QuantityType{}, "percent": types.Float64Type}
}

// ObservedCounts counts by status. What may not be listed is null, and not 0.
func ObservedCounts(c Census) types.Map {
	if c.PodsHidden {
		return types.MapNull(types.Int64Type)
	}
	counts := map[corev1.PodPhase]int64{}
	for _, pod := range c.Pods {
		phase := pod.Status.Phase
		if phase == "" {
			phase = corev1.PodPending
		}
		counts[phase]++
	}
	values := map[string]attr.Value{countedStopped: types.Int64Null()}
	if !c.TemplatesHidden {
		values[countedStopped] = types.Int64Value(int64(len(stoppedIn(c))))
	}
	for _, phase := range countedPhases() {
		values[string(phase)] = types.Int64Value(counts[phase])
	}
	return types.MapValueMust(types.Int64Type, values)
}
