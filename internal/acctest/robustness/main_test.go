package robustness_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/report"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// envFull has all that there is run, and not only the part that each "make test" runs.
const envFull = "MAR_ROBUSTNESS_FULL"

func full() bool { return os.Getenv(envFull) != "" }

// results are what the matrix of scenarios and faults came to.
var results = report.New()

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "mar-robustness-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	policy := filepath.Join(dir, "audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(witness.AuditPolicy), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// A log that were rotated would lose requests.
	code := acctest.Main(m, "--audit", "--apiserver-arg=--audit-log-maxsize=100000", "--apiserver-arg=--audit-policy-file="+policy)
	if err := results.Write(os.Stdout, os.Getenv("MAR_ROBUSTNESS_REPORT")); err != nil {
		fmt.Fprintln(os.Stderr, "write the report:", err)
		code = 1
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}
