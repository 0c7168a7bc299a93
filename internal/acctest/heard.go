package acctest

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"
)

// Diagnostic is one that Terraform showed.
type Diagnostic struct {
	Severity, Summary, Detail, Address string
	// Snippet has the configuration's line that it points at.
	Snippet struct{ Code string }
}

// Heard is what a run with -json has reported and planned.
type Heard struct {
	Diagnostics []Diagnostic
	// Actions are the planned actions, by the resource's address.
	Actions map[string]string
}

// Hear reads the output of a run with -json.
func Hear(t *testing.T, output string) Heard {
	t.Helper()
	heard := Heard{Actions: map[string]string{}}
	for lines := bufio.NewScanner(strings.NewReader(output)); lines.Scan(); {
		var line struct {
			Type       string
			Diagnostic Diagnostic
			Change     struct {
				Action   string
				Resource struct{ Addr string }
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		switch line.Type {
		case "diagnostic":
			heard.Diagnostics = append(heard.Diagnostics, line.Diagnostic)
		case "planned_change":
			heard.Actions[line.Change.Resource.Addr] = line.Change.Action
		}
	}
	return heard
}

// About returns the diagnostics of one severity about a resource.
func (h Heard) About(severity, address string) []Diagnostic {
	var about []Diagnostic
	for _, d := range h.Diagnostics {
		if d.Severity == severity && d.Address == address {
			about = append(about, d)
		}
	}
	return about
}
