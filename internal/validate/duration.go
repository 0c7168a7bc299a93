package validate

import (
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// DurationAtLeast accepts durations such as "90m" that are at least this long.
func DurationAtLeast(what string, least time.Duration) validator.String {
	return stringRule{rule{
		what: what,
		says: "a number with its unit, such as 90m or 2h, no shorter than " + brief(least),
		faults: func(s string) []string {
			d, err := time.ParseDuration(s)
			switch {
			case err != nil:
				return []string{"write a number and its unit (s, m or h), such as 90m or 1h30m"}
			case d < least:
				return []string{"it must be " + brief(least) + " or longer"}
			}
			return nil
		},
	}}
}

// brief is 10m instead of 10m0s.
func brief(d time.Duration) string {
	text := d.String()
	if whole, ok := strings.CutSuffix(text, "m0s"); ok {
		text = whole + "m"
	}
	if whole, ok := strings.CutSuffix(text, "h0m"); ok {
		text = whole + "h"
	}
	return text
}
