// Package report counts what runs came to, and shows it as a table.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/invariant"
)

// Row is what the runs of one scenario came to.
type Row struct {
	Scenario string
	// Requests is how many requests the operation takes, Faults how many kinds of fault were put
	// on them, Product how many pairs of request and fault there are, Runs how many were run.
	Requests, Faults, Product, Runs int
	Lost, Doubled, Stuck, Other     int
}

// Report gathers rows, from tests that run at the same time.
type Report struct {
	mu   sync.Mutex
	rows map[string]*Row
	// kinds are the faults of a scenario's runs.
	kinds map[string]map[string]bool
}

// New returns an empty report.
func New() *Report { return &Report{rows: map[string]*Row{}, kinds: map[string]map[string]bool{}} }

// Begin notes how many requests a scenario has, and how many runs there could be.
func (r *Report) Begin(scenario string, requests, product int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	row := r.row(scenario)
	row.Requests, row.Product = requests, product
}

// Add counts a run.
func (r *Report) Add(scenario, fault string, violations []invariant.Violation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	row := r.row(scenario)
	row.Runs++
	r.kinds[scenario][fault] = true
	row.Faults = len(r.kinds[scenario])
	count := map[invariant.Outcome]bool{}
	for _, v := range violations {
		count[v.Outcome] = true
	}
	for outcome, field := range map[invariant.Outcome]*int{
		invariant.Lost: &row.Lost, invariant.Doubled: &row.Doubled, invariant.Stuck: &row.Stuck, invariant.Other: &row.Other,
	} {
		if count[outcome] {
			*field++
		}
	}
}

func (r *Report) row(scenario string) *Row {
	if r.rows[scenario] == nil {
		r.rows[scenario], r.kinds[scenario] = &Row{Scenario: scenario}, map[string]bool{}
	}
	return r.rows[scenario]
}

// Rows are all rows, by name, and their sum.
func (r *Report) Rows() (rows []Row, total Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range r.rows {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Scenario, b.Scenario) })
	return rows, Sum(rows, r.allKinds())
}

func (r *Report) allKinds() int {
	kinds := map[string]bool{}
	for _, of := range r.kinds {
		for kind := range of {
			kinds[kind] = true
		}
	}
	return len(kinds)
}

// Sum adds rows up; of faults there are as many as is said.
func Sum(rows []Row, faults int) Row {
	total := Row{Scenario: "all", Faults: faults}
	for _, row := range rows {
		total.Requests += row.Requests
		total.Product += row.Product
		total.Runs += row.Runs
		total.Lost += row.Lost
		total.Doubled += row.Doubled
		total.Stuck += row.Stuck
		total.Other += row.Other
	}
	return total
}

// Write writes the rows to file.json and the table to file.txt, or prints the table where no
// file is named.
func (r *Report) Write(w io.Writer, file string) error {
	rows, total := r.Rows()
	if len(rows) == 0 {
		return nil
	}
	rows = append(rows, total)
	if file == "" {
		_, err := io.WriteString(w, Text(rows))
		return err
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(file+".json", append(text, '\n'), 0o644), os.WriteFile(file+".txt", []byte(Text(rows)), 0o644))
}

// Text is the table as a terminal shows it.
func Text(rows []Row) string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, strings.Join(Header(), "\t")+"\t")
	for _, row := range rows {
		fmt.Fprintln(table, strings.Join(row.Cells(), "\t")+"\t")
	}
	_ = table.Flush()
	return text.String()
}

// Header names the columns.
func Header() []string {
	return []string{"scenario", "requests", "faults", "pairs", "runs", "lost", "doubled", "not converged", "other"}
}

// Cells are the row's, in the order of the header.
func (row Row) Cells() []string {
	cells := []string{row.Scenario}
	for _, n := range []int{row.Requests, row.Faults, row.Product, row.Runs, row.Lost, row.Doubled, row.Stuck, row.Other} {
		cells = append(cells, strconv.Itoa(n))
	}
	return cells
}

// Markdown is the table as a page has it.
func Markdown(rows []Row) string {
	var text strings.Builder
	text.WriteString("| " + strings.Join(Header(), " | ") + " |\n|" + strings.Repeat(" --- |", len(Header())) + "\n")
	for _, row := range rows {
		text.WriteString("| " + strings.Join(row.Cells(), " | ") + " |\n")
	}
	return text.String()
}
