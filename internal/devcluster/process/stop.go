package process

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

const pollInterval = 10 * time.Millisecond

// Stop asks the process to end, and kills it if it is still there after the grace period. It blocks until the
// process is gone. A process that is gone already is no error, and one that merely has its ID is left alone.
func Stop(ctx context.Context, identity Identity, grace time.Duration) error {
	for _, attempt := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGTERM, grace}, {syscall.SIGKILL, 10 * time.Second}} {
		if !identity.Alive() {
			return nil
		}
		if err := syscall.Kill(identity.PID, attempt.signal); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("sending %s to process %d: %w", attempt.signal, identity.PID, err)
		}
		gone, err := waitGone(ctx, identity, attempt.wait)
		if gone || err != nil {
			return err
		}
	}
	return fmt.Errorf("process %d is still running after it was killed", identity.PID)
}

func waitGone(ctx context.Context, identity Identity, limit time.Duration) (bool, error) {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		if !identity.Alive() {
			return true, nil
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return false, nil
		case <-ctx.Done():
			return false, fmt.Errorf("waiting for process %d to end: %w", identity.PID, context.Cause(ctx))
		}
	}
}
