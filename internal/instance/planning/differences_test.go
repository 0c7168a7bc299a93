package planning

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func podOf(yaml string) types.Dynamic { return types.DynamicValue(types.StringValue(yaml)) }

// TestDifferencesBetween_isOfMeaning has a change in each direction.
func TestDifferencesBetween_isOfMeaning(t *testing.T) {
	volume := func(edit func(*model.Volume)) types.Map {
		v := model.NewVolume()
		v.MountPath = types.StringValue("/a")
		edit(&v)
		return types.MapValueMust(model.VolumeType(), map[string]attr.Value{"a": v.Object()})
	}
	for name, c := range map[string]struct {
		before, after func(*model.Instance)
		want          string
	}{
		"nothing as empty": {func(*model.Instance) {}, func(m *model.Instance) {
			m.Env, m.Command, m.Args, m.Ports = fixture.Texted(), fixture.List(), fixture.List(), types.MapValueMust(model.PortType(), map[string]attr.Value{})
		}, ""},
		"a variable": {func(*model.Instance) {}, func(m *model.Instance) { m.Env = fixture.Texted("A", "b") }, "env"},
		"a variable that isn't known yet": {func(*model.Instance) {}, func(m *model.Instance) {
			m.Env = types.MapValueMust(types.StringType, map[string]attr.Value{"A": types.StringUnknown()})
		}, "env"},
		"a variable that moves to pod": {
			func(m *model.Instance) { m.Env = fixture.Texted("A", "b") },
			func(m *model.Instance) { m.Pod = podOf(`containers: [{name: app, env: [{name: A, value: b}]}]`) }, "",
		},
		"a default in pod": {func(*model.Instance) {}, func(m *model.Instance) { m.Pod = podOf(`shareProcessNamespace: false`) }, ""},
		"another pod":      {func(*model.Instance) {}, func(m *model.Instance) { m.Pod = podOf(`shareProcessNamespace: true`) }, "pod"},
		"a mode": {func(m *model.Instance) {
			m.Volumes = volume(func(v *model.Volume) { v.Secret = types.StringValue("s") })
		}, func(m *model.Instance) {
			m.Volumes = volume(func(v *model.Volume) { v.Secret, v.Mode = types.StringValue("s"), types.StringValue("644") })
		}, ""},
		"a source without words": {func(m *model.Instance) { m.Volumes = volume(func(*model.Volume) {}) }, func(m *model.Instance) {
			m.Volumes = volume(func(v *model.Volume) { v.EmptyDir = types.StringValue(manifest.MediumDisk) })
		}, "volumes"},
		"an image and a variable": {func(*model.Instance) {}, func(m *model.Instance) { m.Image, m.Env = types.StringValue("web:2"), fixture.Texted("A", "b") }, "env"},
		"a token":                 {func(*model.Instance) {}, func(m *model.Instance) { m.ServiceAccount = types.StringValue("default") }, "service_account"},
	} {
		before, after := fixture.Planned(), fixture.Planned()
		c.before(&before)
		c.after(&after)
		for _, of := range [][2]model.Instance{{before, after}, {after, before}} {
			if !isKnown(t.Context(), of[0].Env) {
				continue // a state is known
			}
			d := DifferencesBetween(t.Context(), of[0], of[1])
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
	for name, c := range map[string]struct{ before, after func(*model.Instance) }{
		"one of two variables": {
			func(m *model.Instance) { m.Env = fixture.Texted("A", "b", "C", "d") },
			func(m *model.Instance) {
				m.Env, m.Pod = fixture.Texted("C", "d"), podOf(`containers: [{name: app, env: [{name: A, value: b}]}]`)
			},
		},
		"one of two variables, beside others in pod": {
			func(m *model.Instance) {
				m.Env, m.Pod = fixture.Texted("A", "b", "C", "d"), podOf(`containers: [{name: app, env: [{name: E, value: f}]}]`)
			},
			func(m *model.Instance) {
				m.Env, m.Pod = fixture.Texted("C", "d"), podOf(`containers: [{name: app, env: [{name: A, value: b}, {name: E, value: f}]}]`)
			},
		},
	} {
		one, other := fixture.Planned(), fixture.Planned()
		c.before(&one)
		c.after(&other)
		for _, of := range [][2]model.Instance{{one, other}, {other, one}} {
			prior, config := model.Resource{Instance: of[0]}, model.Resource{Instance: of[1]}
			d := DifferencesBetween(t.Context(), of[0], of[1])
			if len(d.Attributes) > 0 || d.Pod {
				t.Errorf("%s: it is a difference: %v", name, d)
			}
			kept := d.AsPrior(t.Context(), prior, config, config)
			if !meansSamePod(t.Context(), kept.Instance, of[1]) {
				t.Errorf("%s: the plan means another Pod than the configuration: env %v, security %v, pod %v", name, kept.Env, kept.Security, kept.Pod)
			}
			if next := DifferencesBetween(t.Context(), kept.Instance, of[1]); len(next.Attributes) > 0 || next.Pod {
				t.Errorf("%s: the next plan differs: %v", name, next)
			}
		}
	}
}
