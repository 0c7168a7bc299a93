package manifest

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// MediumDisk is what Kubernetes writes as no medium at all.
const MediumDisk = "Disk"

// desiredVolumes are the Pod's volumes and the main container's mounts, in the
// order of their names.
func desiredVolumes(ctx context.Context, declared types.Map) ([]corev1.Volume, []corev1.VolumeMount, diag.Diagnostics) {
	byName, diags := model.EntriesAs[model.Volume](ctx, declared)
	var volumes []corev1.Volume
	var mounts []corev1.VolumeMount
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		v := byName[name]
		volumes = append(volumes, corev1.Volume{Name: name, VolumeSource: desiredVolumeSource(v)})
		mounts = append(mounts, desiredMount(name, v))
	}
	return volumes, mounts, diags
}

func desiredMount(name string, v model.Volume) corev1.VolumeMount {
	return corev1.VolumeMount{
		Name:      name,
		MountPath: v.MountPath.ValueString(),
		SubPath:   v.SubPath.ValueString(),
		ReadOnly:  v.ReadOnly.ValueBool(),
	}
}

// desiredVolumeSource sends all sources that are declared, so that the API server
// refuses what wasn't known to be too many when it was validated.
func desiredVolumeSource(v model.Volume) corev1.VolumeSource {
	var source corev1.VolumeSource
	if !v.Claim.IsNull() {
		source.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: v.Claim.ValueString()}
	}
	if !v.ConfigMap.IsNull() {
		source.ConfigMap = &corev1.ConfigMapVolumeSource{Items: desiredItems(v.Items), DefaultMode: model.DesiredMode(v.Mode), Optional: onlyTrue(v.Optional)}
		source.ConfigMap.Name = v.ConfigMap.ValueString()
	}
	if !v.Secret.IsNull() {
		source.Secret = &corev1.SecretVolumeSource{SecretName: v.Secret.ValueString(), Items: desiredItems(v.Items), DefaultMode: model.DesiredMode(v.Mode), Optional: onlyTrue(v.Optional)}
	}
	if !v.EmptyDir.IsNull() {
		source.EmptyDir = &corev1.EmptyDirVolumeSource{}
		if medium := v.EmptyDir.ValueString(); medium != MediumDisk {
			source.EmptyDir.Medium = corev1.StorageMedium(medium)
		}
		if size, known := v.Size.Known(); known {
			source.EmptyDir.SizeLimit = &size
		}
	}
	if !v.HostPath.IsNull() {
		source.HostPath = &corev1.HostPathVolumeSource{Path: v.HostPath.ValueString(), Type: ptr.To(corev1.HostPathUnset)}
	}
	return source
}

func desiredItems(items types.Map) []corev1.KeyToPath {
	paths := fw.StringMap(items)
	var sent []corev1.KeyToPath
	for _, key := range slices.Sorted(maps.Keys(paths)) {
		sent = append(sent, corev1.KeyToPath{Key: key, Path: paths[key]})
	}
	return sent
}
