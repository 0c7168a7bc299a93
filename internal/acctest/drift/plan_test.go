package drift_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// plan is what Terraform says of each resource, by its address.
type plan struct {
	changes, drift map[string]planned
	said           map[string][]diagnostic
	// unchecked is said of one resource and holds for all.
	unchecked []diagnostic
	code      int
}

// planned is a resource's change, as the JSON form of a plan has it.
type planned struct {
	Address string `json:"address"`
	Change  struct {
		Actions      []string       `json:"actions"`
		Before       map[string]any `json:"before"`
		After        map[string]any `json:"after"`
		AfterUnknown map[string]any `json:"after_unknown"`
		ReplacePaths [][]any        `json:"replace_paths"`
	} `json:"change"`
}

type diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"`
}

// makePlan plans, and keeps the plan for an apply.
func makePlan(t *testing.T, terraform *acctest.CLI) plan {
	t.Helper()
	output, code := terraform.Run("plan", "-json", "-detailed-exitcode", "-out=saved", "-parallelism=30")
	p := plan{said: diagnostics(t, output), code: code}
	for _, said := range p.said {
		for _, d := range said {
			if d.Summary == unchecked {
				p.unchecked = append(p.unchecked, d)
			}
		}
	}
	if code == 1 {
		return p
	}
	var shown struct {
		Changes []planned `json:"resource_changes"`
		Drift   []planned `json:"resource_drift"`
	}
	if err := json.Unmarshal([]byte(terraform.Must(0, "show", "-json", "saved")), &shown); err != nil {
		t.Fatal(err)
	}
	p.changes, p.drift = byAddress(shown.Changes), byAddress(shown.Drift)
	return p
}

func byAddress(list []planned) map[string]planned {
	all := map[string]planned{}
	for _, p := range list {
		all[p.Address] = p
	}
	return all
}

// diagnostics are the errors and warnings in what a command prints with -json, by
// resource.
func diagnostics(t *testing.T, output string) map[string][]diagnostic {
	t.Helper()
	all := map[string][]diagnostic{}
	lines := bufio.NewScanner(strings.NewReader(output))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var line struct {
			Diagnostic *diagnostic `json:"diagnostic"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("terraform printed %q", lines.Text())
		}
		if d := line.Diagnostic; d != nil {
			all[d.Address] = append(all[d.Address], *d)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// action is what the plan does about the resource.
func (p plan) action(address string) action {
	_, drifted := p.drift[address]
	for _, d := range p.said[address] {
		if d.Severity == "error" {
			return refused
		}
	}
	switch strings.Join(p.changes[address].Change.Actions, ",") {
	case "no-op":
		if drifted {
			return noted
		}
		return quiet
	case "update":
		return updated
	case "delete,create", "create,delete":
		return replaced
	case "create":
		return created
	}
	return action(fmt.Sprint(p.changes[address].Change.Actions))
}

// compare reports how the plan isn't what the verdict wants.
func (p plan) compare(address string, want verdict) []string {
	var wrong []string
	got := p.action(address)
	asked := want.action
	switch asked {
	case disputed:
		asked = updated
	case occupied:
		asked = created
	}
	if got != asked {
		wrong = append(wrong, fmt.Sprintf("the plan is: %s; want: %s", got, asked))
	}
	change := p.changes[address].Change
	switch got {
	case updated:
		wrong = append(wrong, covered("it updates", want, differences(change.Before, change.After, change.AfterUnknown))...)
	case replaced:
		wrong = append(wrong, covered("the replacement is forced by", want, texts(change.ReplacePaths))...)
	case noted:
		seen := p.drift[address].Change
		wrong = append(wrong, covered("the state takes note of", want, differences(seen.Before, seen.After, seen.AfterUnknown))...)
	case quiet:
		if drift, found := p.drift[address]; found {
			wrong = append(wrong, fmt.Sprintf("the refresh finds %v", drift.Change.After))
		}
	}
	return append(wrong, saidWrong(slices.Concat(p.said[address], p.unchecked), want)...)
}

// covered holds that each path that was found is one of those that are wanted, or
// part of one, and that none of those is missing.
func covered(doing string, want verdict, got []string) []string {
	var wrong []string
	hit := map[string]bool{}
	allowed := slices.Concat(want.paths, want.perhaps)
	for _, path := range got {
		at := slices.IndexFunc(allowed, func(w string) bool { return path == w || strings.HasPrefix(path, w+".") })
		if at < 0 {
			wrong = append(wrong, fmt.Sprintf("%s %s", doing, path))
			continue
		}
		hit[allowed[at]] = true
	}
	for _, path := range want.paths {
		if !hit[path] {
			wrong = append(wrong, fmt.Sprintf("not that %s %s", doing, path))
		}
	}
	return wrong
}

// differences are the paths at which two values of an object differ, or whose
// value isn't known yet.
func differences(before, after, unknown map[string]any) []string {
	var paths []string
	names := map[string]bool{}
	for _, of := range []map[string]any{before, after, unknown} {
		for name := range of {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, wasObject := before[name].(map[string]any)
		is, isObject := after[name].(map[string]any)
		later, _ := unknown[name].(map[string]any)
		switch {
		case wasObject && isObject:
			for _, path := range differences(was, is, later) {
				paths = append(paths, name+"."+path)
			}
		case unknown[name] == true || !reflect.DeepEqual(before[name], after[name]):
			paths = append(paths, name)
		}
	}
	return paths
}

func texts(paths [][]any) []string {
	var all []string
	for _, path := range paths {
		var parts []string
		for _, part := range path {
			parts = append(parts, fmt.Sprint(part))
		}
		all = append(all, strings.Join(parts, "."))
	}
	return all
}

// fits reports whether this is the warning that is wanted.
func (w warning) fits(d diagnostic) bool {
	return w.summary == d.Summary && strings.Contains(d.Detail, w.says) || w.or != "" && w.or == d.Summary
}

// saidWrong holds that there is each warning and error that is wanted, and no
// other.
func saidWrong(said []diagnostic, want verdict) []string {
	var wrong []string
	errors := 0
	for _, d := range said {
		if d.Severity == "error" {
			errors++
			for _, text := range want.says {
				if !strings.Contains(d.Summary+"\n"+d.Detail, text) {
					wrong = append(wrong, fmt.Sprintf("the error lacks %q: %s: %s", text, d.Summary, d.Detail))
				}
			}
			continue
		}
		if d.Summary != unchecked && !slices.ContainsFunc(want.warns, func(w warning) bool { return w.fits(d) }) {
			wrong = append(wrong, fmt.Sprintf("it warns: %s: %s", d.Summary, d.Detail))
		}
	}
	for _, w := range want.warns {
		if !slices.ContainsFunc(said, w.fits) {
			wrong = append(wrong, fmt.Sprintf("no warning %q says %q", w.summary, w.says))
		}
	}
	if errors > 0 && want.action != refused {
		wrong = append(wrong, fmt.Sprintf("errors: %v", said))
	}
	return wrong
}
