package manifest

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// TestImported_readsSurroundingsAsUsuallyWritten holds that what the provider
// wrote imports without the defaults, and what others added not at all.
func TestImported_readsSurroundingsAsUsuallyWritten(t *testing.T) {
	ours := `{"f:spec":{"f:serviceAccountName":{},"f:containers":{"k:{\"name\":\"app\"}":{"f:livenessProbe":{},"f:startupProbe":{},"f:readinessProbe":{},
"f:env":{"k:{\"name\":\"A_URL\"}":{},"k:{\"name\":\"PLAIN\"}":{},"k:{\"name\":\"Z_PASSWORD\"}":{},"k:{\"name\":\"DATABASE\"}":{},"k:{\"name\":\"FLAGS\"}":{},"k:{\"name\":\"POD_IP\"}":{},"k:{\"name\":\"TEAM\"}":{},"k:{\"name\":\"CPU\"}":{},"k:{\"name\":\"MEMORY\"}":{},"k:{\"name\":\"STORAGE\"}":{}},
"f:volumeMounts":{"k:{\"mountPath\":\"/var/lib/db\"}":{},"k:{\"mountPath\":\"/etc/web\"}":{},"k:{\"mountPath\":\"/etc/tls\"}":{},"k:{\"mountPath\":\"/etc/plain\"}":{},"k:{\"mountPath\":\"/etc/short\"}":{},"k:{\"mountPath\":\"/tmp\"}":{},"k:{\"mountPath\":\"/cache\"}":{},"k:{\"mountPath\":\"/pages\"}":{},"k:{\"mountPath\":\"/logs\"}":{}}}},
"f:volumes":{"k:{\"name\":\"data\"}":{},"k:{\"name\":\"conf\"}":{},"k:{\"name\":\"tls\"}":{},"k:{\"name\":\"plain\"}":{},"k:{\"name\":\"short\"}":{},"k:{\"name\":\"tmp\"}":{},"k:{\"name\":\"cache\"}":{},"k:{\"name\":\"pages\"}":{},"k:{\"name\":\"logs\"}":{}}}}`
	for name, m := range fixture.Surrounded() {
		t.Run(name, func(t *testing.T) {
			pod := fixture.Visited(t)(Desired(t.Context(), m, Options{Nonce: "nonce"}))
			pod.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "us", Operation: "Update", FieldsV1: metav1.NewFieldsV1(ours)}}
			got, _, _ := Imported(t.Context(), pod, "us", fw.Defaults{})
			want := fixture.Stateful(t, m).Instance
			for _, entries := range []struct{ want, got *types.Map }{{&want.EnvValueFrom, &got.EnvValueFrom}, {&want.HealthChecks, &got.HealthChecks}, {&want.Volumes, &got.Volumes}} {
				if !model.SameEntries(*entries.want, *entries.got) {
					t.Errorf("got %s, want what means the same as %s", entries.got, entries.want)
				}
			}
			if !got.ServiceAccount.Equal(want.ServiceAccount) {
				t.Errorf("service account %s", got.ServiceAccount)
			}
			for _, m := range []types.Map{got.EnvValueFrom, got.HealthChecks, got.Volumes} {
				for key, value := range m.Elements() {
					says, _ := model.AttributesOf(value)
					for attribute, said := range says {
						if otherwise := model.DefaultOf(attribute); otherwise != nil && said.Equal(otherwise) {
							t.Errorf("%s says the default of %s", key, attribute)
						}
					}
				}
			}
		})
	}
}

// TestImported_leavesOutWhatItCantSay holds that an entry is read as a whole or
// not at all.
func TestImported_leavesOutWhatItCantSay(t *testing.T) {
	foreign := func(change func(*corev1.Pod)) model.Instance {
		m := fixture.Surrounded()["volumes"]
		m.HealthChecks = fixture.Surrounded()["health-checks"].HealthChecks
		pod := fixture.Visited(t)(Desired(t.Context(), m, Options{Nonce: "nonce"}))
		change(pod)
		got, _, _ := Imported(t.Context(), pod, "us", fw.Defaults{})
		return got
	}
	for name, change := range map[string]func(*corev1.Pod){
		"data": func(p *corev1.Pod) { fixture.Mount(p, "data").SubPathExpr = "$(POD)" },
		"conf": func(p *corev1.Pod) { fixture.Volume(p, "conf").ConfigMap.Items[0].Mode = ptr.To[int32](0o400) },
		"tls": func(p *corev1.Pod) {
			fixture.Mount(p, "tls").RecursiveReadOnly = ptr.To(corev1.RecursiveReadOnlyEnabled)
		},
		"plain": func(p *corev1.Pod) {
			fixture.Volume(p, "plain").VolumeSource = corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}
		},
		"short": func(p *corev1.Pod) {
			fixture.Volume(p, "short").Secret.Items = []corev1.KeyToPath{{Key: "a", Path: "b"}, {Key: "a", Path: "c"}}
		},
		"tmp": func(p *corev1.Pod) {
			fixture.App(p).VolumeMounts = append(fixture.App(p).VolumeMounts, corev1.VolumeMount{Name: "tmp", MountPath: "/again"})
		},
		"cache": func(p *corev1.Pod) { fixture.Mount(p, "cache").Name = "data" },
		"logs":  func(p *corev1.Pod) { fixture.Volume(p, "logs").HostPath.Type = ptr.To(corev1.HostPathDirectory) },
	} {
		if _, read := foreign(change).Volumes.Elements()[name]; read {
			t.Errorf("the volume %s was read though there is more to it", name)
		}
		if _, read := foreign(func(*corev1.Pod) {}).Volumes.Elements()[name]; !read {
			t.Errorf("the volume %s wasn't read", name)
		}
	}
	for name, change := range map[string]func(*corev1.Pod){
		model.CheckLiveness: func(p *corev1.Pod) {
			fixture.App(p).LivenessProbe.HTTPGet.HTTPHeaders = []corev1.HTTPHeader{{Name: "A"}}
		},
		model.CheckReadiness: func(p *corev1.Pod) { fixture.App(p).ReadinessProbe.TCPSocket.Host = "other" },
		model.CheckStartup:   func(p *corev1.Pod) { fixture.App(p).StartupProbe.TerminationGracePeriodSeconds = ptr.To[int64](5) },
	} {
		if _, read := foreign(change).HealthChecks.Elements()[name]; read {
			t.Errorf("the check %s was read though there is more to it", name)
		}
		if _, read := foreign(func(*corev1.Pod) {}).HealthChecks.Elements()[name]; !read {
			t.Errorf("the check %s wasn't read", name)
		}
	}
	unsorted := foreign(func(p *corev1.Pod) { slices.Reverse(fixture.Volume(p, "conf").ConfigMap.Items) })
	if _, read := unsorted.Volumes.Elements()["conf"]; !read {
		t.Error("items in another order weren't read")
	}
}

func TestImportedServiceAccount(t *testing.T) {
	for _, c := range []struct {
		name  string
		token *bool
		want  types.String
	}{
		{"default", nil, types.StringNull()},
		{"default", ptr.To(false), types.StringNull()},
		{"default", ptr.To(true), fixture.Str("default")},
		{"deployer", nil, fixture.Str("deployer")},
		{"", nil, types.StringNull()},
	} {
		pod := &corev1.Pod{Spec: corev1.PodSpec{ServiceAccountName: c.name, AutomountServiceAccountToken: c.token}}
		if got := importedServiceAccount(pod); !got.Equal(c.want) {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
