package functions

import (
	"maps"
	"slices"
)

// QuotaAttributes are the attributes that a quota may have.
func QuotaAttributes() []string {
	return append(slices.Collect(maps.Keys(counted())), append(uncounted(), extra)...)
}
