package robustness_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/acctest/processes"
)

// plane is the control plane's processes.
type plane struct {
	dir string
	// start are the arguments that it was started with.
	start []string
}

func thePlane(tb testing.TB) plane {
	tb.Helper()
	return plane{dir: filepath.Dir(acctest.Kubeconfig(tb)), start: planeArguments()}
}

// pid returns the number of a component's process.
func (p plane) pid(component string) (int, error) {
	text, err := os.ReadFile(filepath.Join(p.dir, "cluster", "state.json"))
	if err != nil {
		return 0, err
	}
	var state struct {
		Components []struct {
			Name    string
			Process struct{ PID int }
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return 0, err
	}
	for _, c := range state.Components {
		if c.Name == component {
			return c.Process.PID, nil
		}
	}
	return 0, fmt.Errorf("there is no %s in %s", component, text)
}

// pause has a component stand still for a while.
func (p plane) pause(ctx context.Context, component string, while time.Duration) error {
	pid, err := p.pid(component)
	if err != nil {
		return err
	}
	if err := processes.Pause(pid); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(while):
	}
	return processes.Continue(pid)
}

// restart kills a component, and starts it again a while later.
func (p plane) restart(ctx context.Context, component string, after time.Duration) error {
	pid, err := p.pid(component)
	if err != nil {
		return err
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	if err := process.Kill(); err != nil {
		return err
	}
	time.Sleep(after)
	up := exec.CommandContext(ctx, os.Getenv("MAR_DEVCLUSTER"), append([]string{"up", "--dir", p.dir}, p.start...)...)
	if output, err := up.CombinedOutput(); err != nil {
		return fmt.Errorf("start it again: %w: %s", err, output)
	}
	return nil
}
