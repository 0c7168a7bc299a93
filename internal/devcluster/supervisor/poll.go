package supervisor

import (
	"context"
	"fmt"
	"time"
)

const pollInterval = 20 * time.Millisecond

// poll blocks until check returns nil. Once the context ends, it says what was waited for and what was last seen.
func poll(ctx context.Context, what string, check func(context.Context) error) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		last := check(ctx)
		if last == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w; last seen: %w", what, context.Cause(ctx), last)
		}
	}
}
