package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/report"
)

func TestReport_countsRunsAndNotViolations(t *testing.T) {
	r := report.New()
	r.Begin("create", 8, 88)
	r.Add("create", "lost", []invariant.Violation{{Outcome: invariant.Lost}, {Outcome: invariant.Lost}, {Outcome: invariant.Stuck}})
	r.Add("create", "500", nil)
	r.Add("destroy", "500", []invariant.Violation{{Outcome: invariant.Doubled}})
	rows, total := r.Rows()
	want := report.Row{Scenario: "create", Requests: 8, Faults: 2, Product: 88, Runs: 2, Lost: 1, Stuck: 1}
	if len(rows) != 2 || rows[0] != want {
		t.Errorf("rows %+v", rows)
	}
	if want := (report.Row{Scenario: "all", Requests: 8, Faults: 2, Product: 88, Runs: 3, Lost: 1, Doubled: 1, Stuck: 1}); total != want {
		t.Errorf("total %+v", total)
	}
	file := filepath.Join(t.TempDir(), "report")
	if err := r.Write(nil, file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(string(text)), "\n"); len(lines) != 4 || !strings.Contains(lines[0], "not converged") {
		t.Errorf("%s", text)
	}
}
