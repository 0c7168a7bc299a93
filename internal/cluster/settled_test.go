package cluster

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// After an update that failed each part of an attribute is the state's where it is still so,
// the plan's where it was carried out, and what is there otherwise.
func TestSettledValue(t *testing.T) {
	t.Parallel()
	limits := func(cpu string) types.Object {
		return quotaWith(map[string]attr.Value{"cpu": fwtypes.NewQuantity(cpu)})
	}
	several := func(cpus map[string]string) types.Map {
		all := map[string]attr.Value{}
		for key, cpu := range cpus {
			all[key] = limits(cpu)
		}
		return types.MapValueMust(types.ObjectType{AttrTypes: quota.Types()}, all)
	}
	none := types.ObjectNull(quota.Types())
	for name, c := range map[string]struct{ now, state, plan, want attr.Value }{
		"nothing was done":            {limits("2"), limits("2000m"), limits("3"), limits("2000m")},
		"all was done":                {limits("3"), limits("2"), limits("3000m"), limits("3000m")},
		"it was only to be respelled": {limits("2"), limits("2000m"), limits("2"), limits("2000m")},
		"somebody else was at it":     {limits("7"), limits("2"), limits("3"), limits("7")},
		"it was to be added":          {none, none, limits("3"), none},
		"it was added":                {limits("3"), none, limits("3000m"), limits("3000m")},
		"it was to go":                {limits("2"), limits("2000m"), none, limits("2000m")},
		"it is gone":                  {none, limits("2"), none, none},
		"one of two was done": {
			several(map[string]string{"a": "3", "b": "2"}), several(map[string]string{"a": "2000m", "b": "2000m"}),
			several(map[string]string{"a": "3000m", "b": "3000m"}), several(map[string]string{"a": "3000m", "b": "2000m"}),
		},
		"one went and one came": {
			several(map[string]string{"b": "3"}), several(map[string]string{"a": "2"}),
			several(map[string]string{"b": "3000m", "c": "1"}), several(map[string]string{"b": "3000m"}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := settledValue(c.now, c.now, c.state, c.plan); !got.Equal(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestSettledKeys(t *testing.T) {
	t.Parallel()
	null, empty := types.MapNull(types.StringType), texts(map[string]string{})
	for name, c := range map[string]struct {
		state, plan types.Map
		live        map[string]string
		want        types.Map
	}{
		"one that was to go is there":   {texts(map[string]string{"a": "1", "b": "1"}), texts(map[string]string{"b": "1"}), map[string]string{"a": "1", "b": "1", "theirs": "1"}, texts(map[string]string{"a": "1", "b": "1"})},
		"one that was to come isn't":    {texts(map[string]string{"a": "1"}), texts(map[string]string{"a": "1", "b": "1"}), map[string]string{"a": "1"}, texts(map[string]string{"a": "1"})},
		"one came and one stayed":       {texts(map[string]string{"a": "1"}), texts(map[string]string{"b": "1"}), map[string]string{"a": "1", "b": "1"}, texts(map[string]string{"a": "1", "b": "1"})},
		"the last one is gone for null": {texts(map[string]string{"a": "1"}), null, nil, null},
		"the last one is gone":          {texts(map[string]string{"a": "1"}), empty, nil, empty},
		"none came":                     {null, texts(map[string]string{"a": "1"}), nil, null},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := settledKeys(c.state, c.plan, c.live); !got.Equal(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
