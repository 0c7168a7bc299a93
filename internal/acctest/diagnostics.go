package acctest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Said is one diagnostic of a terraform command with -json.
type Said struct {
	Severity, Summary, Detail, Address string
	Snippet                            struct{ Code string }
}

// String returns it for a test's failure message.
func (s Said) String() string {
	return fmt.Sprintf("%s: %s: %s (at %q)\n%s", s.Address, s.Severity, s.Summary, strings.TrimSpace(s.Snippet.Code), s.Detail)
}

// Diagnostics reads all diagnostics in the output of a command with -json, which doesn't leave out
// similar ones.
func Diagnostics(tb testing.TB, output string) []Said {
	tb.Helper()
	var all []Said
	for line := range strings.Lines(output) {
		var event struct {
			Type       string
			Diagnostic Said
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			tb.Fatalf("not a line of JSON: %v\n%s", err, output)
		}
		if event.Type == "diagnostic" {
			all = append(all, event.Diagnostic)
		}
	}
	return all
}
