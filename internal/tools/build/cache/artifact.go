package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// An Artifact is a program, and how to make it.
type Artifact struct {
	Path  string
	Key   *Key
	Build func(ctx context.Context, output string) error
}

// Ensure builds the program unless the one at Path was built from the same things. A program is always
// whole: it is built under another name and moved into place. Of several callers at once one builds
// and the others wait for it.
func (a Artifact) Ensure(ctx context.Context, log io.Writer) error {
	key, err := a.Key.Sum()
	if err != nil {
		return err
	}
	if a.isCurrent(key) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(a.Path), 0o755); err != nil {
		return err
	}

	lock := flock.New(a.hidden("lock"))
	if err := a.acquire(ctx, lock, log); err != nil {
		return err
	}
	defer lock.Close()

	if a.isCurrent(key) {
		return nil
	}
	output := a.hidden(fmt.Sprintf("new-%d", os.Getpid()))
	defer os.Remove(output)
	if err := a.Build(ctx, output); err != nil {
		return err
	}
	return a.install(output, key)
}

// install leaves no moment at which an old program has a new key: a crash between the steps costs
// another build, never a stale program.
func (a Artifact) install(output, key string) error {
	if err := os.Remove(a.hidden("key")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(output, a.Path); err != nil {
		return err
	}
	return os.WriteFile(a.hidden("key"), []byte(key), 0o644)
}

func (a Artifact) isCurrent(key string) bool {
	if _, err := os.Stat(a.Path); err != nil {
		return false
	}
	stamp, err := os.ReadFile(a.hidden("key"))
	return err == nil && string(stamp) == key
}

func (a Artifact) acquire(ctx context.Context, lock *flock.Flock, log io.Writer) error {
	locked, err := lock.TryLock()
	if err == nil && !locked {
		fmt.Fprintf(log, "%s: waiting for another build of it to end\n", filepath.Base(a.Path))
		_, err = lock.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("locking %s: %w", lock.Path(), err)
	}
	return nil
}

// hidden is a file that belongs to the program, beside it.
func (a Artifact) hidden(suffix string) string {
	return filepath.Join(filepath.Dir(a.Path), "."+filepath.Base(a.Path)+"."+suffix)
}
