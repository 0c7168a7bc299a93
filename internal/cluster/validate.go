package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// validateLimitRange checks what the API server would refuse of a LimitRange
// (ValidateLimitRange in pkg/apis/core/validation), for each resource that is
// known: min ≤ default_request ≤ default ≤ max, and ratios of at least 1.
func validateLimitRange(ctx context.Context, limitRange types.Object) diag.Diagnostics {
	var diags diag.Diagnostics
	if !declared(limitRange) {
		return nil
	}
	var lr limitRangeModel
	diags.Append(limitRange.As(ctx, &lr, basetypes.ObjectAsOptions{})...)
	at := path.Root("limit_range")
	if declared(lr.Container) {
		var c containerLimitsModel
		diags.Append(lr.Container.As(ctx, &c, basetypes.ObjectAsOptions{})...)
		diags.Append(ascending(at.AtName("container"), []bound{
			{"min", c.Min}, {"default_request", c.DefaultRequest}, {"default", c.Default}, {"max", c.Max},
		})...)
		diags.Append(atLeastOne(at.AtName("container").AtName("max_limit_request_ratio"), c.MaxLimitRequestRatio)...)
	}
	if declared(lr.Instance) {
		var i instanceLimitsModel
		diags.Append(lr.Instance.As(ctx, &i, basetypes.ObjectAsOptions{})...)
		diags.Append(ascending(at.AtName("instance"), []bound{{"min", i.Min}, {"max", i.Max}})...)
	}
	if declared(lr.Volume) {
		var v volumeLimitsModel
		diags.Append(lr.Volume.As(ctx, &v, basetypes.ObjectAsOptions{})...)
		if v.Min.IsNull() && v.Max.IsNull() {
			diags.AddAttributeError(at.AtName("volume"), "Limits without a limit", "Set min or max, or leave volume out.")
		}
		low, okLow := v.Min.Known()
		high, okHigh := v.Max.Known()
		if okLow && okHigh && low.Cmp(high) > 0 {
			diags.Append(tooLarge(at.AtName("volume").AtName("min"), "min", v.Min.ValueString(), "max", v.Max.ValueString()))
		}
	}
	return diags
}

// bound is one map of amounts by resource.
type bound struct {
	name    string
	amounts types.Map
}

// ascending checks that no amount is above that of a later bound.
func ascending(at path.Path, bounds []bound) diag.Diagnostics {
	var diags diag.Diagnostics
	for i, lower := range bounds {
		for _, key := range slices.Sorted(maps.Keys(lower.amounts.Elements())) {
			low, lowText, ok := amountAt(lower.amounts, key)
			if !ok {
				continue
			}
			for _, upper := range bounds[i+1:] {
				high, highText, ok := amountAt(upper.amounts, key)
				if ok && low.Cmp(high) > 0 {
					diags.Append(tooLarge(at.AtName(lower.name).AtMapKey(key), lower.name, lowText, upper.name, highText))
					break
				}
			}
		}
	}
	return diags
}

func tooLarge(at path.Path, lower, lowText, upper, highText string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Limits contradict each other",
		fmt.Sprintf("%s is %s, which is more than %s, %s. The order has to be min, default_request, default, max, each at most the next.", lower, lowText, upper, highText))
}

func atLeastOne(at path.Path, ratios types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	one := resource.MustParse("1")
	for _, key := range slices.Sorted(maps.Keys(ratios.Elements())) {
		if ratio, text, ok := amountAt(ratios, key); ok && ratio.Cmp(one) < 0 {
			diags.AddAttributeError(at.AtMapKey(key), "Ratio below 1",
				fmt.Sprintf("The ratio is %s, but a container's limit is never below its request: write at least 1.", text))
		}
	}
	return diags
}

func amountAt(m types.Map, key string) (resource.Quantity, string, bool) {
	amount, ok := m.Elements()[key].(fwtypes.Quantity)
	if !ok {
		return resource.Quantity{}, "", false
	}
	quantity, ok := amount.Known()
	return quantity, amount.ValueString(), ok
}
