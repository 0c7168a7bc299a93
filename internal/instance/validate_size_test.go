package instance

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TestSizeFaults holds that what no API server can keep is refused on the attribute that
// is the largest.
func TestSizeFaults(t *testing.T) {
	text := func(n int) types.Map { return texted("A", strings.Repeat("a", n)) }
	for name, c := range map[string]struct {
		change func(*model)
		want   string
	}{
		"300 KiB":                {func(m *model) { m.Env = text(300 << 10) }, ""},
		"many annotations":       {func(m *model) { m.Annotations = text(300 << 10) }, "annotations: Annotations too large"},
		"more than etcd takes":   {func(m *model) { m.Env = text(objectLimit) }, "env: Instance too large"},
		"together":               {func(m *model) { m.Env, m.Args = text(objectLimit/2), list(strings.Repeat("a", objectLimit)) }, "args: Instance too large"},
		"in pod":                 {func(m *model) { m.Pod = types.DynamicValue(str(strings.Repeat("a", objectLimit+1))) }, "pod: Instance too large"},
		"unknown, null and none": {func(m *model) { m.Env, m.Pod = types.MapUnknown(types.StringType), types.DynamicNull() }, ""},
	} {
		m := planned()
		c.change(&m)
		if got := faults(sizeFaults(m)); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
