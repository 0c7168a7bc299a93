package fw

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func webRefused(kind kube.RefusalKind) error { return refusedTo("web", kind) }

func refusedTo(name string, kind kube.RefusalKind) error {
	return &kube.RefusedError{Ref: kube.Ref{Kind: "Pod", Namespace: "dev", Name: name}, Verb: "create", Kind: kind, Message: "because"}
}

// cell is what is reported under "warn" and "strict": nothing, a warning, an error.
type cell struct{ warn, strict string }

// row is an answer of the API server, and what is reported if the plan leaves the refusing
// settings, changes them, or can't know.
type row struct {
	err                      error
	leftOut                  []string
	leaves, changes, unknown cell
}

func answers() map[string]row {
	web := kube.Ref{Kind: "Pod", Namespace: "dev", Name: "web"}
	nothing, soft := cell{"", ""}, cell{"warning", "warning"}
	both, strict := cell{"error", "error"}, cell{"warning", "error"}
	rows := map[string]row{
		"carried out":             {nil, nil, nothing, nothing, nothing},
		"not there yet":           {apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "dev"), nil, nothing, nothing, nothing},
		"cancelled":               {&kube.UnansweredError{Err: context.Canceled}, nil, nothing, nothing, nothing},
		"silence":                 {&kube.UnansweredError{Err: errors.New("timed out")}, nil, strict, strict, strict},
		"a webhook that can't":    {&kube.UnansweredError{Err: webRefused(kube.RefusedByPolicy)}, nil, strict, strict, strict},
		"name taken":              {&kube.ExistsError{Ref: web}, nil, strict, strict, strict},
		"somebody else's":         {&kube.ForeignError{Ref: web}, nil, strict, strict, strict},
		"conflict":                {&kube.ConflictError{Ref: web, Conflicts: []kube.Conflict{{Manager: "argocd", Field: ".spec"}}}, nil, strict, strict, strict},
		"invalid":                 {webRefused(kube.RefusedAsInvalid), nil, both, both, both},
		"invalid, partly unknown": {webRefused(kube.RefusedAsInvalid), []string{"env"}, soft, soft, soft},
		"node":                    {webRefused(kube.RefusedByNode), nil, strict, strict, strict},
		"escalation":              {webRefused(kube.RefusedEscalation), nil, strict, strict, strict},
		"quota, partly unknown":   {webRefused(kube.RefusedByQuota), []string{"env"}, strict, nothing, soft},
	}
	for _, kind := range []kube.RefusalKind{
		kube.RefusedByQuota, kube.RefusedByLimitRange, kube.RefusedForDefaults, kube.RefusedByPodSecurity, kube.RefusedByPolicy, kube.RefusedAsChanged,
		kube.RefusedOtherwise, kube.RefusedMissingAccount, kube.RefusedByRBAC, kube.RefusedTerminating,
	} {
		rows[string(kind)] = row{webRefused(kind), nil, strict, nothing, soft}
	}
	for _, kind := range []kube.RefusalKind{kube.RefusedByPolicy, kube.RefusedAsChanged, kube.RefusedOtherwise} {
		rows[string(kind)+", partly unknown"] = row{webRefused(kind), []string{"env"}, soft, nothing, soft}
	}
	return rows
}

// A plan claims only what it can know: each cell of the table of reports.
func TestPlanValidation_saysWhatItKnows(t *testing.T) {
	for name, r := range answers() {
		for does, want := range map[knowledge]cell{keeps: r.leaves, changes: r.changes, unknown: r.unknown} {
			for mode, want := range map[string]string{PlanWarn: want.warn, PlanStrict: want.strict} {
				v := PlanValidation{Mode: mode, DryRuns: kube.NewDryRuns(), Clusters: &PlannedClusters{}}
				f := Foretold{Doing: "create the instance dev/web", Cluster: "dev", Err: r.err, At: path.Root("cpu"), LeftOut: r.leftOut}
				var diags diag.Diagnostics
				switch does {
				case keeps:
					v.OnlyReads(&diags, "dev")
				case changes:
					v.WillChange(&diags, "dev", settingsBehind(f.refusal()))
				case unknown:
				}
				v.Report(&diags, f)
				if got := severities(diags); got != want {
					t.Errorf("%s, which the plan %s, %s: %q, want %q", name, does, mode, got, want)
				}
			}
		}
	}
}

func severities(diags diag.Diagnostics) string {
	var all []string
	for _, d := range diags {
		all = append(all, strings.ToLower(d.Severity().String()))
	}
	return strings.Join(all, " ")
}

// Whether a plan passes doesn't depend on which of two resources core plans first.
func TestPlanValidation_theOrderMakesNoDifference(t *testing.T) {
	quota := Foretold{Doing: "create the instance dev/web", Cluster: "dev", Err: webRefused(kube.RefusedByQuota), At: path.Root("cpu")}
	for name, c := range map[string]struct {
		does         func(PlanValidation, *diag.Diagnostics)
		fails        bool
		saidAfter    string
		saidAfterAll string
	}{
		"it changes the quota":    {func(v PlanValidation, diags *diag.Diagnostics) { v.WillChange(diags, "dev", []string{"quota"}) }, false, "warning", ""},
		"it changes other things": {func(v PlanValidation, diags *diag.Diagnostics) { v.WillChange(diags, "dev", []string{"access"}) }, true, "warning error", "error"},
		"it only reads it":        {func(v PlanValidation, diags *diag.Diagnostics) { v.OnlyReads(diags, "dev") }, true, "warning error", "error"},
		"it changes nothing":      {func(v PlanValidation, diags *diag.Diagnostics) { v.WillChange(diags, "dev", nil) }, true, "warning error", "error"},
		"it makes the cluster":    {func(v PlanValidation, _ *diag.Diagnostics) { v.WillRemake("dev") }, false, "warning", ""},
	} {
		v := PlanValidation{Mode: PlanStrict, DryRuns: kube.NewDryRuns(), Clusters: &PlannedClusters{}}
		var instanceFirst, clusterFirst diag.Diagnostics
		v.Report(&instanceFirst, quota)
		c.does(v, &instanceFirst)
		v = PlanValidation{Mode: PlanStrict, DryRuns: kube.NewDryRuns(), Clusters: &PlannedClusters{}}
		c.does(v, &clusterFirst)
		v.Report(&clusterFirst, quota)
		if instanceFirst.HasError() != c.fails || clusterFirst.HasError() != c.fails {
			t.Errorf("%s: it fails: %t and %t", name, instanceFirst.HasError(), clusterFirst.HasError())
		}
		if after, afterAll := severities(instanceFirst), severities(clusterFirst); after != c.saidAfter || afterAll != c.saidAfterAll {
			t.Errorf("%s: it says %q and %q", name, after, afterAll)
		}
	}
}

// Of two resources that core plans at the same time, the right one reports a refusal, once.
func TestPlanValidation_waitsForTheClustersPlan(t *testing.T) {
	quota := Foretold{Doing: "create the instance dev/web", Cluster: "dev", Err: webRefused(kube.RefusedByQuota), At: path.Root("cpu")}
	for name, c := range map[string]struct {
		mode  string
		after time.Duration
		does  func(PlanValidation, *diag.Diagnostics)
		// want is what the plans of instance and cluster report, and how long the first takes.
		instance, cluster string
		takes             time.Duration
	}{
		"it changes nothing":      {PlanStrict, time.Second, func(v PlanValidation, diags *diag.Diagnostics) { v.WillChange(diags, "dev", nil) }, "error", "", time.Second},
		"it is known unchanged":   {PlanStrict, time.Second, func(v PlanValidation, _ *diag.Diagnostics) { v.Keeps("dev") }, "error", "", time.Second},
		"it changes the quota":    {PlanStrict, time.Second, func(v PlanValidation, diags *diag.Diagnostics) { v.WillChange(diags, "dev", []string{"quota"}) }, "", "", time.Second},
		"it makes the cluster":    {PlanStrict, time.Second, func(v PlanValidation, _ *diag.Diagnostics) { v.WillRemake("dev") }, "", "", time.Second},
		"it comes too late":       {PlanStrict, time.Minute, func(v PlanValidation, diags *diag.Diagnostics) { v.WillChange(diags, "dev", nil) }, "warning", "error", planPatience},
		"a warning needs no wait": {PlanWarn, time.Second, func(v PlanValidation, diags *diag.Diagnostics) { v.WillChange(diags, "dev", nil) }, "warning", "", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := PlanValidation{Mode: c.mode, DryRuns: kube.NewDryRuns(), Clusters: &PlannedClusters{}}
			var ofInstance, ofCluster diag.Diagnostics
			var planned sync.WaitGroup
			planned.Go(func() {
				time.Sleep(c.after)
				c.does(v, &ofCluster)
			})
			begun := time.Now()
			v.LookOut(t.Context(), quota)
			if took := time.Since(begun); took != c.takes {
				t.Errorf("%s: it waits %s, want %s", name, took, c.takes)
			}
			v.Report(&ofInstance, quota)
			planned.Wait()
			if got, after := severities(ofInstance), severities(ofCluster); got != c.instance || after != c.cluster {
				t.Errorf("%s: the instance says %q and the cluster %q", name, got, after)
			}
			for _, d := range ofCluster {
				if !strings.Contains(d.Summary(), "dev/web") || !strings.Contains(d.Detail(), "isn't about the cluster") {
					t.Errorf("%s: the cluster's error doesn't say what it is about: %s\n%s", name, d.Summary(), d.Detail())
				}
			}
		})
	}
}

// Waiting calls leave room for the cluster's plan, and nobody waits for it twice.
func TestPlanValidation_waitsWithinLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := PlanValidation{Mode: PlanStrict, DryRuns: kube.NewDryRuns(), Clusters: &PlannedClusters{}}
		quota := Foretold{Cluster: "dev", Err: webRefused(kube.RefusedByQuota)}
		begun := time.Now()
		var all sync.WaitGroup
		var mu sync.Mutex
		waited := 0
		for range 2 * maxLookouts {
			all.Go(func() {
				v.LookOut(t.Context(), quota)
				if time.Since(begun) > 0 {
					mu.Lock()
					defer mu.Unlock()
					waited++
				}
			})
		}
		all.Wait()
		if waited != maxLookouts {
			t.Errorf("%d waited", waited)
		}
		v.LookOut(t.Context(), quota)
		if took := time.Since(begun); took != planPatience {
			t.Errorf("all of them took %s", took)
		}
	})
}

// A plan reports once that it may not write or can't ask. It reports every other refusal for each
// instance, under one summary.
func TestPlanValidation_saysOnce(t *testing.T) {
	for kind, want := range map[kube.RefusalKind]int{kube.RefusedByRBAC: 1, kube.RefusedByQuota: 3} {
		v := PlanValidation{Mode: PlanWarn, DryRuns: kube.NewDryRuns(), Clusters: &PlannedClusters{}}
		var diags diag.Diagnostics
		for _, name := range []string{"a", "b", "c"} {
			v.Report(&diags, Foretold{Doing: "create the instance dev/" + name, Cluster: "dev", Err: refusedTo(name, kind), At: path.Empty()})
		}
		if len(diags) != want {
			t.Errorf("%s: said %d times", kind, len(diags))
		}
		for _, d := range diags {
			if d.Summary() != diags[0].Summary() {
				t.Errorf("%s: core can't group %q with %q", kind, d.Summary(), diags[0].Summary())
			}
		}
	}
}

// An error also stops a destroy, because core plans before it. So each error says how to destroy
// anyway.
func TestPlanValidation_anErrorSaysHowToDestroy(t *testing.T) {
	for name, r := range answers() {
		v := PlanValidation{Mode: PlanStrict, DryRuns: kube.NewDryRuns(), Clusters: &PlannedClusters{}}
		var diags diag.Diagnostics
		v.OnlyReads(&diags, "dev")
		v.Report(&diags, Foretold{Doing: "create the instance dev/web", Cluster: "dev", Err: r.err, At: path.Empty(), LeftOut: r.leftOut})
		for _, d := range diags.Errors() {
			if !strings.Contains(d.Detail(), "terraform destroy -refresh=false") {
				t.Errorf("%s: %s", name, d.Detail())
			}
		}
	}
}

func TestPlanValidation_Asks(t *testing.T) {
	if (PlanValidation{}).Asks() || (PlanValidation{Mode: PlanOff, DryRuns: kube.NewDryRuns()}).Asks() {
		t.Error("it asks unasked")
	}
	if !(PlanValidation{Mode: PlanWarn, DryRuns: kube.NewDryRuns()}).Asks() {
		t.Error("it doesn't ask")
	}
}

// A refusal that no attribute of a cluster decides holds whatever the plan does.
func TestSettingsBehind_areAttributesOfClusters(t *testing.T) {
	for _, kind := range []kube.RefusalKind{kube.RefusedAsInvalid, kube.RefusedByNode, kube.RefusedEscalation, ""} {
		if got := settingsBehind(kind); got != nil {
			t.Errorf("%s depends on %v", kind, got)
		}
	}
}

const (
	verdictsBegin = "<!-- verdicts: written by a test, from the table that plans obey -->\n"
	verdictsEnd   = "<!-- verdicts end -->"
)

var writeVerdicts = flag.Bool("matrix", false, "write the table of verdicts into the documentation's template")

// The documentation has the table that plans follow.
func TestVerdicts_areTheDocumentations(t *testing.T) {
	file := filepath.Join("..", "..", "templates", "guides", "plan-validation.md.tmpl")
	template, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, began := strings.Cut(string(template), verdictsBegin)
	written, after, ended := strings.Cut(rest, verdictsEnd)
	if !began || !ended {
		t.Fatal("the page has no place for the table")
	}
	if want := verdictTables(); written != want {
		if !*writeVerdicts {
			t.Errorf("the page differs from the table; write it with -matrix:\n%s", want)
			return
		}
		if err := os.WriteFile(file, []byte(before+verdictsBegin+want+verdictsEnd+after), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func verdictTables() string {
	var text strings.Builder
	text.WriteString("| the dry run says | the plan and the settings | `\"warn\"` | `\"strict\"` |\n| --- | --- | --- | --- |\n")
	for _, found := range []finding{foundNothing, foundInvalid, foundInvalidPart, foundSettings, foundSettingsPart, foundSurroundings, foundNoAnswer, foundInterrupted} {
		by := verdicts()[found]
		if by[keeps] == by[changes] && by[changes] == by[unknown] {
			fmt.Fprintf(&text, "| %s | makes no difference | %s | %s |\n", found, by[keeps].Warn, by[keeps].Strict)
			continue
		}
		for _, does := range []knowledge{keeps, changes, unknown} {
			fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", found, does, by[does].Warn, by[does].Strict)
		}
	}
	text.WriteString("\nWhich settings of the cluster decide depends on who refuses:\n\n| the summary of the warning | settings of `mar_cluster` |\n| --- | --- |\n")
	for _, kind := range []kube.RefusalKind{
		kube.RefusedByQuota, kube.RefusedByLimitRange, kube.RefusedForDefaults, kube.RefusedByPodSecurity, kube.RefusedByPolicy, kube.RefusedAsChanged,
		kube.RefusedOtherwise, kube.RefusedMissingAccount, kube.RefusedByRBAC, kube.RefusedTerminating, kube.RefusedByNode,
	} {
		settings := "none"
		if names := settingsBehind(kind); len(names) > 0 {
			settings = "`" + strings.Join(names, "`, `") + "`"
		}
		fmt.Fprintf(&text, "| %s | %s |\n", refusalSummary(kind), settings)
	}
	return text.String()
}
