package instance

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func podOf(yaml string) types.Dynamic { return types.DynamicValue(types.StringValue(yaml)) }

// TestDifferencesBetween_isOfMeaning has a change in each direction.
func TestDifferencesBetween_isOfMeaning(t *testing.T) {
	volume := func(edit func(*volumeModel)) types.Map {
		v := newVolume()
		v.MountPath = types.StringValue("/a")
		edit(&v)
		return types.MapValueMust(volumeType(), map[string]attr.Value{"a": v.object()})
	}
	for name, c := range map[string]struct {
		before, after func(*model)
		want          string
	}{
		"nothing as empty": {func(*model) {}, func(m *model) {
			m.Env, m.Command, m.Args, m.Ports = texted(), list(), list(), types.MapValueMust(portType(), map[string]attr.Value{})
		}, ""},
		"a variable": {func(*model) {}, func(m *model) { m.Env = texted("A", "b") }, "env"},
		"a variable that isn't known yet": {func(*model) {}, func(m *model) {
			m.Env = types.MapValueMust(types.StringType, map[string]attr.Value{"A": types.StringUnknown()})
		}, "env"},
		"a variable that moves to pod": {
			func(m *model) { m.Env = texted("A", "b") },
			func(m *model) { m.Pod = podOf(`containers: [{name: app, env: [{name: A, value: b}]}]`) }, "",
		},
		"a default in pod": {func(*model) {}, func(m *model) { m.Pod = podOf(`shareProcessNamespace: false`) }, ""},
		"another pod":      {func(*model) {}, func(m *model) { m.Pod = podOf(`shareProcessNamespace: true`) }, "pod"},
		"a mode": {func(m *model) { m.Volumes = volume(func(v *volumeModel) { v.Secret = types.StringValue("s") }) }, func(m *model) {
			m.Volumes = volume(func(v *volumeModel) { v.Secret, v.Mode = types.StringValue("s"), types.StringValue("644") })
		}, ""},
		"a source without words": {func(m *model) { m.Volumes = volume(func(*volumeModel) {}) }, func(m *model) {
			m.Volumes = volume(func(v *volumeModel) { v.EmptyDir = types.StringValue(mediumDisk) })
		}, "volumes"},
		"an image and a variable": {func(*model) {}, func(m *model) { m.Image, m.Env = types.StringValue("web:2"), texted("A", "b") }, "env"},
		"a token":                 {func(*model) {}, func(m *model) { m.ServiceAccount = types.StringValue("default") }, "service_account"},
	} {
		before, after := planned(), planned()
		c.before(&before)
		c.after(&after)
		for _, of := range [][2]model{{before, after}, {after, before}} {
			if !isKnown(t.Context(), of[0].Env) {
				continue // a state is known
			}
			d := differencesBetween(t.Context(), of[0], of[1])
			got := d.Attributes
			if d.Pod {
				got = append(got, "pod")
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: got %v, want %q", name, got, c.want)
			}
		}
	}
}

// TestAsPrior_meansWhatIsConfigured holds that what a plan keeps from the state means the Pod
// that the configuration means, also where a part of an attribute moves to pod or back. Otherwise the
// next plan would replace the instance.
func TestAsPrior_meansWhatIsConfigured(t *testing.T) {
	for name, c := range map[string]struct{ before, after func(*model) }{
		"one of two variables": {
			func(m *model) { m.Env = texted("A", "b", "C", "d") },
			func(m *model) {
				m.Env, m.Pod = texted("C", "d"), podOf(`containers: [{name: app, env: [{name: A, value: b}]}]`)
			},
		},
		"one of two variables, beside others in pod": {
			func(m *model) {
				m.Env, m.Pod = texted("A", "b", "C", "d"), podOf(`containers: [{name: app, env: [{name: E, value: f}]}]`)
			},
			func(m *model) {
				m.Env, m.Pod = texted("C", "d"), podOf(`containers: [{name: app, env: [{name: A, value: b}, {name: E, value: f}]}]`)
			},
		},
	} {
		one, other := planned(), planned()
		c.before(&one)
		c.after(&other)
		for _, of := range [][2]model{{one, other}, {other, one}} {
			prior, config := resourceModel{model: of[0]}, resourceModel{model: of[1]}
			d := differencesBetween(t.Context(), of[0], of[1])
			if len(d.Attributes) > 0 || d.Pod {
				t.Errorf("%s: it is a difference: %v", name, d)
			}
			kept := d.asPrior(t.Context(), prior, config, config)
			if !meansSamePod(t.Context(), kept.model, of[1]) {
				t.Errorf("%s: the plan means another Pod than the configuration: env %v, security %v, pod %v", name, kept.Env, kept.Security, kept.Pod)
			}
			if next := differencesBetween(t.Context(), kept.model, of[1]); len(next.Attributes) > 0 || next.Pod {
				t.Errorf("%s: the next plan differs: %v", name, next)
			}
		}
	}
}
