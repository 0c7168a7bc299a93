package validate

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Quantities checks each value of a map of fwtypes.Quantity. The framework lets a type validate an
// attribute, but not an element.
func Quantities() validator.Map { return quantities{} }

// QuotaAmounts is Quantities for keys of a ResourceQuota. Some of them count whole objects.
func QuotaAmounts() validator.Map { return quantities{isCounted: isCounted} }

// ContainerAmounts is Quantities for a container's resources. Some of them have only whole numbers.
func ContainerAmounts() validator.Map { return quantities{isCounted: isWhole} }

type quantities struct {
	// isCounted reports which keys have only whole numbers. It may be nil.
	isCounted func(key string) bool
}

func (quantities) Description(context.Context) string {
	return "amounts in Kubernetes' notation, such as 500m or 4Gi"
}

func (q quantities) MarkdownDescription(ctx context.Context) string { return q.Description(ctx) }

// ValidateMap implements validator.Map.
func (q quantities) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		amount, ok := elements[key].(fwtypes.Quantity)
		if !ok || amount.IsUnknown() {
			continue
		}
		if amount.IsNull() {
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(key), "Invalid quantity", "The amount is null; leave the key out instead.")
			continue
		}
		quantity, err := amount.Amount()
		switch {
		case err != nil:
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(key), "Invalid quantity", err.Error()+".")
		case q.isCounted != nil && q.isCounted(key) && quantity.MilliValue()%1000 != 0:
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(key), "Invalid quantity",
				fmt.Sprintf("%q isn't a whole number, and %s must be one.", amount.ValueString(), key))
		}
	}
}
