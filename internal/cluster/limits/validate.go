package limits

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

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// Validate checks what the API server would refuse of a LimitRange
// (ValidateLimitRange in pkg/apis/core/validation), for each resource that is
// known: min ≤ default_request ≤ default ≤ max, ratios from 1 to what min and max
// leave, and one amount of what can't be shared.
func Validate(ctx context.Context, limitRange types.Object) diag.Diagnostics {
	var diags diag.Diagnostics
	if !child.IsDeclared(limitRange) {
		return nil
	}
	var lr limitRangeModel
	diags.Append(limitRange.As(ctx, &lr, basetypes.ObjectAsOptions{})...)
	at := path.Root("limit_range")
	if child.IsDeclared(lr.Container) {
		var c containerLimitsModel
		diags.Append(lr.Container.As(ctx, &c, basetypes.ObjectAsOptions{})...)
		diags.Append(ascending(at.AtName("container"), []bound{
			{"min", c.Min}, {"default_request", c.DefaultRequest}, {"default", c.Default}, {"max", c.Max},
		})...)
		diags.Append(ratios(at.AtName("container"), c.MaxLimitRequestRatio, c.Min, c.Max)...)
		diags.Append(sameRequests(at.AtName("container"), c)...)
	}
	if child.IsDeclared(lr.Instance) {
		var i instanceLimitsModel
		diags.Append(lr.Instance.As(ctx, &i, basetypes.ObjectAsOptions{})...)
		diags.Append(ascending(at.AtName("instance"), []bound{{"min", i.Min}, {"max", i.Max}})...)
		diags.Append(ratios(at.AtName("instance"), i.MaxLimitRequestRatio, i.Min, i.Max)...)
	}
	if child.IsDeclared(lr.Volume) {
		var v volumeLimitsModel
		diags.Append(lr.Volume.As(ctx, &v, basetypes.ObjectAsOptions{})...)
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
		fmt.Sprintf("%s is %s, which is more than %s, %s. Each of min, default_request, default and max must be at most the next one.", lower, lowText, upper, highText))
}

// ratios checks each ratio by itself, and against the largest that min and max leave.
func ratios(at path.Path, ratios, low, high types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	one := resource.MustParse("1")
	for _, key := range slices.Sorted(maps.Keys(ratios.Elements())) {
		ratio, text, ok := amountAt(ratios, key)
		if !ok {
			continue
		}
		place := at.AtName("max_limit_request_ratio").AtMapKey(key)
		least, leastText, hasLeast := amountAt(low, key)
		most, mostText, hasMost := amountAt(high, key)
		switch {
		case ratio.Cmp(one) < 0:
			diags.AddAttributeError(place, "Ratio below 1",
				fmt.Sprintf("The ratio is %s, but a limit is never below its request: write at least 1.", text))
		case hasLeast && hasMost && least.Sign() > 0 && ratio.AsApproximateFloat64() > most.AsApproximateFloat64()/least.AsApproximateFloat64():
			diags.AddAttributeError(place, "Ratio that can't be reached",
				fmt.Sprintf("The ratio is %s, but a limit is at most max, %s, and a request at least min, %s. Write at most max divided by min, or leave the ratio out.", text, mostText, leastText))
		}
	}
	return diags
}

// sameRequests checks that what can't be shared out twice, such as a GPU or huge
// pages, has one amount for its default limit and its default request.
func sameRequests(at path.Path, c containerLimitsModel) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, key := range slices.Sorted(maps.Keys(c.DefaultRequest.Elements())) {
		if validate.IsShareable(key) {
			continue
		}
		request, requestText, okRequest := amountAt(c.DefaultRequest, key)
		name := "default"
		limit, limitText, okLimit := amountAt(c.Default, key)
		if _, said := c.Default.Elements()[key]; !said && !c.Default.IsUnknown() {
			name = "max"
			limit, limitText, okLimit = amountAt(c.Max, key)
		}
		if okRequest && okLimit && request.Cmp(limit) != 0 {
			diags.AddAttributeError(at.AtName("default_request").AtMapKey(key), "Limits contradict each other",
				fmt.Sprintf("default_request is %s, and %s is %s. For %s a container's request and limit must be equal: leave default_request out.", requestText, name, limitText, key))
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
