package validation

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// TestSize holds that what no API server can keep is refused on the attribute that
// is the largest.
func TestSize(t *testing.T) {
	text := func(n int) types.Map { return fixture.Texted("A", strings.Repeat("a", n)) }
	for name, c := range map[string]struct {
		change func(*model.Instance)
		want   string
	}{
		"300 KiB":              {func(m *model.Instance) { m.Env = text(300 << 10) }, ""},
		"many annotations":     {func(m *model.Instance) { m.Annotations = text(300 << 10) }, "annotations: Annotations too large"},
		"more than etcd takes": {func(m *model.Instance) { m.Env = text(manifest.ObjectLimit) }, "env: Instance too large"},
		"together": {func(m *model.Instance) {
			m.Env, m.Args = text(manifest.ObjectLimit/2), fixture.List(strings.Repeat("a", manifest.ObjectLimit))
		}, "args: Instance too large"},
		"in pod": {func(m *model.Instance) {
			m.Pod = types.DynamicValue(fixture.Str(strings.Repeat("a", manifest.ObjectLimit+1)))
		}, "pod: Instance too large"},
		"unknown, null and none": {func(m *model.Instance) { m.Env, m.Pod = types.MapUnknown(types.StringType), types.DynamicNull() }, ""},
	} {
		m := fixture.Planned()
		c.change(&m)
		if got := fixture.Faults(Size(m)); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
