package drift_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var writePage = flag.Bool("matrix", false, "write the matrix into the documentation's template")

// TestDrift_pageIsTheMatrixs holds that the page Drift says what the matrix
// proves.
func TestDrift_pageIsTheMatrixs(t *testing.T) {
	file := filepath.Join("..", "..", "..", "templates", "guides", "drift.md.tmpl")
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	now := string(was)
	for part, text := range map[string]string{"named": tables(isNamed), "silent": tables(isSilent)} {
		begin := "<!-- drift matrix, " + part + ": written by a test, from the cases that it tries -->\n"
		end := "<!-- drift matrix, " + part + ", ends -->"
		head, rest, found := strings.Cut(now, begin)
		_, tail, ended := strings.Cut(rest, end)
		if !found || !ended {
			t.Fatalf("%s has no place for the matrix: %s", file, begin)
		}
		now = head + begin + text + end + tail
	}
	if *writePage {
		if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if now != string(was) {
		t.Errorf("%s disagrees with the matrix; write it with -matrix", file)
	}
}

// TestDrift_rowsAreToldApart holds that a row's description is its own.
func TestDrift_rowsAreToldApart(t *testing.T) {
	seen := map[string]bool{}
	for _, part := range matrix() {
		for _, r := range part.rows {
			if seen[r.label()] {
				t.Errorf("two rows are called %q", r.happens)
			}
			seen[r.label()] = true
		}
	}
}

func isSilent(part table) bool {
	return !slices.ContainsFunc(part.rows, func(r row) bool { return r.plan.action != quiet || len(r.plan.warns) > 0 })
}

func isNamed(part table) bool { return !isSilent(part) }

// tables are the parts of the page's matrix that are wanted.
func tables(wanted func(table) bool) string {
	var text strings.Builder
	for _, part := range matrix() {
		if !wanted(part) {
			continue
		}
		fmt.Fprintf(&text, "\n### %s\n\n", part.title)
		if part.intro != "" {
			text.WriteString(part.intro + "\n\n")
		}
		if isSilent(part) {
			text.WriteString("| what happens | |\n| --- | --- |\n")
		} else {
			text.WriteString("| what happens outside of Terraform | what the next plan says |\n| --- | --- |\n")
		}
		for _, r := range part.rows {
			said := []string{r.plan.text()}
			if isSilent(part) {
				said = nil
			}
			if r.sees != "" {
				said = append(said, r.sees)
			}
			fmt.Fprintf(&text, "| %s | %s |\n", r.happens, strings.Join(said, "; "))
		}
	}
	text.WriteString("\n")
	return text.String()
}

// text is the verdict as the page says it.
func (v verdict) text() string {
	text := []string{string(v.action)}
	switch v.action {
	case noted:
		text[0] = "nothing, but the state takes note of " + named(v.paths)
	case updated:
		text[0] = "update in place of " + named(v.paths)
	case replaced:
		text[0] = "replacement, forced by " + named(v.paths)
	case created:
		text[0] = "it is made again"
	case occupied:
		text[0] = "it is made again, and the apply is an error as long as the name is taken: *" + v.says[0] + "*"
	case refused:
		text[0] = "an error: *" + v.says[0] + "*"
	case disputed:
		text[0] = "update in place of " + named(v.paths) + ", and its apply is an error: *" + v.says[0] + "*"
	}
	for _, w := range v.warns {
		text = append(text, fmt.Sprintf("warning: *%s*: “%s”", w.summary, strings.TrimPrefix(w.says, "is ")))
	}
	return strings.Join(text, "; ")
}

// named lists attributes; what merely follows from another is left out.
func named(paths []string) string {
	const most = 3
	var list []string
	for _, path := range paths {
		if follows := strings.Replace(path, "s_all", "s", 1); follows == path || !slices.Contains(paths, follows) {
			list = append(list, "`"+path+"`")
		}
	}
	if len(list) > most+1 {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more, each by itself", len(list)-most)
	}
	return strings.Join(list, ", ")
}
