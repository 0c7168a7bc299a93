package connect

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var writeTable = flag.Bool("repetitions", false, "write the table of what is repeated into the documentation's template")

const (
	tableBegin = "<!-- repetitions: written by a test, from the table that the provider obeys -->\n"
	tableEnd   = "<!-- repetitions end -->"
)

func (r Repetition) row() string {
	how, long := "no", ""
	switch {
	case r.After == Starting && r.Request != Asking:
		how, long = "yes", "10 s"
	case r.Times > 0:
		how, long = "yes", fmt.Sprintf("%d times", r.Times)
	case r.Request == Asking && r.Repeated:
		how, long = "yes", "5 s"
	case r.Repeated:
		how, long = "yes", "60 s; 3 s where the server has never answered"
	case r.Lookup:
		how, long = "the provider looks for the object first, and knows its own by a random value that it has put on it; then yes", "60 s"
	case r.Rebuilt:
		how, long = "the object is read, and the request made anew of what is there", "60 s"
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", r.Request, r.After, how, long)
}

func TestRepetitions_areTheTableOfTheDocumentation(t *testing.T) {
	const file = "../../../templates/guides/reliability.md.tmpl"
	var table strings.Builder
	table.WriteString("| request | answer | repeated | how long |\n| --- | --- | --- | --- |\n")
	for _, r := range Repetitions() {
		table.WriteString(r.row())
	}
	template, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(template), tableBegin)
	written, tail, ended := strings.Cut(rest, tableEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", file)
	}
	if *writeTable {
		if err := os.WriteFile(file, []byte(head+tableBegin+table.String()+tableEnd+tail), 0o644); err != nil { //nolint:gosec // a template that everybody reads
			t.Fatal(err)
		}
		return
	}
	if written != table.String() {
		t.Errorf("%s disagrees with the table of repetitions; write it with -repetitions:\n%s", file, table.String())
	}
}
