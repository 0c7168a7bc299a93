package manifest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	resourceapi "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func TestObserved_seesDriftOfSurroundings(t *testing.T) {
	for title, c := range map[string]struct {
		model  string
		change func(*corev1.Pod)
		want   func(*model.Instance)
	}{
		"another account": {"env-value-from", func(p *corev1.Pod) { p.Spec.ServiceAccountName = "other" }, func(m *model.Instance) { m.ServiceAccount = fixture.Str("other") }},
		"no account":      {"env-value-from", func(p *corev1.Pod) { p.Spec.ServiceAccountName = defaultServiceAccount }, func(m *model.Instance) { m.ServiceAccount = fixture.Str("default") }},
		"an account where none was named": {
			"volumes", func(p *corev1.Pod) { p.Spec.ServiceAccountName = "other" }, func(m *model.Instance) { m.ServiceAccount = fixture.Str("other") },
		},
		"another key": {"env-value-from", func(p *corev1.Pod) { fixture.Variable(p, "Z_PASSWORD").ValueFrom.SecretKeyRef.Key = "old" }, func(m *model.Instance) {
			m.EnvValueFrom = fixture.Edited(m.EnvValueFrom, model.VariableType(), "Z_PASSWORD", "key", fixture.Str("old"))
		}},
		"needed no more": {"env-value-from", func(p *corev1.Pod) { fixture.Variable(p, "FLAGS").ValueFrom.SecretKeyRef.Optional = ptr.To(true) }, func(m *model.Instance) {
			m.EnvValueFrom = fixture.Edited(m.EnvValueFrom, model.VariableType(), "FLAGS", "optional", types.BoolValue(true))
		}},
		"another divisor": {"env-value-from", func(p *corev1.Pod) {
			fixture.Variable(p, "MEMORY").ValueFrom.ResourceFieldRef.Divisor = resourceapi.MustParse("1Gi")
		}, func(m *model.Instance) {
			m.EnvValueFrom = fixture.Edited(m.EnvValueFrom, model.VariableType(), "MEMORY", "divisor", fwtypes.NewQuantity("1Gi"))
		}},
		"a literal instead": {"env-value-from", func(p *corev1.Pod) { *fixture.Variable(p, "POD_IP") = corev1.EnvVar{Name: "POD_IP", Value: "1"} }, func(m *model.Instance) {
			m.EnvValueFrom = fixture.Dropped(m.EnvValueFrom, model.VariableType(), "POD_IP")
		}},
		"another container's memory": {"env-value-from", func(p *corev1.Pod) {
			fixture.Variable(p, "MEMORY").ValueFrom.ResourceFieldRef.ContainerName = "sidecar"
		}, func(m *model.Instance) {
			m.EnvValueFrom = fixture.Dropped(m.EnvValueFrom, model.VariableType(), "MEMORY")
		}},
		"no check": {"health-checks", func(p *corev1.Pod) { fixture.App(p).LivenessProbe = nil }, func(m *model.Instance) {
			m.HealthChecks = fixture.Dropped(m.HealthChecks, model.CheckType(), model.CheckLiveness)
		}},
		"another threshold": {"health-checks", func(p *corev1.Pod) { fixture.App(p).LivenessProbe.FailureThreshold = 99 }, func(m *model.Instance) {
			m.HealthChecks = fixture.Edited(m.HealthChecks, model.CheckType(), model.CheckLiveness, "failure_threshold", types.Int64Value(99))
		}},
		"another port": {"health-checks-full", func(p *corev1.Pod) { fixture.App(p).LivenessProbe.HTTPGet.Port.IntVal = 81 }, func(m *model.Instance) {
			m.HealthChecks = fixture.Edited(m.HealthChecks, model.CheckType(), model.CheckLiveness, "http_port", fixture.Str("81"))
		}},
		"another service": {"health-checks-full", func(p *corev1.Pod) { fixture.App(p).StartupProbe.GRPC.Service = ptr.To("x") }, func(m *model.Instance) {
			m.HealthChecks = fixture.Edited(m.HealthChecks, model.CheckType(), model.CheckStartup, "grpc_service", fixture.Str("x"))
		}},
		"no mount": {"volumes", func(p *corev1.Pod) { fixture.Mount(p, "data").Name = "injected" }, func(m *model.Instance) {
			m.Volumes = fixture.Dropped(m.Volumes, model.VolumeType(), "data")
		}},
		"another mount path": {"volumes", func(p *corev1.Pod) { fixture.Mount(p, "data").MountPath = "/x" }, func(m *model.Instance) {
			m.Volumes = fixture.Edited(m.Volumes, model.VolumeType(), "data", "mount_path", fixture.Str("/x"))
		}},
		"another claim": {"volumes", func(p *corev1.Pod) { fixture.Volume(p, "data").PersistentVolumeClaim.ClaimName = "x" }, func(m *model.Instance) {
			m.Volumes = fixture.Edited(m.Volumes, model.VolumeType(), "data", "claim", fixture.Str("x"))
		}},
		"writable": {"volumes", func(p *corev1.Pod) { fixture.Mount(p, "tls").ReadOnly = false }, func(m *model.Instance) {
			m.Volumes = fixture.Edited(m.Volumes, model.VolumeType(), "tls", "read_only", types.BoolValue(false))
		}},
		"a mode that was left out": {"volumes", func(p *corev1.Pod) { fixture.Volume(p, "short").Secret.DefaultMode = ptr.To[int32](0o777) }, func(m *model.Instance) {
			m.Volumes = fixture.Edited(m.Volumes, model.VolumeType(), "short", "mode", fixture.Str("0777"))
		}},
		"an item": {"volumes", func(p *corev1.Pod) {
			fixture.Volume(p, "conf").ConfigMap.Items = fixture.Volume(p, "conf").ConfigMap.Items[:1]
		}, func(m *model.Instance) {
			m.Volumes = fixture.Edited(m.Volumes, model.VolumeType(), "conf", "items", fixture.Texted("a", "b"))
		}},
		"another size": {"volumes", func(p *corev1.Pod) {
			fixture.Volume(p, "cache").EmptyDir.SizeLimit = ptr.To(resourceapi.MustParse("2Gi"))
		}, func(m *model.Instance) {
			m.Volumes = fixture.Edited(m.Volumes, model.VolumeType(), "cache", "size", fwtypes.NewQuantity("2Gi"))
		}},
		"another medium": {"volumes", func(p *corev1.Pod) { fixture.Volume(p, "pages").EmptyDir.Medium = "" }, func(m *model.Instance) {
			m.Volumes = fixture.Edited(m.Volumes, model.VolumeType(), "pages", "empty_dir", fixture.Str("Disk"))
		}},
	} {
		t.Run(title, func(t *testing.T) {
			prior := fixture.Stateful(t, fixture.Surrounded()[c.model]).Instance
			pod := fixture.Visited(t)(Desired(t.Context(), fixture.Surrounded()[c.model], Options{Nonce: "nonce"}))
			c.change(pod)
			want := prior
			c.want(&want)
			if diff := cmp.Diff(want, Observed(pod, prior, nil)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
