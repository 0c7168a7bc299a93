package instance

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// generatedPod is a Pod with any field of a Pod set or missing, and odd amounts, as
// the API server may have it: names are unique, amounts aren't negative and no finer
// than a thousandth, and defaults are filled in.
func generatedPod(data []byte) *corev1.Pod {
	made := 0
	amounts := []string{"0", "1m", "1", "1500m", "0.5k", "1e3", "12E-1", "1023", "1025Ki", "1.5Gi", "100k", "7Ei", "9E"}
	resources := []corev1.ResourceName{"cpu", "memory", "ephemeral-storage", "nvidia.com/gpu", "hugepages-2Mi", "example.com/thing"}
	fill := randfill.NewFromGoFuzz(data).NilChance(0.4).NumElements(0, 3).Funcs(
		func(s *string, c randfill.Continue) {
			made++
			*s = fmt.Sprintf("%s%d", []string{"a", "no ", "-", "é \"quoted\" ", "$(X) ", "line\nbreak ", "{", "# ", "1e", "/"}[c.Intn(10)], made)
		},
		func(q *resource.Quantity, c randfill.Continue) {
			*q = resource.MustParse(amounts[c.Intn(len(amounts))])
		},
		func(n *corev1.ResourceName, c randfill.Continue) { *n = resources[c.Intn(len(resources))] },
		func(i *intstr.IntOrString, c randfill.Continue) {
			*i = intstr.FromInt32(1 + c.Int31n(60000))
			if c.Bool() {
				made++
				*i = intstr.FromString(fmt.Sprintf("port%d", made))
			}
		},
		onlyOneSource,
		onlyOneValue,
		func(m *metav1.ObjectMeta, c randfill.Continue) { c.Fill(&m.Labels); c.Fill(&m.Annotations) },
	)
	pod := &corev1.Pod{}
	fill.Fill(&pod.ObjectMeta)
	fill.Fill(&pod.Spec)
	fill.Fill(&pod.Status)
	pod.Namespace, pod.Name, pod.UID = "dev", "web", "uid-1"
	main := corev1.Container{Name: "main"}
	for _, part := range []any{&main.Image, &main.Command, &main.Args, &main.Env, &main.Ports, &main.Resources, &main.SecurityContext, &main.Lifecycle, &main.EnvFrom} {
		fill.Fill(part)
	}
	for _, probe := range []**corev1.Probe{&main.LivenessProbe, &main.ReadinessProbe, &main.StartupProbe} {
		if fill.Fill(probe); *probe != nil {
			onlyOneHandler(*probe)
		}
	}
	for _, volume := range pod.Spec.Volumes {
		mount := corev1.VolumeMount{Name: volume.Name}
		fill.Fill(&mount.MountPath)
		var further bool
		if fill.Fill(&further); further {
			fill.Fill(&mount.SubPath)
			fill.Fill(&mount.ReadOnly)
			fill.Fill(&mount.MountPropagation)
		}
		main.VolumeMounts = append(main.VolumeMounts, mount)
	}
	pod.Spec.Containers = append([]corev1.Container{main}, pod.Spec.Containers...)
	pod.Spec.RestartPolicy = ""
	pod.Spec = podspec.WithDefaults(pod.Spec)
	return pod
}

// onlyOneHandler leaves a probe one way to ask.
func onlyOneHandler(probe *corev1.Probe) {
	switch h := &probe.ProbeHandler; {
	case h.HTTPGet != nil:
		h.TCPSocket, h.GRPC, h.Exec = nil, nil, nil
	case h.TCPSocket != nil:
		h.GRPC, h.Exec = nil, nil
	case h.GRPC != nil:
		h.Exec = nil
	case h.Exec == nil:
		h.Exec = &corev1.ExecAction{Command: []string{"true"}}
	}
}

// onlyOneValue leaves a variable a text or one source.
func onlyOneValue(v *corev1.EnvVar, c randfill.Continue) {
	c.Fill(&v.Name)
	from := &corev1.EnvVarSource{}
	switch c.Intn(6) {
	case 0:
		c.Fill(&from.FieldRef)
	case 1:
		c.Fill(&from.ResourceFieldRef)
	case 2:
		from.ConfigMapKeyRef = &corev1.ConfigMapKeySelector{Key: v.Name}
		c.Fill(&from.ConfigMapKeyRef.Name)
		c.Fill(&from.ConfigMapKeyRef.Optional)
	case 3:
		from.SecretKeyRef = &corev1.SecretKeySelector{Key: v.Name}
		c.Fill(&from.SecretKeyRef.Name)
		c.Fill(&from.SecretKeyRef.Optional)
	case 4:
		c.Fill(&from.FileKeyRef)
	}
	if *from == (corev1.EnvVarSource{}) {
		c.Fill(&v.Value)
		return
	}
	v.ValueFrom = from
}

// onlyOneSource leaves a volume one source, and often one that attributes can say.
func onlyOneSource(v *corev1.Volume, c randfill.Continue) {
	c.Fill(&v.Name)
	switch c.Intn(6) {
	case 0:
		v.EmptyDir = &corev1.EmptyDirVolumeSource{}
		c.FillNoCustom(v.EmptyDir)
	case 1:
		v.ConfigMap = &corev1.ConfigMapVolumeSource{}
		c.FillNoCustom(v.ConfigMap)
	case 2:
		v.Secret = &corev1.SecretVolumeSource{}
		c.FillNoCustom(v.Secret)
	case 3:
		v.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{}
		c.FillNoCustom(v.PersistentVolumeClaim)
	case 4:
		v.HostPath = &corev1.HostPathVolumeSource{}
		c.FillNoCustom(v.HostPath)
	case 5:
		v.Projected = &corev1.ProjectedVolumeSource{}
		c.FillNoCustom(v.Projected)
	}
}

// FuzzRoundTrip imports whatever Pod there may be, and holds that what is declared
// then is still declared at a second look, and is what a Pod made of it has.
func FuzzRoundTrip(f *testing.F) {
	for seed := range int64(40) {
		data := make([]byte, 8192)
		rand.New(rand.NewSource(seed)).Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		pod := generatedPod(data)
		first, limited, diags := manifest.Imported(t.Context(), pod, "us", fw.Defaults{Labels: map[string]string{"stage": "dev"}})
		if diags.HasError() {
			t.Fatal(diags)
		}
		sameModel(t, "a second look at what was imported", first, manifest.Observed(pod, first, limited))
		_ = planning.LastSeenOf(pod, power.State{})

		made, diags := manifest.Desired(t.Context(), first, manifest.Options{Nonce: "nonce"})
		if diags.HasError() {
			t.Fatal(diags)
		}
		made.UID, made.Status, made.Spec.NodeName = pod.UID, pod.Status, pod.Spec.NodeName
		made.Spec = podspec.WithDefaults(made.Spec)
		sameModel(t, "what was made of the import", first, manifest.Observed(made, first, limited))
	})
}

// sameModel compares what two models mean.
func sameModel(t *testing.T, what string, want, got model.Instance) {
	t.Helper()
	for _, entries := range []struct {
		name      string
		want, got interface{ String() string }
		same      bool
	}{
		{"env_value_from", want.EnvValueFrom, got.EnvValueFrom, model.SameEntries(want.EnvValueFrom, got.EnvValueFrom)},
		{"health_checks", want.HealthChecks, got.HealthChecks, model.SameEntries(want.HealthChecks, got.HealthChecks)},
		{"volumes", want.Volumes, got.Volumes, model.SameEntries(want.Volumes, got.Volumes)},
	} {
		if !entries.same {
			t.Errorf("%s: %s is %s, and was %s", what, entries.name, entries.got, entries.want)
		}
	}
	if !got.Pod.Equal(want.Pod) {
		was, _ := podspec.Decode(want.Pod)
		is, _ := podspec.Decode(got.Pod)
		t.Errorf("%s: pod differs in %v, or in its order alone", what, podspec.ChangedPaths(was, is, corev1.PodSpec{}))
	}
	got.Pod = want.Pod
	got.EnvValueFrom, got.HealthChecks, got.Volumes = want.EnvValueFrom, want.HealthChecks, want.Volumes
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}
