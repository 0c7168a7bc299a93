package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	rschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func str(text string) types.String { return types.StringValue(text) }

func entries[T interface{ object() types.Object }](element types.ObjectType, byName map[string]T) types.Map {
	values := map[string]attr.Value{}
	for name, e := range byName {
		values[name] = e.object()
	}
	return types.MapValueMust(element, values)
}

func checked(edit func(*checkModel)) checkModel {
	c := newCheck()
	c.InitialDelay, c.Period, c.Timeout = types.Int64Value(0), types.Int64Value(10), types.Int64Value(1)
	c.SuccessThreshold, c.FailureThreshold = types.Int64Value(1), types.Int64Value(3)
	edit(&c)
	return c
}

func mounted(path string, edit func(*volumeModel)) volumeModel {
	v := newVolume()
	v.MountPath, v.ReadOnly = str(path), types.BoolValue(false)
	edit(&v)
	return v
}

// surrounded are plans with everything that an instance gets from its cluster
// and tells it: as short as can be, and with all that can be said.
func surrounded() map[string]model {
	sources := planned()
	sources.ServiceAccount = str("deployer")
	sources.Env = texted("A_URL", "postgres://app:$(Z_PASSWORD)@db/$(DATABASE)", "PLAIN", "1")
	sources.EnvValueFrom = entries(variableType(), map[string]variableModel{
		"Z_PASSWORD": {Secret: str("db"), Key: str("password")},
		"DATABASE":   {ConfigMap: str("db"), Key: str("name"), Optional: types.BoolValue(true)},
		"FLAGS":      {Secret: str("flags"), Key: str("all"), Optional: types.BoolValue(false)},
		"POD_IP":     {Field: str("status.podIP")},
		"TEAM":       {Field: str("metadata.labels['team']")},
		"CPU":        {Resource: str("limits.cpu"), Divisor: fwtypes.NewQuantity("0.001")},
		"MEMORY":     {Resource: str("requests.memory"), Divisor: fwtypes.NewQuantity("1024Ki")},
		"STORAGE":    {Resource: str("limits.ephemeral-storage")},
	})

	checks := planned()
	checks.HealthChecks = entries(checkType(), map[string]checkModel{
		checkLiveness:  checked(func(c *checkModel) { c.HTTPPath, c.HTTPPort = str("/healthz?full=1"), str("http") }),
		checkReadiness: checked(func(c *checkModel) { c.TCPPort, c.SuccessThreshold = str("8080"), types.Int64Value(2) }),
		checkStartup:   checked(func(c *checkModel) { c.Command = list("pg_isready", "-q") }),
	})

	all := planned()
	all.HealthChecks = entries(checkType(), map[string]checkModel{
		checkLiveness: checked(func(c *checkModel) {
			c.HTTPPath, c.HTTPPort, c.HTTPS = str("/"), str("8443"), types.BoolValue(true)
			c.InitialDelay, c.Period, c.Timeout = types.Int64Value(5), types.Int64Value(6), types.Int64Value(7)
			c.SuccessThreshold, c.FailureThreshold = types.Int64Value(1), types.Int64Value(9)
		}),
		checkReadiness: checked(func(c *checkModel) { c.GRPCPort, c.GRPCService = types.Int64Value(9090), str("shop.Cart") }),
		checkStartup:   checked(func(c *checkModel) { c.GRPCPort = types.Int64Value(9090) }),
	})

	volumes := planned()
	volumes.Volumes = entries(volumeType(), map[string]volumeModel{
		"data": mounted("/var/lib/db", func(v *volumeModel) { v.Claim, v.SubPath = str("db"), str("main") }),
		"conf": mounted("/etc/web", func(v *volumeModel) {
			v.ConfigMap, v.Items, v.Mode = str("web"), texted("web.conf", "conf.d/web.conf", "a", "b"), str("440")
		}),
		"tls": mounted("/etc/tls", func(v *volumeModel) {
			v.Secret, v.Optional, v.ReadOnly, v.Mode = str("tls"), types.BoolValue(true), types.BoolValue(true), str("0400")
		}),
		"plain": mounted("/etc/plain", func(v *volumeModel) {
			v.ConfigMap, v.Mode, v.Optional = str("plain"), str("0644"), types.BoolValue(false)
		}),
		"short": mounted("/etc/short", func(v *volumeModel) { v.Secret = str("short") }),
		"tmp":   mounted("/tmp", func(v *volumeModel) { v.EmptyDir = str("Disk") }),
		"cache": mounted("/cache", func(v *volumeModel) { v.EmptyDir, v.Size = str("Memory"), fwtypes.NewQuantity("1024Mi") }),
		"pages": mounted("/pages", func(v *volumeModel) { v.EmptyDir = str("HugePages-2Mi") }),
		"logs":  mounted("/logs", func(v *volumeModel) { v.HostPath, v.ReadOnly = str("/var/log"), types.BoolValue(true) }),
	})
	return map[string]model{"env-value-from": sources, "health-checks": checks, "health-checks-full": all, "volumes": volumes}
}

// visited is a living Pod after the API server has filled in its defaults, and
// others have put things beside everything that is ours.
func visited(t *testing.T) func(*corev1.Pod, diag.Diagnostics) *corev1.Pod {
	return func(pod *corev1.Pod, diags diag.Diagnostics) *corev1.Pod {
		t.Helper()
		account := pod.Spec.ServiceAccountName
		pod = living(t)(pod, diags)
		if pod.Spec.ServiceAccountName = account; account == "" {
			pod.Spec.ServiceAccountName = "default"
		}
		return withDefaults(pod)
	}
}

func withDefaults(pod *corev1.Pod) *corev1.Pod {
	app := &pod.Spec.Containers[1]
	for i := range app.Env {
		if from := app.Env[i].ValueFrom; from != nil && from.FieldRef != nil {
			from.FieldRef.APIVersion = "v1"
		}
	}
	for _, v := range pod.Spec.Volumes {
		if v.ConfigMap != nil && v.ConfigMap.DefaultMode == nil {
			v.ConfigMap.DefaultMode = ptr.To(corev1.ConfigMapVolumeSourceDefaultMode)
		}
		if v.Secret != nil && v.Secret.DefaultMode == nil {
			v.Secret.DefaultMode = ptr.To(corev1.SecretVolumeSourceDefaultMode)
		}
	}
	app.Env = append(app.Env, corev1.EnvVar{Name: "MESH_PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: "k"}}})
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "injected", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
	pod.Spec.Containers[0].VolumeMounts = app.VolumeMounts
	pod.Spec.Containers[0].LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 1}}}
	return pod
}

func TestDesired_surroundings(t *testing.T) {
	for name, m := range surrounded() {
		t.Run(name, func(t *testing.T) {
			pod, diags := desired(t.Context(), m, making{Nonce: "nonce"})
			if diags.HasError() {
				t.Fatal(diags)
			}
			goldenYAML(t, "desired/"+name+".yaml", pod)
		})
	}
}

func TestDesiredEnv_mayUseWhatComesFromElsewhere(t *testing.T) {
	sources := map[string]*corev1.EnvVarSource{"Z": {}, "B": {}}
	var names []string
	for _, v := range desiredEnv(map[string]string{"A": "$(C)", "C": "$(Z)", "D": ""}, sources) {
		names = append(names, v.Name)
	}
	if want := []string{"Z", "C", "A", "B", "D"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

// TestObserved_undoesDesiredSurroundings holds that each author's own spelling
// comes back, whatever the API server filled in and others added.
func TestObserved_undoesDesiredSurroundings(t *testing.T) {
	for name, m := range surrounded() {
		t.Run(name, func(t *testing.T) {
			pod := visited(t)(desired(t.Context(), m, making{Nonce: "nonce"}))
			want := stateful(t, m).model
			got := observed(pod, m, nil)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the model came back otherwise (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, observed(pod, got, nil)); diff != "" {
				t.Errorf("a second look differs (-first +second):\n%s", diff)
			}
		})
	}
}

// TestObserved_leavesUndeclaredSurroundingsAlone holds that probes, volumes and
// variables which nobody declared are silent.
func TestObserved_leavesUndeclaredSurroundingsAlone(t *testing.T) {
	for name, m := range surrounded() {
		pod := visited(t)(desired(t.Context(), m, making{Nonce: "nonce"}))
		pod.Spec.ServiceAccountName = defaultServiceAccount
		bare := planned()
		if diff := cmp.Diff(stateful(t, bare).model, observed(pod, bare, nil)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestObserved_ignoresWhatIsSaidBesides holds that a declared volume or check
// which somebody added to is still the declared one.
func TestObserved_ignoresWhatIsSaidBesides(t *testing.T) {
	m := surrounded()["volumes"]
	m.HealthChecks = surrounded()["health-checks"].HealthChecks
	pod := visited(t)(desired(t.Context(), m, making{Nonce: "nonce"}))
	app := &pod.Spec.Containers[1]
	app.LivenessProbe.TerminationGracePeriodSeconds = ptr.To[int64](5)
	app.LivenessProbe.HTTPGet.HTTPHeaders = []corev1.HTTPHeader{{Name: "A", Value: "b"}}
	app.VolumeMounts = slices.Insert(app.VolumeMounts, 0, corev1.VolumeMount{Name: "data", MountPath: "/also"})
	for i := range app.VolumeMounts {
		app.VolumeMounts[i].MountPropagation = ptr.To(corev1.MountPropagationNone)
	}
	if diff := cmp.Diff(stateful(t, m).model, observed(pod, m, nil)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSurroundings_fitTheSchema(t *testing.T) {
	for name, want := range map[string]types.ObjectType{"env_value_from": variableType(), "health_checks": checkType(), "volumes": volumeType()} {
		nested, ok := attributes()[name].(rschema.MapNestedAttribute)
		if !ok || !nested.NestedObject.Type().Equal(want) {
			t.Errorf("%s: the model has %s, the schema another type", name, want)
		}
	}
	var r resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &r)
	state := tfsdk.State{Schema: r.Schema, Raw: tftypes.NewValue(r.Schema.Type().TerraformType(t.Context()), nil)}
	for name, m := range surrounded() {
		want := stateful(t, m)
		var back resourceModel
		diags := state.Set(t.Context(), want)
		diags.Append(state.Get(t.Context(), &back)...)
		if diags.HasError() {
			t.Fatal(diags)
		}
		if diff := cmp.Diff(want.model, back.model); diff != "" {
			t.Errorf("%s (-set +got):\n%s", name, diff)
		}
	}
}

// edited is a map of entries with one attribute changed.
func edited(m types.Map, element types.ObjectType, key, attribute string, value attr.Value) types.Map {
	all := m.Elements()
	says, _ := attributesOf(all[key])
	says[attribute] = value
	all[key] = types.ObjectValueMust(element.AttrTypes, says)
	return types.MapValueMust(element, all)
}

func dropped(m types.Map, element types.ObjectType, key string) types.Map {
	all := m.Elements()
	delete(all, key)
	return types.MapValueMust(element, all)
}
