package validate

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// OneOf accepts these texts. An error suggests the one that was probably meant.
func OneOf(values ...string) validator.String { return choice{values: values} }

// OneOfOr accepts these texts and whatever the pattern matches. Form describes the pattern in
// words.
func OneOfOr(pattern *regexp.Regexp, form string, values ...string) validator.String {
	return choice{values, pattern, form}
}

type choice struct {
	values  []string
	pattern *regexp.Regexp
	form    string
}

func (c choice) allows(value string) bool {
	return slices.Contains(c.values, value) || c.pattern != nil && c.pattern.MatchString(value)
}

func (c choice) Description(context.Context) string {
	if c.form != "" {
		return "must be " + strings.Join(quoted(c.values), ", ") + " or " + c.form
	}
	return "must be one of " + listed(c.values)
}

func (c choice) MarkdownDescription(ctx context.Context) string { return c.Description(ctx) }

// ValidateString implements validator.String.
func (c choice) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue
	if value.IsNull() || value.IsUnknown() || c.allows(value.ValueString()) {
		return
	}
	detail := fmt.Sprintf("It is %q, and %s.", value.ValueString(), c.Description(ctx))
	if meant := nearest(value.ValueString(), c.values); meant != "" {
		detail += fmt.Sprintf(" Did you mean %q?", meant)
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Value not allowed", detail)
}

func listed(values []string) string {
	all := quoted(values)
	last := len(all) - 1
	if last < 1 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:last], ", ") + " or " + all[last]
}

func quoted(values []string) []string {
	all := make([]string, 0, len(values))
	for _, value := range values {
		all = append(all, strconv.Quote(value))
	}
	return all
}

// nearest returns the candidate with the fewest different letters, or "" if all have many. Upper
// and lower case are equal.
func nearest(name string, candidates []string) string {
	best, distance := "", max(2, len(name)/4)+1
	for _, candidate := range candidates {
		if d := levenshtein.Distance(strings.ToLower(candidate), strings.ToLower(name), nil); d < distance && d < len(candidate) {
			best, distance = candidate, d
		}
	}
	return best
}

// NotEmpty accepts every text but the empty one.
func NotEmpty() validator.String { return notEmpty{} }

type notEmpty struct{}

func (notEmpty) Description(context.Context) string { return "must not be empty" }

func (n notEmpty) MarkdownDescription(ctx context.Context) string { return n.Description(ctx) }

// ValidateString implements validator.String.
func (notEmpty) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if value := req.ConfigValue; !value.IsNull() && !value.IsUnknown() && value.ValueString() == "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Empty text", "It is \"\", which can't be empty here. Write what is meant. An optional setting that isn't wanted is `null`, or left out.")
	}
}

// AtLeast accepts whole numbers from the least one on. What describes the number, such as "a number
// of seconds".
func AtLeast(what string, least int64) validator.Int64 { return atLeast{what, least} }

type atLeast struct {
	what  string
	least int64
}

func (a atLeast) Description(context.Context) string {
	return fmt.Sprintf("must be %s, %d or more", a.what, a.least)
}

func (a atLeast) MarkdownDescription(ctx context.Context) string { return a.Description(ctx) }

// ValidateInt64 implements validator.Int64.
func (a atLeast) ValidateInt64(ctx context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	if value := req.ConfigValue; !value.IsNull() && !value.IsUnknown() && value.ValueInt64() < a.least {
		resp.Diagnostics.AddAttributeError(req.Path, "Number too small", fmt.Sprintf("It is %d, and %s.", value.ValueInt64(), a.Description(ctx)))
	}
}

// ImageReference accepts every text without spaces at its ends. Registries decide what an image may
// be called.
func ImageReference() validator.String {
	return stringRule{rule{
		what: "an image",
		says: "must neither begin nor end with a space",
		faults: func(s string) []string {
			if trimmed := strings.TrimSpace(s); trimmed != s {
				return []string{fmt.Sprintf("it begins or ends with a space. Write %q", trimmed)}
			}
			return nil
		},
	}}
}
