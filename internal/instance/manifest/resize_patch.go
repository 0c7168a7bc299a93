package manifest

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// ResizePatch is a strategic merge patch, which changes that one container and
// leaves the rest of the list alone. The UID makes it fail on a namesake.
func ResizePatch(pod *corev1.Pod, want Size) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"uid": pod.UID},
		"spec": map[string]any{"containers": []any{map[string]any{
			"name":      MainContainer(pod).Name,
			"resources": corev1.ResourceRequirements{Limits: orNil(want.Limits), Requests: orNil(want.Requests)},
		}}},
	}
}

// ResizedFields are the fields of a container that a resize changes.
func ResizedFields(container string, had, want Size) []fieldpath.Path {
	var fields []fieldpath.Path
	for _, list := range []struct {
		name      string
		had, want corev1.ResourceList
	}{{"limits", had.Limits, want.Limits}, {"requests", had.Requests, want.Requests}} {
		for _, name := range slices.Sorted(maps.Keys(list.want)) {
			if amount := list.want[name]; amount.Cmp(list.had[name]) != 0 {
				fields = append(fields, fieldpath.MakePathOrDie("spec", "containers", fieldpath.KeyByFields("name", container), "resources", list.name, string(name)))
			}
		}
	}
	return fields
}
