package robustness_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/fault"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/report"
)

var (
	writePage = flag.Bool("matrix", false, "write the tables into the documentation's template")
	fullRun   = flag.String("full-run", "", "with -matrix: the report of a full run to take the table from")
)

// lastFullRun is the report that the page shows.
const lastFullRun = "testdata/full-run.json"

// TestRobustness_pageIsTheSuites holds that the page Reliability says what the suite does and
// has found.
func TestRobustness_pageIsTheSuites(t *testing.T) {
	file := filepath.Join("..", "..", "..", "templates", "guides", "reliability.md.tmpl")
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	now := string(was)
	for part, text := range map[string]string{"promises": promises(), "faults": faults(), "table": table(t), "record": record()} {
		begin, end := "<!-- reliability, "+part+": ", "<!-- reliability, "+part+", end -->"
		head, rest, found := strings.Cut(now, begin)
		comment, rest, _ := strings.Cut(rest, "\n")
		_, tail, ended := strings.Cut(rest, end)
		if !found || !ended {
			t.Fatalf("%s has no place for %s", file, part)
		}
		now = head + begin + comment + "\n\n" + text + "\n" + end + tail
	}
	if *writePage {
		if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if now != string(was) {
		t.Errorf("%s isn't what the suite says; write it with -matrix", file)
	}
}

func promises() string {
	var text strings.Builder
	for _, rule := range invariant.Rules() {
		text.WriteString("- " + rule.Promise + "\n")
	}
	return text.String()
}

func faults() string {
	var text strings.Builder
	text.WriteString("| fault | what happens |\n| --- | --- |\n")
	for _, f := range fault.All() {
		fmt.Fprintf(&text, "| `%s` | %s |\n", f.Name, f.About)
	}
	return text.String()
}

func table(t *testing.T) string {
	t.Helper()
	if *writePage && *fullRun != "" {
		text, err := os.ReadFile(*fullRun)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(lastFullRun, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(lastFullRun)
	if err != nil {
		t.Fatal(err)
	}
	var rows []report.Row
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 {
		return "No full run of this version is recorded yet.\n"
	}
	return report.Markdown(rows)
}
