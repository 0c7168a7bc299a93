package witness

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Command is one run of Terraform, and what it told.
type Command struct {
	// Title says what it is for: "operation", "heal", "import", "plan", "destroy".
	Title string
	Args  []string
	// Exit is its exit code, -1 where a signal ended it.
	Exit int
	Took time.Duration
	// Overdue says that it had to be killed, for it didn't end within its time.
	Overdue bool
	Output  string
	// Plan is what is in the plan that it has saved.
	Plan string
	// Diagnostics are the errors and warnings, Changes the planned changes and Drift what the
	// refresh has found, each as "action address".
	Diagnostics    []Diagnostic
	Changes, Drift []string
	// Requests is how many requests it took.
	Requests int
	// Serial and Lineage are the state's after it, zero where there is none.
	Serial  int64
	Lineage string
	// Survivors are processes of the run that were still there some time after it.
	Survivors []string
}

// Diagnostic is an error or warning.
type Diagnostic struct {
	Severity, Summary, Detail, Address string
}

// Errors are the diagnostics that are errors, in one text.
func (c Command) Errors() string {
	var all []string
	for _, d := range c.Diagnostics {
		if d.Severity == "error" {
			all = append(all, d.Summary+": "+d.Detail)
		}
	}
	return strings.Join(all, "\n")
}

// Imports are the IDs in the import blocks that the errors show.
func (c Command) Imports() []string {
	block := regexp.MustCompile(`(?s)import \{.*?\bid\s*=\s*"([^"]+)"`)
	var ids []string
	for _, d := range c.Diagnostics {
		for _, found := range block.FindAllStringSubmatch(d.Detail, -1) {
			if d.Severity == "error" && !slices.Contains(ids, found[1]) {
				ids = append(ids, found[1])
			}
		}
	}
	return ids
}

// ReadEvents takes what the command printed with -json to pieces.
func (c *Command) ReadEvents() {
	for line := range bytes.Lines([]byte(c.Output)) {
		var event struct {
			Type       string
			Diagnostic Diagnostic
			Change     struct {
				Action   string
				Resource struct{ Addr string }
			}
		}
		if json.Unmarshal(line, &event) != nil {
			continue
		}
		change := event.Change.Action + " " + event.Change.Resource.Addr
		switch event.Type {
		case "diagnostic":
			c.Diagnostics = append(c.Diagnostics, event.Diagnostic)
		case "planned_change":
			c.Changes = append(c.Changes, change)
		case "resource_drift":
			c.Drift = append(c.Drift, change)
		}
	}
	slices.Sort(c.Changes)
	slices.Sort(c.Drift)
}
