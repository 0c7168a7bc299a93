package keycheck

import (
	"strings"

	"github.com/agext/levenshtein"
)

// nearest returns the name that was probably meant, or empty: a name with few different letters, or
// one that begins with the key or the other way round.
func nearest(key string, names []string) string {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	best, least := "", max(2, len(key)/3)+1
	for _, name := range names {
		if d := levenshtein.Distance(plain(name), plain(key), nil); d < least {
			best, least = name, d
		}
	}
	if best != "" {
		return best
	}
	const telling = 3
	for _, name := range names {
		a, b := plain(name), plain(key)
		if min(len(a), len(b)) >= telling && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
			return name
		}
	}
	return ""
}
