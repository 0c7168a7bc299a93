package protocol

import (
	"context"
	"sync/atomic"
	"time"
)

// callContext is a call's context that lets go of everything when the call is
// over. The framework's protocol server keeps what it derives from each call's
// context until the provider stops, and with that the call's whole request: in a plan
// of a thousand instances the garbage collector walks through all of it again and
// again.
type callContext struct {
	parent atomic.Pointer[context.Context]
}

var _ context.Context = (*callContext)(nil)

// during calls f with a context that is done when the call's is, and that holds
// nothing once f has returned.
func during[Request, Response any](ctx context.Context, request Request, f func(context.Context, Request) (Response, error)) (Response, error) {
	call, over := letGo(ctx)
	defer over()
	return f(call, request)
}

// letGo returns the context of a call, and what to call when the call is over.
func letGo(ctx context.Context) (call context.Context, over func()) {
	c := &callContext{}
	c.parent.Store(&ctx)
	return c, func() { c.parent.Store(nil) }
}

func (c *callContext) Deadline() (time.Time, bool) {
	if parent := c.parent.Load(); parent != nil {
		return (*parent).Deadline()
	}
	return time.Time{}, false
}

// Done is the call's own channel, so that what is derived from this context is
// cancelled along with the call without a goroutine in between.
func (c *callContext) Done() <-chan struct{} {
	if parent := c.parent.Load(); parent != nil {
		return (*parent).Done()
	}
	return closed()
}

func (c *callContext) Err() error {
	if parent := c.parent.Load(); parent != nil {
		return (*parent).Err()
	}
	return context.Canceled
}

func (c *callContext) Value(key any) any {
	if parent := c.parent.Load(); parent != nil {
		return (*parent).Value(key)
	}
	return nil
}

func closed() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}
