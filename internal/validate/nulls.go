package validate

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// NoNullEntries refuses a map with an entry that is null, which says nothing that
// leaving it out doesn't say, and can't be kept.
func NoNullEntries() validator.Map { return noNulls{} }

// NoNullElements refuses a set with a null in it.
func NoNullElements() validator.Set { return noNulls{} }

type noNulls struct{}

func (noNulls) Description(context.Context) string             { return "none of them null" }
func (n noNulls) MarkdownDescription(c context.Context) string { return n.Description(c) }

// ValidateMap implements validator.Map.
func (noNulls) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		if elements[key].IsNull() {
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(key), "An entry that is null", "Leave it out instead.")
		}
	}
}

// ValidateSet implements validator.Set.
func (noNulls) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	for _, element := range req.ConfigValue.Elements() {
		if element.IsNull() {
			resp.Diagnostics.AddAttributeError(req.Path.AtSetValue(element), "An element that is null", "Leave it out instead.")
		}
	}
}
