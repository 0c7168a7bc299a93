package supervisor

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"
)

const lockRetry = 50 * time.Millisecond

// lock keeps every other supervisor off this cluster until it is released. It blocks while another one holds it.
// The system releases it if this process dies.
func (s Supervisor) lock(ctx context.Context) (*flock.Flock, error) {
	if err := os.MkdirAll(s.Paths.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the cluster's folder: %w", err)
	}
	for {
		lock := flock.New(s.Paths.Lock())
		if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
			return nil, fmt.Errorf("waiting for the lock %s, which another mar-devcluster holds: %w", s.Paths.Lock(), err)
		}
		if isCurrent(lock, s.Paths.Lock()) {
			return lock, nil
		}
		// Its last holder has removed the file while this one waited for it.
		if err := lock.Unlock(); err != nil {
			return nil, fmt.Errorf("releasing the lock %s: %w", s.Paths.Lock(), err)
		}
	}
}

// unlock releases the lock. An error changes nothing: the system releases it when this process ends.
func unlock(lock *flock.Flock) { _ = lock.Unlock() }

func isCurrent(lock *flock.Flock, path string) bool {
	held, err := lock.Stat()
	if err != nil {
		return false
	}
	onDisk, err := os.Stat(path)
	return err == nil && os.SameFile(held, onDisk)
}
