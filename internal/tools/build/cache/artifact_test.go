package cache

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestEnsure_buildsOnceForAKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bin", "program")
	builds := 0
	ensure := func(version string) {
		t.Helper()
		err := artifact(path, version, func(output string) error {
			builds++
			return os.WriteFile(output, []byte(version), 0o755)
		}).Ensure(t.Context(), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if content := read(t, path); content != version {
			t.Fatalf("the program is that of %s, want %s's", content, version)
		}
	}

	ensure("v1")
	ensure("v1")
	if builds != 1 {
		t.Errorf("built %d times for one key", builds)
	}

	ensure("v2")
	if builds != 2 {
		t.Errorf("built %d times for two keys", builds)
	}

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	ensure("v2")
	if builds != 3 {
		t.Error("a deleted program wasn't built again")
	}
}

func TestEnsure_aFailedBuildLeavesTheOldProgram(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "program")
	old := artifact(path, "v1", func(output string) error { return os.WriteFile(output, []byte("v1"), 0o755) })
	if err := old.Ensure(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	before := names(t, dir)

	broken := errors.New("it doesn't compile")
	err := artifact(path, "v2", func(output string) error {
		if err := os.WriteFile(output, []byte("half"), 0o755); err != nil {
			return err
		}
		return broken
	}).Ensure(t.Context(), io.Discard)

	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the build's error", err)
	}
	if content := read(t, path); content != "v1" {
		t.Errorf("the program is %q, want the old one", content)
	}
	if after := names(t, dir); len(after) != len(before) {
		t.Errorf("left behind: %v, had %v", after, before)
	}
}

func TestEnsure_parallelCallersBuildOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "program")
	var builds atomic.Int32
	build := func(output string) error {
		builds.Add(1)
		time.Sleep(50 * time.Millisecond)
		return os.WriteFile(output, []byte("v1"), 0o755)
	}

	var callers sync.WaitGroup
	for range 5 {
		callers.Go(func() {
			if err := artifact(path, "v1", build).Ensure(t.Context(), io.Discard); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()

	if builds.Load() != 1 {
		t.Errorf("built %d times", builds.Load())
	}
}

func TestEnsure_endsWithItsContextWhileAnotherBuilds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "program")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	err := artifact(path, "v1", func(output string) error {
		inner := artifact(path, "v1", func(string) error { return nil }).Ensure(ctx, io.Discard)
		if !errors.Is(inner, context.DeadlineExceeded) {
			t.Errorf("the second caller got %v, want its deadline's error", inner)
		}
		return os.WriteFile(output, nil, 0o755)
	}).Ensure(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
}

func artifact(path, version string, build func(output string) error) Artifact {
	key := NewKey()
	key.Text(version)
	return Artifact{Path: path, Key: key, Build: func(_ context.Context, output string) error { return build(output) }}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}
