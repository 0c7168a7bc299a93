package kube

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestDryRuns_askTheSameOnce(t *testing.T) {
	dryRuns, refusal := NewDryRuns(), status(403, metav1.StatusReasonForbidden, "no")
	var sent, underway, most atomic.Int32
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			err := dryRuns.Ask(t.Context(), map[string]int{"pod": i % 20}, func(context.Context) error {
				sent.Add(1)
				now := underway.Add(1)
				defer underway.Add(-1)
				for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
				}
				return refusal
			})
			if !errors.Is(err, refusal) {
				t.Errorf("asked for %d, got %v", i, err)
			}
		})
	}
	group.Wait()
	if sent.Load() != 20 {
		t.Errorf("20 questions took %d requests", sent.Load())
	}
	if most.Load() > dryRunsAtOnce {
		t.Errorf("%d were asked at once", most.Load())
	}
}

// What isn't the server's opinion of the write is no refusal, and a server that
// can't be reached isn't asked again.
func TestDryRuns_unanswered(t *testing.T) {
	for name, c := range map[string]struct {
		err      error
		answered bool
		again    int32
	}{
		"refused":              {status(403, metav1.StatusReasonForbidden, "no"), true, 2},
		"invalid":              {status(422, metav1.StatusReasonInvalid, "no"), true, 2},
		"no such namespace":    {status(404, metav1.StatusReasonNotFound, "no"), true, 2},
		"conflict":             {&ConflictError{}, true, 2},
		"webhook with effects": {status(400, metav1.StatusReasonBadRequest, `admission webhook "x" does not support dry run`), false, 2},
		"overloaded":           {status(429, metav1.StatusReasonTooManyRequests, "later"), false, 2},
		"broken":               {status(500, metav1.StatusReasonInternalError, "oops"), false, 2},
		"unreachable":          {&UnreachableError{Err: errors.New("connection refused")}, false, 1},
	} {
		dryRuns := NewDryRuns()
		var sent atomic.Int32
		for question := range 2 {
			err := dryRuns.Ask(t.Context(), question, func(context.Context) error {
				sent.Add(1)
				return c.err
			})
			var unanswered *UnansweredError
			if errors.As(err, &unanswered) == c.answered || !errors.Is(err, c.err) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if sent.Load() != c.again {
			t.Errorf("%s: two questions were sent %d times", name, sent.Load())
		}
	}
}

func TestDryRuns_knowTheFirstTime(t *testing.T) {
	dryRuns := NewDryRuns()
	if !dryRuns.First("x") || dryRuns.First("x") || !dryRuns.First("y") {
		t.Error("the first time isn't known")
	}
}
