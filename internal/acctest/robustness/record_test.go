package robustness_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/fault"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
)

// finding is a bug that the suite has found.
type finding struct {
	what string
	// scenario and strikes are runs that have shown it; the strikes are FAULT@REQUEST.
	scenario string
	strikes  []string
}

// trackRecord is what the suite has found so far.
func trackRecord() []finding {
	return []finding{
		{"A create with secrets that failed after its first request left a PodTemplate that no state knew. After an import the plan was empty, and no Pod ran.", "instance-secrets", []string{"404-on@create-secrets-1", "sigkill@create-secrets-1"}},
		{"A 409 or a plain 404, when the Secret was handed over to the Pod, was taken for success. Kubernetes deleted the Secret.", "instance-secrets", []string{"409-moved@patch-secrets-1", "404@patch-secrets-1"}},
		{"A 409 or a plain 404, when the PodTemplate was deleted, was taken for “it is gone”. It stayed beside the Pod.", "instance-secrets", []string{"409-webhook@delete-podtemplates-1", "404@delete-podtemplates-1"}},
		{"A quota's admission that gave up was reported as a missing cluster.", "instance-create", []string{"409-quota@create-pods-1"}},
		{"An answer that was cut off in its body ended the command.", "instance-create", []string{"cut@get-podtemplates-1"}},
		{"A 500 to a read, a patch or a delete ended the command.", "instance-secrets", []string{"500@patch-secrets-1"}},
		{"SIGTERM to Terraform and provider lost what was being made.", "instance-create", []string{"sigterm@get-pods-1"}},
		{"A provider whose Terraform was killed lived on.", "instance-create", []string{"sigkill-core@create-pods-1"}},
		{"A create waited for its whole timeout when a watch fell silent.", "instance-create", []string{"watch-silent@watch-pods-1"}},
	}
}

// TestRobustness_recordCanBeRunAgain holds that the record names scenarios and faults that
// there are.
func TestRobustness_recordCanBeRunAgain(t *testing.T) {
	for _, f := range trackRecord() {
		if _, found := scenario.Find(f.scenario); !found {
			t.Errorf("there is no scenario %s", f.scenario)
		}
		for _, strike := range f.strikes {
			name, _, _ := strings.Cut(strike, "@")
			if _, found := fault.Find(name); !found {
				t.Errorf("there is no fault %s", name)
			}
		}
	}
}

func record() string {
	var text strings.Builder
	text.WriteString("| bug | `make test-robustness ROBUSTNESS=…` |\n| --- | --- |\n")
	for _, f := range trackRecord() {
		var runs []string
		for _, strike := range f.strikes {
			runs = append(runs, fmt.Sprintf("`%s/%s`", f.scenario, strike))
		}
		fmt.Fprintf(&text, "| %s | %s |\n", f.what, strings.Join(runs, ", "))
	}
	return text.String()
}
