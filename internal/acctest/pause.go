package acctest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/processes"
)

// PauseControllers stops the embedded cluster's controller manager, so nobody counts quotas,
// creates ServiceAccounts or empties Namespaces. It returns the function that resumes it; the end
// of the test does so too.
//
// It affects everything that runs meanwhile, so a test that calls it must be Alone.
func PauseControllers(t *testing.T) (resume func()) {
	t.Helper()
	return pauseComponent(t, "kube-controller-manager")
}

func pauseComponent(t *testing.T, name string) (resume func()) {
	t.Helper()
	NeedsEmbedded(t)
	pid := componentPID(t, name)
	if err := processes.Pause(pid); err != nil {
		t.Fatalf("pause %s: %v", name, err)
	}
	resume = sync.OnceFunc(func() {
		if err := processes.Continue(pid); err != nil {
			t.Errorf("have %s go on: %v", name, err)
		}
	})
	t.Cleanup(resume)
	return resume
}

// componentPID reads the process ID that the embedded cluster has recorded.
func componentPID(t *testing.T, name string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(filepath.Dir(Kubeconfig(t)), "cluster", "state.json"))
	if err != nil {
		t.Fatal(err)
	}
	var noted struct {
		Components []struct {
			Name    string
			Process struct{ PID int }
		}
	}
	if err := json.Unmarshal(data, &noted); err != nil {
		t.Fatal(err)
	}
	for _, component := range noted.Components {
		if component.Name == name && component.Process.PID > 0 {
			return component.Process.PID
		}
	}
	t.Fatalf("the embedded cluster has noted no process of %s", name)
	return 0
}
