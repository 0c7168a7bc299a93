package robustness_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/report"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

const (
	// envFull has all that there is run, and not only the part that each "make test" runs.
	envFull = "MAR_ROBUSTNESS_FULL"
	// envReport is the path, less its ending, of the files that the table is written to.
	envReport = "MAR_ROBUSTNESS_REPORT"
	// envPolicy is where the tests put the audit policy.
	envPolicy = "MAR_ROBUSTNESS_AUDIT_POLICY"
)

func full() bool { return os.Getenv(envFull) != "" }

// onlyInFull skips a test that "make test" has no time for.
func onlyInFull(t *testing.T) {
	t.Helper()
	if !full() {
		t.Skip("runs with make test-robustness")
	}
}

// results are what the runs came to.
var results = report.New()

// planeArguments are those that the control plane is started with. An audit log that were
// rotated would lose requests.
func planeArguments() []string {
	return []string{"--audit", "--apiserver-arg=--audit-log-maxsize=100000", "--apiserver-arg=--audit-policy-file=" + os.Getenv(envPolicy)}
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "mar-robustness-")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	// A provider that is killed leaves its socket where temporary files are.
	if err := os.Setenv("TMPDIR", dir); err != nil {
		return failed(err)
	}
	if full() {
		go progress()
	}
	policy := filepath.Join(dir, "audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(witness.AuditPolicy), 0o600); err != nil {
		return failed(err)
	}
	if err := os.Setenv(envPolicy, policy); err != nil {
		return failed(err)
	}
	code := acctest.Main(m, planeArguments()...)
	if err := results.Write(os.Stdout, os.Getenv(envReport)); err != nil {
		return failed(err)
	}
	theProvider.remove()
	return code
}

// progress says once a minute how far the runs are.
func progress() {
	start := time.Now()
	for range time.Tick(time.Minute) {
		_, total := results.Rows()
		fmt.Fprintf(os.Stderr, "robustness: %d runs after %.0f min: %d lost, %d doubled, %d not converged, %d other\n",
			total.Runs, time.Since(start).Minutes(), total.Lost, total.Doubled, total.Stuck, total.Other)
	}
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
