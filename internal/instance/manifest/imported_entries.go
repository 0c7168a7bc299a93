package manifest

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// importedChecks are those that the manager wrote, of which health_checks can say
// all.
func importedChecks(c corev1.Container, own *Owned) types.Map {
	fields := map[string]string{model.CheckLiveness: "livenessProbe", model.CheckReadiness: "readinessProbe", model.CheckStartup: "startupProbe"}
	values := map[string]attr.Value{}
	for name, check := range readChecks(c).Elements() {
		if own.Has("spec", "containers", fieldpath.KeyByFields("name", c.Name), fields[name]) {
			values[name] = check
		}
	}
	return model.MapOrNull(model.CheckType(), values)
}

// importedVolumes are those that the manager wrote and mounted, of which volumes
// can say all.
func importedVolumes(pod *corev1.Pod, own *Owned) types.Map {
	container := MainContainer(pod).Name
	return readVolumes(pod, func(volume corev1.Volume, mount corev1.VolumeMount) bool {
		return own.Has("spec", "volumes", fieldpath.KeyByFields("name", volume.Name)) &&
			own.Has("spec", "containers", fieldpath.KeyByFields("name", container), "volumeMounts", fieldpath.KeyByFields("mountPath", mount.MountPath))
	})
}
