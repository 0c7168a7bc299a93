package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func TestValidateLimitRange(t *testing.T) {
	of := func(set map[string]attr.Value) types.Object {
		return limitRange(map[string]attr.Value{"container": container(set)})
	}
	for name, c := range map[string]struct {
		limitRange types.Object
		paths      []string
	}{
		"in order": {of(map[string]attr.Value{
			"min": amounts(map[string]string{"cpu": "100m"}), "default_request": amounts(map[string]string{"cpu": "0.1"}),
			"default": amounts(map[string]string{"cpu": "1"}), "max": amounts(map[string]string{"cpu": "1000m"}),
		}), nil},
		"min above max":         {of(map[string]attr.Value{"min": amounts(map[string]string{"cpu": "2"}), "max": amounts(map[string]string{"cpu": "1"})}), []string{`limit_range.container.min["cpu"]`}},
		"default above max":     {of(map[string]attr.Value{"default": amounts(map[string]string{"memory": "2Gi"}), "max": amounts(map[string]string{"memory": "1Gi"})}), []string{`limit_range.container.default["memory"]`}},
		"default below min":     {of(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "1m"}), "min": amounts(map[string]string{"cpu": "1"})}), []string{`limit_range.container.min["cpu"]`}},
		"request above limit":   {of(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "1"}), "default_request": amounts(map[string]string{"cpu": "2"})}), []string{`limit_range.container.default_request["cpu"]`}},
		"ratio below 1":         {of(map[string]attr.Value{"max_limit_request_ratio": amounts(map[string]string{"cpu": "0.5"})}), []string{`limit_range.container.max_limit_request_ratio["cpu"]`}},
		"ratio above max/min":   {of(map[string]attr.Value{"max_limit_request_ratio": amounts(map[string]string{"cpu": "20", "memory": "20"}), "min": amounts(map[string]string{"cpu": "100m"}), "max": amounts(map[string]string{"cpu": "1"})}), []string{`limit_range.container.max_limit_request_ratio["cpu"]`}},
		"ratio up to max/min":   {of(map[string]attr.Value{"max_limit_request_ratio": amounts(map[string]string{"cpu": "10", "memory": "9"}), "min": amounts(map[string]string{"cpu": "100m", "memory": "0"}), "max": amounts(map[string]string{"cpu": "1", "memory": "1"})}), nil},
		"ratio of instances":    {limitRange(map[string]attr.Value{"instance": object(limits.InstanceLimitsTypes(), map[string]attr.Value{"max_limit_request_ratio": amounts(map[string]string{"cpu": "0.9"})})}), []string{`limit_range.instance.max_limit_request_ratio["cpu"]`}},
		"half of a GPU's limit": {of(map[string]attr.Value{"default": amounts(map[string]string{"example.com/gpu": "2"}), "default_request": amounts(map[string]string{"example.com/gpu": "1"})}), []string{`limit_range.container.default_request["example.com/gpu"]`}},
		"half of huge pages":    {of(map[string]attr.Value{"max": amounts(map[string]string{"hugepages-2Mi": "4Mi"}), "default_request": amounts(map[string]string{"hugepages-2Mi": "2Mi"})}), []string{`limit_range.container.default_request["hugepages-2Mi"]`}},
		"all of a GPU":          {of(map[string]attr.Value{"default": amounts(map[string]string{"example.com/gpu": "2"}), "default_request": amounts(map[string]string{"example.com/gpu": "2", "cpu": "1"}), "max": amounts(map[string]string{"cpu": "2", "example.com/gpu": "4"})}), nil},
		"different resources":   {of(map[string]attr.Value{"min": amounts(map[string]string{"cpu": "2"}), "max": amounts(map[string]string{"memory": "1"})}), nil},
		"instance min and max":  {limitRange(map[string]attr.Value{"instance": object(limits.InstanceLimitsTypes(), map[string]attr.Value{"min": amounts(map[string]string{"cpu": "2"}), "max": amounts(map[string]string{"cpu": "1"})})}), []string{`limit_range.instance.min["cpu"]`}},
		"volume min and max":    {limitRange(map[string]attr.Value{"volume": object(limits.VolumeLimitsTypes(), map[string]attr.Value{"min": fwtypes.NewQuantity("2Gi"), "max": fwtypes.NewQuantity("1Gi")})}), []string{"limit_range.volume.min"}},
		"unknown":               {types.ObjectUnknown(limits.Types()), nil},
	} {
		var got []string
		for _, d := range limits.Validate(t.Context(), c.limitRange) {
			got = append(got, pathOf(t, d))
		}
		if diff := cmp.Diff(c.paths, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}
