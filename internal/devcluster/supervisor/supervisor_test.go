package supervisor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/state"
)

func TestExitError(t *testing.T) {
	log := filepath.Join(t.TempDir(), "etcd.log")
	old := "bind: address already in use\n"
	for name, tc := range map[string]struct {
		says  string
		taken bool
	}{
		"a port":    {"listen tcp 127.0.0.1:1: bind: address already in use\n", true},
		"otherwise": {"unknown flag: --x\n", false},
		"nothing":   {"", false},
	} {
		// What an earlier run has said doesn't count.
		if err := os.WriteFile(log, []byte(old+tc.says), 0o600); err != nil {
			t.Fatal(err)
		}
		err := newExitError("etcd", log, int64(len(old)))
		if err.portTaken() != tc.taken {
			t.Errorf("%s: portTaken is %t", name, err.portTaken())
		}
		for _, part := range []string{"etcd has ended", log, strings.TrimSpace(tc.says)} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q lacks %q", name, err, part)
			}
		}
	}
}

func TestPoll(t *testing.T) {
	tries := 0
	if err := poll(t.Context(), "it", func(context.Context) error {
		if tries++; tries < 3 {
			return errors.New("not yet")
		}
		return nil
	}); err != nil || tries != 3 {
		t.Errorf("after %d tries: %v", tries, err)
	}

	why := errors.New("too late")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, why)
	defer cancel()
	last := errors.New("not yet")
	err := poll(ctx, "the sun to rise", func(context.Context) error { return last })
	if !errors.Is(err, why) || !errors.Is(err, last) || !strings.Contains(err.Error(), "the sun to rise") {
		t.Errorf("out of time it says: %v", err)
	}
}

func TestLock(t *testing.T) {
	paths, err := state.NewPaths(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := Supervisor{Paths: paths}
	first, err := s.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	short, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	if _, err := s.lock(short); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), paths.Lock()) {
		t.Errorf("a second lock: %v", err)
	}

	// Who waits while the holder removes the file and goes ends up with the lock on a new file.
	second := make(chan error, 1)
	go func() {
		lock, err := s.lock(t.Context())
		if err == nil && !isCurrent(lock, paths.Lock()) {
			err = errors.New("the lock is on a file that is gone")
		}
		second <- err
	}()
	time.Sleep(2 * lockRetry)
	if err := os.Remove(paths.Lock()); err != nil {
		t.Fatal(err)
	}
	if err := first.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Error(err)
	}
}

func TestNewNode(t *testing.T) {
	names, zones := map[string]bool{}, map[string]bool{}
	for i := range 4 {
		node := newNode(i, 10250, "v1.36.3")
		names[node.Name] = true
		zones[node.Labels["topology.kubernetes.io/zone"]] = true
		if node.Status.DaemonEndpoints.KubeletEndpoint.Port != 10250 || node.Status.NodeInfo.KubeletVersion != "v1.36.3" {
			t.Errorf("the node is %+v", node.Status)
		}
	}
	if len(names) != 4 || len(zones) != 3 {
		t.Errorf("four nodes have the names %v in the zones %v", names, zones)
	}
}
