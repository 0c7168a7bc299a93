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
	// runs have shown it: SCENARIO/FAULT@REQUEST, or the name of another test of the suite.
	runs []string
}

// trackRecord is what the suite has found so far.
func trackRecord() []finding {
	return []finding{
		{"A create with secrets that failed after its first request left a PodTemplate that no state knew. After an import the plan was empty, and no Pod ran.", []string{"instance-secrets/404-on@create-secrets-1", "instance-secrets/sigkill@create-secrets-1"}},
		{"A 409 or a plain 404, when the Secret was handed over to the Pod, was taken for success. Kubernetes deleted the Secret.", []string{"instance-secrets/409-moved@patch-secrets-1", "instance-secrets/404@patch-secrets-1"}},
		{"A 409 or a plain 404, when the PodTemplate was deleted, was taken for “it is gone”. It stayed beside the Pod.", []string{"instance-secrets/409-webhook@delete-podtemplates-1", "instance-secrets/404@delete-podtemplates-1"}},
		{"A quota's admission that gave up was reported as a missing cluster.", []string{"instance-create/409-quota@create-pods-1"}},
		{"An answer that was cut off in its body ended the command.", []string{"instance-create/cut@get-podtemplates-1"}},
		{"A 500 to a read, a patch or a delete ended the command.", []string{"instance-secrets/500@patch-secrets-1"}},
		{"SIGTERM to Terraform and provider lost what was being made.", []string{"instance-create/sigterm@get-pods-1"}},
		{"A provider whose Terraform was killed lived on.", []string{"instance-create/sigkill-core@create-pods-1"}},
		{"A create waited for its whole timeout when a watch fell silent.", []string{"instance-create/watch-silent@watch-pods-1"}},
		{"A 409 of an API server that lost its own races ended an apply or a resize, with the advice to look for somebody else.", []string{"cluster-create/409-moved@patch-rolebindings-1", "instance-resize/409-moved@patch-pods.resize-1"}},
		{"A label stayed when the update that takes it away was refused, and no later plan showed it.", []string{"instance-label-removed/409-webhook@patch-pods-1"}},
		{"Two states made the same stopped instance, and each took it for its own.", []string{"TestAccRobustness_twoStates/instance-stopped"}},
		{"An API server that had just started, and didn't know anybody's rights yet, ended the command.", []string{"TestAccRobustness_controlPlaneFails/api-server-restarts"}},
		{"A deletion that was answered with another UID was taken for done, without a look at the object.", []string{"instance-stop/409-uid@delete-pods-1"}},
		{"An action that was interrupted ended with exit code 0, and half of its work.", []string{"action-start/sigint@get-pods-1"}},
	}
}

// TestRobustness_recordCanBeRunAgain holds that the record names scenarios and faults that
// there are.
func TestRobustness_recordCanBeRunAgain(t *testing.T) {
	for _, f := range trackRecord() {
		for _, run := range f.runs {
			if strings.HasPrefix(run, "TestAcc") {
				continue
			}
			of, strike, _ := strings.Cut(run, "/")
			if _, found := scenario.Find(of); !found {
				t.Errorf("there is no scenario %s", of)
			}
			name, _, _ := strings.Cut(strike, "@")
			if _, found := fault.Find(name); !found {
				t.Errorf("there is no fault %s", name)
			}
		}
	}
}

func record() string {
	var text strings.Builder
	text.WriteString("| bug | run |\n| --- | --- |\n")
	for _, f := range trackRecord() {
		fmt.Fprintf(&text, "| %s | `%s` |\n", f.what, strings.Join(f.runs, "`, `"))
	}
	return text.String()
}
