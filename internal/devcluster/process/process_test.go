package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestIdentity(t *testing.T) {
	own, err := Identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Identify(os.Getpid()); err != nil || again != own {
		t.Errorf("asked again, it is %v (%v), was %v", again, err, own)
	}
	if !own.Alive() {
		t.Error("this process isn't alive")
	}
	for name, other := range map[string]Identity{
		"another start":  {PID: own.PID, Started: "long ago"},
		"no start":       {PID: own.PID},
		"nothing":        {},
		"a process tree": {PID: -1, Started: own.Started},
	} {
		if other.Alive() {
			t.Errorf("%s counts as alive", name)
		}
	}
}

const (
	obedient  = "echo ready; exec sleep 60"
	stubborn  = "trap '' TERM; echo ready; while :; do sleep 1; done"
	forReady  = 10 * time.Second
	readyPoll = 5 * time.Millisecond
)

// start runs a shell script, and waits until it says that it is ready.
func start(t *testing.T, script string) Child {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	child, err := Start(Spec{Binary: shell, Args: []string{"sh", "-c", script}, Log: log, Dir: "/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if child.Alive() {
			_ = syscall.Kill(child.PID, syscall.SIGKILL)
		}
	})
	for deadline := time.Now().Add(forReady); ; time.Sleep(readyPoll) {
		if said, err := Tail(log, 0, 1); err == nil && said == "ready" {
			return child
		}
		if time.Now().After(deadline) {
			t.Fatalf("the script wasn't ready within %s: %s", forReady, script)
		}
	}
}

func TestStart_ownSession(t *testing.T) {
	child := start(t, obedient)
	group, err := syscall.Getpgid(child.PID)
	if err != nil || group != child.PID {
		t.Errorf("the process's group is %d (%v), want its own, %d", group, err, child.PID)
	}
}

func TestStop(t *testing.T) {
	for name, script := range map[string]string{
		"obeys":   obedient,
		"ignores": stubborn,
	} {
		t.Run(name, func(t *testing.T) {
			child := start(t, script)
			if err := Stop(t.Context(), child.Identity, 200*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if child.Alive() {
				t.Error("it is still alive")
			}
			<-child.Exited
			if err := Stop(t.Context(), child.Identity, time.Second); err != nil {
				t.Errorf("stopping what is gone: %v", err)
			}
		})
	}
}

func TestStop_sparesAnotherProcess(t *testing.T) {
	child := start(t, obedient)
	if err := Stop(t.Context(), Identity{PID: child.PID, Started: "long ago"}, time.Second); err != nil {
		t.Fatal(err)
	}
	if !child.Alive() {
		t.Error("a process that only had the same ID was stopped")
	}
}

func TestStop_cancelled(t *testing.T) {
	child := start(t, stubborn)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Stop(ctx, child.Identity, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("Stop returned %v", err)
	}
}

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	content := "old\n" + strings.Repeat("x\n", 5000) + "one\ntwo\nthree\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		from  int64
		lines int
		want  string
	}{
		"last lines":          {0, 2, "two\nthree"},
		"from an offset":      {int64(len(content) - len("two\nthree\n")), 10, "two\nthree"},
		"from the end":        {int64(len(content)), 10, ""},
		"from beyond the end": {int64(len(content)) + 10, 10, ""},
	} {
		got, err := Tail(path, tc.from, tc.lines)
		if err != nil || got != tc.want {
			t.Errorf("%s: %q (%v), want %q", name, got, err, tc.want)
		}
	}
	if _, err := Tail(path+"-missing", 0, 1); err == nil {
		t.Error("a missing log is no error")
	}
}
