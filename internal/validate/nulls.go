package validate

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// NoNulls refuses a null in a map, list or set, and names the element. The framework's own
// validators only say that there is one.
func NoNulls() NullRule { return NullRule{} }

// NullRule is the result of NoNulls. It validates each kind of collection.
type NullRule struct{}

var (
	_ validator.List = NullRule{}
	_ validator.Map  = NullRule{}
	_ validator.Set  = NullRule{}
)

// Description implements validator.Describer.
func (NullRule) Description(context.Context) string { return "no element may be null" }

// MarkdownDescription implements validator.Describer.
func (n NullRule) MarkdownDescription(ctx context.Context) string { return n.Description(ctx) }

// ValidateMap implements validator.Map.
func (NullRule) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		if isNull(elements[key]) {
			addNull(&resp.Diagnostics, req.Path.AtMapKey(key), fmt.Sprintf("The key %q of `%s`", key, req.Path))
		}
	}
}

// ValidateList implements validator.List.
func (NullRule) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	for i, element := range req.ConfigValue.Elements() {
		if isNull(element) {
			addNull(&resp.Diagnostics, req.Path.AtListIndex(i), fmt.Sprintf("Element %d of `%s`, counted from 0,", i, req.Path))
		}
	}
}

// ValidateSet implements validator.Set.
func (NullRule) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	if slices.ContainsFunc(req.ConfigValue.Elements(), isNull) {
		addNull(&resp.Diagnostics, req.Path, fmt.Sprintf("An element of `%s`", req.Path))
	}
}

func isNull(value attr.Value) bool { return value.IsNull() && !value.IsUnknown() }

func addNull(diags *diag.Diagnostics, at path.Path, which string) {
	diags.AddAttributeError(at, "Null isn't a value here",
		which+" is null. Give it a value, or leave it out: `{ for k, v in … : k => v if v != null }` and `[for v in … : v if v != null]` leave out what is null.")
}
