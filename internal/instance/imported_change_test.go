package instance

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/acctest/podgen"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/validation"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// TestImported_eachAttributeCanBeChanged holds that a change of one attribute of an
// imported Pod changes what that attribute says, and nothing else.
func TestImported_eachAttributeCanBeChanged(t *testing.T) {
	with := func(m types.Map, key string, value attr.Value) types.Map {
		values := maps.Clone(m.Elements())
		if values == nil {
			values = map[string]attr.Value{}
		}
		values[key] = value
		return types.MapValueMust(value.Type(t.Context()), values)
	}
	changes := map[string]struct {
		change func(*model.Instance)
		// same undoes the change in what is made.
		same func(app *corev1.Container, spec *corev1.PodSpec, was corev1.PodSpec)
	}{
		"image": {func(m *model.Instance) { m.Image = fixture.Str("web:2") }, func(app *corev1.Container, _ *corev1.PodSpec, was corev1.PodSpec) {
			app.Image = manifest.MainOf(&was).Image
		}},
		"command": {func(m *model.Instance) { m.Command = fixture.List("/other") }, func(app *corev1.Container, _ *corev1.PodSpec, was corev1.PodSpec) {
			app.Command = manifest.MainOf(&was).Command
		}},
		"args": {func(m *model.Instance) { m.Args = fixture.List("-other") }, func(app *corev1.Container, _ *corev1.PodSpec, was corev1.PodSpec) {
			app.Args = manifest.MainOf(&was).Args
		}},
		"env": {func(m *model.Instance) { m.Env = with(m.Env, "NEW", fixture.Str("x")) }, func(app *corev1.Container, _ *corev1.PodSpec, was corev1.PodSpec) {
			app.Env = manifest.MainOf(&was).Env
		}},
		"cpu": {func(m *model.Instance) { m.CPU = fwtypes.NewQuantity("7") }, func(app *corev1.Container, _ *corev1.PodSpec, was corev1.PodSpec) {
			app.Resources = manifest.MainOf(&was).Resources
		}},
		"memory": {func(m *model.Instance) { m.Memory = fwtypes.NewQuantity("7Gi") }, func(app *corev1.Container, _ *corev1.PodSpec, was corev1.PodSpec) {
			app.Resources = manifest.MainOf(&was).Resources
		}},
		"restart_policy": {func(m *model.Instance) { m.RestartPolicy = fixture.Str("Never") }, func(_ *corev1.Container, spec *corev1.PodSpec, was corev1.PodSpec) {
			spec.RestartPolicy = was.RestartPolicy
		}},
		"ports": {func(m *model.Instance) {
			m.Ports = with(m.Ports, "new", model.Port{Port: types.Int64Value(7), Protocol: fixture.Str("TCP")}.Object())
		}, func(app *corev1.Container, _ *corev1.PodSpec, was corev1.PodSpec) {
			app.Ports = manifest.MainOf(&was).Ports
		}},
		"service_account": {func(m *model.Instance) { m.ServiceAccount = fixture.Str("other") }, func(_ *corev1.Container, spec *corev1.PodSpec, was corev1.PodSpec) {
			spec.ServiceAccountName, spec.AutomountServiceAccountToken = was.ServiceAccountName, was.AutomountServiceAccountToken
		}},
		"security.fs_group": {func(m *model.Instance) {
			values := m.Security.Attributes()
			values["fs_group"] = types.Int64Value(77)
			m.Security = types.ObjectValueMust(model.SecurityTypes(), values)
		}, func(_ *corev1.Container, spec *corev1.PodSpec, was corev1.PodSpec) {
			spec.SecurityContext.FSGroup = was.SecurityContext.FSGroup
		}},
	}
	for seed := range uint64(60) {
		pod := podgen.New(seed).Pod("web")
		pod.Namespace, pod.UID = "dev", "uid"
		pod.Spec = podspec.WithDefaults(pod.Spec)
		m, _, diags := manifest.Imported(t.Context(), pod, "us", fw.Defaults{})
		if diags.HasError() {
			t.Fatal(diags)
		}
		options := manifest.Options{Unset: manifest.UnsetIn(pod, m)}
		before, _ := manifest.Desired(t.Context(), m, options)
		for name, c := range changes {
			changed := m
			c.change(&changed)
			what := fmt.Sprintf("seed %d, %s", seed, name)
			if got := fixture.Faults(validation.Pod(t.Context(), changed, types.MapNull(types.StringType))); got != "" {
				t.Errorf("%s: %s", what, got)
			}
			after, _ := manifest.Desired(t.Context(), changed, options)
			if name != "restart_policy" && apiequality.Semantic.DeepEqual(before.Spec, after.Spec) {
				t.Errorf("%s: nothing changes", what)
			}
			c.same(manifest.MainOf(&after.Spec), &after.Spec, before.Spec)
			if !apiequality.Semantic.DeepEqual(podgen.Meaning(before.Spec, "app"), podgen.Meaning(after.Spec, "app")) {
				t.Errorf("%s: something else changes:\n%s", what, cmp.Diff(podgen.Meaning(before.Spec, "app"), podgen.Meaning(after.Spec, "app"), cmpopts.EquateEmpty()))
			}
		}
	}
}
