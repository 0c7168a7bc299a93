package protocol

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

type keyOfTest struct{}

// A call's context is the call's, with its values, limit and cancellation.
func TestDuring_isTheCallsContext(t *testing.T) {
	limit := time.Now().Add(time.Hour)
	parent, cancel := context.WithDeadline(context.WithValue(t.Context(), keyOfTest{}, "here"), limit)
	answer, err := during(parent, "request", func(ctx context.Context, request string) (string, error) {
		if at, limited := ctx.Deadline(); !limited || !at.Equal(limit) {
			t.Errorf("the limit is %s, %t", at, limited)
		}
		if ctx.Value(keyOfTest{}) != "here" {
			t.Error("the values are gone")
		}
		derived, release := context.WithCancel(ctx)
		defer release()
		if derived.Err() != nil {
			t.Error("cancelled from the start")
		}
		cancel()
		<-derived.Done()
		if !errors.Is(derived.Err(), context.Canceled) {
			t.Errorf("got %v", derived.Err())
		}
		return request + " answered", errors.New("an error")
	})
	if answer != "request answered" || err == nil {
		t.Errorf("got %q, %v", answer, err)
	}
}

// What is kept of a call keeps nothing of its request, and counts as cancelled.
func TestDuring_letsGo(t *testing.T) {
	freed := make(chan struct{})
	type keeping struct {
		context.Context
		cancel context.CancelFunc
	}
	var kept keeping
	func() {
		request := make([]byte, 1<<20)
		runtime.AddCleanup(&request[0], func(struct{}) { close(freed) }, struct{}{})
		_, _ = during(context.WithValue(t.Context(), keyOfTest{}, request), 0, func(ctx context.Context, _ int) (int, error) {
			derived, cancel := context.WithCancel(ctx)
			kept = keeping{derived, cancel}
			return 0, nil
		})
	}()
	defer kept.cancel()
	for range 100 {
		runtime.GC()
		select {
		case <-freed:
			if kept.Value(keyOfTest{}) != nil {
				t.Error("it still has the call's values")
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("what the framework keeps of a call keeps its request")
}

// After the call its context is over for whoever still has it.
func TestDuring_isOverAfterwards(t *testing.T) {
	kept, _ := during(t.Context(), 0, func(ctx context.Context, _ int) (context.Context, error) { return ctx, nil })
	<-kept.Done()
	if _, limited := kept.Deadline(); limited || !errors.Is(kept.Err(), context.Canceled) {
		t.Errorf("got %v", kept.Err())
	}
}
