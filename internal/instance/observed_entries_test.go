package instance

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	resourceapi "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// app is the main container of a visited Pod.
func app(pod *corev1.Pod) *corev1.Container { return &pod.Spec.Containers[1] }

func volume(pod *corev1.Pod, name string) *corev1.Volume {
	i := slices.IndexFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == name })
	return &pod.Spec.Volumes[i]
}

func mount(pod *corev1.Pod, name string) *corev1.VolumeMount {
	i := slices.IndexFunc(app(pod).VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == name })
	return &app(pod).VolumeMounts[i]
}

func variable(pod *corev1.Pod, name string) *corev1.EnvVar {
	i := slices.IndexFunc(app(pod).Env, func(v corev1.EnvVar) bool { return v.Name == name })
	return &app(pod).Env[i]
}

func TestObserved_seesDriftOfSurroundings(t *testing.T) {
	for title, c := range map[string]struct {
		model  string
		change func(*corev1.Pod)
		want   func(*model)
	}{
		"another account": {"env-value-from", func(p *corev1.Pod) { p.Spec.ServiceAccountName = "other" }, func(m *model) { m.ServiceAccount = str("other") }},
		"no account":      {"env-value-from", func(p *corev1.Pod) { p.Spec.ServiceAccountName = defaultServiceAccount }, func(m *model) { m.ServiceAccount = str("default") }},
		"an account where none was named": {
			"volumes", func(p *corev1.Pod) { p.Spec.ServiceAccountName = "other" }, func(m *model) { m.ServiceAccount = str("other") },
		},
		"another key": {"env-value-from", func(p *corev1.Pod) { variable(p, "Z_PASSWORD").ValueFrom.SecretKeyRef.Key = "old" }, func(m *model) {
			m.EnvValueFrom = edited(m.EnvValueFrom, variableType(), "Z_PASSWORD", "key", str("old"))
		}},
		"needed no more": {"env-value-from", func(p *corev1.Pod) { variable(p, "FLAGS").ValueFrom.SecretKeyRef.Optional = ptr.To(true) }, func(m *model) {
			m.EnvValueFrom = edited(m.EnvValueFrom, variableType(), "FLAGS", "optional", types.BoolValue(true))
		}},
		"another divisor": {"env-value-from", func(p *corev1.Pod) {
			variable(p, "MEMORY").ValueFrom.ResourceFieldRef.Divisor = resourceapi.MustParse("1Gi")
		}, func(m *model) {
			m.EnvValueFrom = edited(m.EnvValueFrom, variableType(), "MEMORY", "divisor", fwtypes.NewQuantity("1Gi"))
		}},
		"a literal instead": {"env-value-from", func(p *corev1.Pod) { *variable(p, "POD_IP") = corev1.EnvVar{Name: "POD_IP", Value: "1"} }, func(m *model) {
			m.EnvValueFrom = dropped(m.EnvValueFrom, variableType(), "POD_IP")
		}},
		"another container's memory": {"env-value-from", func(p *corev1.Pod) { variable(p, "MEMORY").ValueFrom.ResourceFieldRef.ContainerName = "sidecar" }, func(m *model) {
			m.EnvValueFrom = dropped(m.EnvValueFrom, variableType(), "MEMORY")
		}},
		"no check": {"health-checks", func(p *corev1.Pod) { app(p).LivenessProbe = nil }, func(m *model) {
			m.HealthChecks = dropped(m.HealthChecks, checkType(), checkLiveness)
		}},
		"another threshold": {"health-checks", func(p *corev1.Pod) { app(p).LivenessProbe.FailureThreshold = 99 }, func(m *model) {
			m.HealthChecks = edited(m.HealthChecks, checkType(), checkLiveness, "failure_threshold", types.Int64Value(99))
		}},
		"another port": {"health-checks-full", func(p *corev1.Pod) { app(p).LivenessProbe.HTTPGet.Port.IntVal = 81 }, func(m *model) {
			m.HealthChecks = edited(m.HealthChecks, checkType(), checkLiveness, "http_port", str("81"))
		}},
		"another service": {"health-checks-full", func(p *corev1.Pod) { app(p).StartupProbe.GRPC.Service = ptr.To("x") }, func(m *model) {
			m.HealthChecks = edited(m.HealthChecks, checkType(), checkStartup, "grpc_service", str("x"))
		}},
		"no mount": {"volumes", func(p *corev1.Pod) { mount(p, "data").Name = "injected" }, func(m *model) {
			m.Volumes = dropped(m.Volumes, volumeType(), "data")
		}},
		"another mount path": {"volumes", func(p *corev1.Pod) { mount(p, "data").MountPath = "/x" }, func(m *model) {
			m.Volumes = edited(m.Volumes, volumeType(), "data", "mount_path", str("/x"))
		}},
		"another claim": {"volumes", func(p *corev1.Pod) { volume(p, "data").PersistentVolumeClaim.ClaimName = "x" }, func(m *model) {
			m.Volumes = edited(m.Volumes, volumeType(), "data", "claim", str("x"))
		}},
		"writable": {"volumes", func(p *corev1.Pod) { mount(p, "tls").ReadOnly = false }, func(m *model) {
			m.Volumes = edited(m.Volumes, volumeType(), "tls", "read_only", types.BoolValue(false))
		}},
		"a mode that was left out": {"volumes", func(p *corev1.Pod) { volume(p, "short").Secret.DefaultMode = ptr.To[int32](0o777) }, func(m *model) {
			m.Volumes = edited(m.Volumes, volumeType(), "short", "mode", str("0777"))
		}},
		"an item": {"volumes", func(p *corev1.Pod) { volume(p, "conf").ConfigMap.Items = volume(p, "conf").ConfigMap.Items[:1] }, func(m *model) {
			m.Volumes = edited(m.Volumes, volumeType(), "conf", "items", texted("a", "b"))
		}},
		"another size": {"volumes", func(p *corev1.Pod) { volume(p, "cache").EmptyDir.SizeLimit = ptr.To(resourceapi.MustParse("2Gi")) }, func(m *model) {
			m.Volumes = edited(m.Volumes, volumeType(), "cache", "size", fwtypes.NewQuantity("2Gi"))
		}},
		"another medium": {"volumes", func(p *corev1.Pod) { volume(p, "pages").EmptyDir.Medium = "" }, func(m *model) {
			m.Volumes = edited(m.Volumes, volumeType(), "pages", "empty_dir", str("Disk"))
		}},
	} {
		t.Run(title, func(t *testing.T) {
			prior := stateful(t, surrounded()[c.model]).model
			pod := visited(t)(desired(t.Context(), surrounded()[c.model], making{Nonce: "nonce"}))
			c.change(pod)
			want := prior
			c.want(&want)
			if diff := cmp.Diff(want, observed(pod, prior, nil)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
