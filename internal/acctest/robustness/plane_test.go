package robustness_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
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

// signal sends a component a signal.
func (p plane) signal(component string, signal syscall.Signal) error {
	text, err := os.ReadFile(filepath.Join(p.dir, "cluster", "state.json"))
	if err != nil {
		return err
	}
	var state struct {
		Components []struct {
			Name    string
			Process struct{ PID int }
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return err
	}
	for _, c := range state.Components {
		if c.Name == component {
			return syscall.Kill(c.Process.PID, signal)
		}
	}
	return fmt.Errorf("there is no %s in %s", component, text)
}

// pause has a component stand still for a while.
func (p plane) pause(ctx context.Context, component string, while time.Duration) error {
	if err := p.signal(component, syscall.SIGSTOP); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(while):
	}
	return p.signal(component, syscall.SIGCONT)
}

// restart kills a component, and starts it again a while later.
func (p plane) restart(ctx context.Context, component string, after time.Duration) error {
	if err := p.signal(component, syscall.SIGKILL); err != nil {
		return err
	}
	time.Sleep(after)
	up := exec.CommandContext(ctx, os.Getenv("MAR_DEVCLUSTER"), append([]string{"up", "--dir", p.dir}, p.start...)...)
	if output, err := up.CombinedOutput(); err != nil {
		return fmt.Errorf("start it again: %w: %s", err, output)
	}
	return nil
}
