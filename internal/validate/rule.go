// Package validate has the framework validators that refuse in a plan what the API server would
// refuse in an apply, by the server's own rules.
package validate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// rule returns what is wrong with a text: nothing, or a sentence for each mistake.
type rule struct {
	// what names the value in the summary: "Invalid <what>".
	what string
	// says describes the rule in the documentation.
	says   string
	faults func(string) []string
}

func (r rule) Description(context.Context) string         { return r.says }
func (r rule) MarkdownDescription(context.Context) string { return r.says }

func (r rule) detail(value string) string {
	faults := r.faults(value)
	if len(faults) == 0 {
		return ""
	}
	if value == "" {
		return "The empty text can't be " + r.what + "."
	}
	return fmt.Sprintf("%q can't be %s: %s.", value, r.what, Plain(faults))
}

// Plain joins apimachinery's sentences, without the regular expressions at their ends, which add
// nothing for a reader.
func Plain(faults []string) string {
	sentences := make([]string, 0, len(faults))
	for _, fault := range faults {
		sentence, _, _ := strings.Cut(fault, " (e.g. ")
		sentences = append(sentences, sentence)
	}
	return strings.Join(sentences, "; ")
}

// stringRule applies a rule to a string's value.
type stringRule struct{ rule }

// ValidateString implements validator.String.
func (r stringRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if detail := r.detail(req.ConfigValue.ValueString()); detail != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid value for "+r.what, detail)
	}
}

// keyRule applies a rule to each key of a map.
type keyRule struct{ rule }

// ValidateMap implements validator.Map.
func (r keyRule) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(req.ConfigValue.Elements())) {
		if detail := r.detail(key); detail != "" {
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(key), "Invalid value for "+r.what, detail)
		}
	}
}
