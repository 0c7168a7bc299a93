package manifest

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// readVolumes reads the volumes of which volumes can say all: mounted once by the
// main container, and with a source that it knows. Whether other containers
// mount them too is those containers' affair.
func readVolumes(pod *corev1.Pod, keep func(corev1.Volume, corev1.VolumeMount) bool) types.Map {
	values := map[string]attr.Value{}
	for _, volume := range pod.Spec.Volumes {
		mounts := mountsOf(pod, volume.Name)
		if len(mounts) != 1 || !validate.IsMountPath(mounts[0].MountPath) || !keep(volume, mounts[0]) {
			continue
		}
		if v := readVolume(volume, mounts[0]); coversAll(v, volume, mounts[0]) {
			values[volume.Name] = v.Object()
		}
	}
	return model.MapOrNull(model.VolumeType(), values)
}

// declaredVolumes reads the volumes that were declared, whatever else is said of
// them. Of several mounts it is the one at the declared path that counts.
func declaredVolumes(pod *corev1.Pod, prior types.Map) types.Map {
	if prior.IsUnknown() {
		return readVolumes(pod, func(corev1.Volume, corev1.VolumeMount) bool { return true })
	}
	values, declared := map[string]attr.Value{}, prior.Elements()
	for _, volume := range pod.Spec.Volumes {
		was, _ := model.AttributesOf(declared[volume.Name])
		mounts := mountsOf(pod, volume.Name)
		for i, mount := range mounts {
			if i == 0 || types.StringValue(mount.MountPath).Equal(was["mount_path"]) {
				values[volume.Name] = readVolume(volume, mount).Object()
			}
		}
	}
	return model.AsDeclared(model.MapOrNull(model.VolumeType(), values), prior, model.VolumeType())
}

func mountsOf(pod *corev1.Pod, volume string) []corev1.VolumeMount {
	var mounts []corev1.VolumeMount
	for _, mount := range MainContainer(pod).VolumeMounts {
		if mount.Name == volume {
			mounts = append(mounts, mount)
		}
	}
	return mounts
}

func readVolume(volume corev1.Volume, mount corev1.VolumeMount) model.Volume {
	v := model.NewVolume()
	v.MountPath = types.StringValue(mount.MountPath)
	v.SubPath = model.TextOrNull(mount.SubPath)
	v.ReadOnly = types.BoolValue(mount.ReadOnly)
	switch source := volume.VolumeSource; {
	case source.PersistentVolumeClaim != nil:
		v.Claim = types.StringValue(source.PersistentVolumeClaim.ClaimName)
	case source.ConfigMap != nil:
		v.ConfigMap = types.StringValue(source.ConfigMap.Name)
		v.Items, v.Mode = readItems(source.ConfigMap.Items), model.ReadMode(source.ConfigMap.DefaultMode)
		v.Optional = types.BoolValue(ptr.Deref(source.ConfigMap.Optional, false))
	case source.Secret != nil:
		v.Secret = types.StringValue(source.Secret.SecretName)
		v.Items, v.Mode = readItems(source.Secret.Items), model.ReadMode(source.Secret.DefaultMode)
		v.Optional = types.BoolValue(ptr.Deref(source.Secret.Optional, false))
	case source.EmptyDir != nil:
		v.EmptyDir = types.StringValue(MediumDisk)
		if source.EmptyDir.Medium != corev1.StorageMediumDefault {
			v.EmptyDir = types.StringValue(string(source.EmptyDir.Medium))
		}
		if size := source.EmptyDir.SizeLimit; size != nil {
			v.Size = fwtypes.NewQuantity(size.String())
		}
	case source.HostPath != nil:
		v.HostPath = types.StringValue(source.HostPath.Path)
	}
	return v
}

func readItems(items []corev1.KeyToPath) types.Map {
	paths := map[string]attr.Value{}
	for _, item := range items {
		paths[item.Key] = types.StringValue(item.Path)
	}
	return model.MapOrNull(types.StringType, paths)
}

// coversAll reports whether what was read means just what is there.
func coversAll(v model.Volume, volume corev1.Volume, mount corev1.VolumeMount) bool {
	source := volume.VolumeSource.DeepCopy()
	switch {
	case source.ConfigMap != nil:
		source.ConfigMap.Optional = onlyTrue(v.Optional)
		slices.SortFunc(source.ConfigMap.Items, byKey)
	case source.Secret != nil:
		source.Secret.Optional = onlyTrue(v.Optional)
		slices.SortFunc(source.Secret.Items, byKey)
	}
	return equality.Semantic.DeepEqual(desiredVolumeSource(v), *source) &&
		equality.Semantic.DeepEqual(desiredMount(volume.Name, v), plainMount(mount))
}

// plainMount leaves out defaults that hashicorp/kubernetes and others write down.
func plainMount(mount corev1.VolumeMount) corev1.VolumeMount {
	if ptr.Deref(mount.MountPropagation, "") == corev1.MountPropagationNone {
		mount.MountPropagation = nil
	}
	if ptr.Deref(mount.RecursiveReadOnly, "") == corev1.RecursiveReadOnlyDisabled {
		mount.RecursiveReadOnly = nil
	}
	return mount
}

func byKey(a, b corev1.KeyToPath) int { return strings.Compare(a.Key, b.Key) }
