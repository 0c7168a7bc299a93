package kube

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func IsTimeout(err error) bool {
	var timeout TimeoutError
	return errors.As(err, &timeout)
}

// TimeoutError is the cause of a context that WithTimeout ended, which tells a
// limit that was reached from a user's Ctrl-C.
type TimeoutError struct{ After time.Duration }

func (e TimeoutError) Error() string { return fmt.Sprintf("timed out after %s", e.After) }

// WithTimeout is context.WithTimeout whose cause is an TimeoutError.
func WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, TimeoutError{After: d})
}

// outlive returns a context that ends a while after ctx does, with its cause.
func outlive(ctx context.Context, while time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if Pause(longer, while) {
			cancel(context.Cause(ctx))
		}
	})
	return longer, func() {
		stop()
		cancel(nil)
	}
}

// How long a request is repeated. A server that answered before is restarting; one that
// never did is probably misspelt.
const (
	PatienceWithKnownServer   = 60 * time.Second
	PatienceWithUnknownServer = 3 * time.Second
)

// Pause reports false when the context ended first.
func Pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
