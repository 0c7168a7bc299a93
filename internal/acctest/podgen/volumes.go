package podgen

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func (g *Generator) volume() corev1.Volume {
	v := corev1.Volume{Name: g.name("v")}
	mode := maybe[int32](g, 0o400, 0o644, 0o777)
	settings := corev1.LocalObjectReference{Name: "settings"}
	switch g.r.IntN(12) {
	case 0:
		v.EmptyDir = &corev1.EmptyDirVolumeSource{Medium: pick(g, "", corev1.StorageMediumMemory)}
		if g.one(2) {
			v.EmptyDir.SizeLimit = ptr.To(resource.MustParse(pick(g, "1Gi", "1.5Gi")))
		}
	case 1:
		v.ConfigMap = &corev1.ConfigMapVolumeSource{LocalObjectReference: settings, DefaultMode: mode, Optional: ptr.To(true), Items: some(g, 2, g.item)}
	case 2:
		v.Secret = &corev1.SecretVolumeSource{SecretName: "settings", DefaultMode: mode, Optional: ptr.To(true), Items: some(g, 2, g.item)}
	case 3:
		v.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data", ReadOnly: g.one(3)}
	case 4:
		v.HostPath = &corev1.HostPathVolumeSource{Path: pick(g, "/tmp", "/var/log"), Type: maybe(g, corev1.HostPathUnset, corev1.HostPathDirectory)}
	case 5:
		v.DownwardAPI = &corev1.DownwardAPIVolumeSource{DefaultMode: mode, Items: []corev1.DownwardAPIVolumeFile{{Path: "labels", FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels"}, Mode: mode}}}
	case 6:
		v.Projected = &corev1.ProjectedVolumeSource{DefaultMode: mode, Sources: []corev1.VolumeProjection{
			{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: settings, Optional: ptr.To(true)}},
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token", Audience: pick(g, "", "vault"), ExpirationSeconds: maybe[int64](g, 3600, 7200)}},
		}}
	case 7:
		v.CSI = &corev1.CSIVolumeSource{Driver: "csi.example.com", ReadOnly: maybe(g, true, false), FSType: maybe(g, "ext4"), VolumeAttributes: map[string]string{"a": g.text()}}
	case 8:
		v.NFS = &corev1.NFSVolumeSource{Server: "nfs.example.com", Path: "/srv", ReadOnly: g.one(2)}
	case 9:
		v.Ephemeral = &corev1.EphemeralVolumeSource{VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{
			ObjectMeta: metav1.ObjectMeta{Labels: g.labels()},
			Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, StorageClassName: maybe(g, "", "fast"),
				Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
			},
		}}
	case 10:
		v.Image = &corev1.ImageVolumeSource{Reference: Image, PullPolicy: pick(g, "", corev1.PullAlways)}
	case 11:
		v.ISCSI = &corev1.ISCSIVolumeSource{TargetPortal: "10.0.0.1", IQN: "iqn.2001-04.com.example:a", Lun: 1}
	}
	return v
}

func (g *Generator) item() corev1.KeyToPath {
	return corev1.KeyToPath{Key: g.name("key"), Path: pick(g, "a", "b/c", "..data-x"[2:]) + g.name(""), Mode: maybe[int32](g, 0o400)}
}
