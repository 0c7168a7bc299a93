package validate

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Quantities checks each value of a map of fwtypes.Quantity; the framework asks
// a type to validate an attribute, but not an element.
func Quantities() validator.Map { return quantities{} }

type quantities struct{}

func (quantities) Description(context.Context) string {
	return "amounts in Kubernetes' notation, such as 500m or 4Gi"
}

func (q quantities) MarkdownDescription(ctx context.Context) string { return q.Description(ctx) }

// ValidateMap implements validator.Map.
func (quantities) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
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
		if _, err := amount.Amount(); err != nil {
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(key), "Invalid quantity", err.Error()+".")
		}
	}
}
