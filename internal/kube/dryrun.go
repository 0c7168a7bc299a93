package kube

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const (
	// dryRunPatience is how long one answer is waited for. A plan can do without.
	dryRunPatience = 5 * time.Second
	// dryRunsAtOnce bounds what a plan of many objects asks of the API server.
	dryRunsAtOnce = 8
)

// UnansweredError is a dry run that says nothing of the write: the API server
// didn't answer in time, or couldn't tell.
type UnansweredError struct{ Err error }

func (e *UnansweredError) Error() string { return e.Err.Error() }
func (e *UnansweredError) Unwrap() error { return e.Err }

// DryRuns are the questions that one plan asks the API server: would it refuse
// these writes? None of them is carried out. They are safe for concurrent use.
type DryRuns struct {
	slots chan struct{}
	// ended is set once something is written: then an apply is under way, whose
	// own requests are answered next.
	ended atomic.Bool
	// silent is the last sign of a server that can't be reached.
	silent atomic.Pointer[UnansweredError]

	mu      sync.Mutex
	asked   map[[sha256.Size]byte]*dryRun
	said    map[string]bool
	inState map[string]bool
}

// dryRun is one question; err is there once done is closed.
type dryRun struct {
	done chan struct{}
	err  error
}

// NewDryRuns returns those of one plan, in which nothing was asked yet.
func NewDryRuns() *DryRuns {
	return &DryRuns{
		slots:   make(chan struct{}, dryRunsAtOnce),
		asked:   map[[sha256.Size]byte]*dryRun{},
		said:    map[string]bool{},
		inState: map[string]bool{},
	}
}

// End ends the dry runs, because the client begins to write.
func (d *DryRuns) End() { d.ended.Store(true) }

// Ended reports whether the plan is being applied already.
func (d *DryRuns) Ended() bool { return d.ended.Load() }

// Ask sends a dry run and returns the API server's own error. Who asks the same
// question, which is compared as JSON, gets the same answer without a second
// request. What says nothing of the write is an *UnansweredError.
func (d *DryRuns) Ask(ctx context.Context, question any, send func(context.Context) error) error {
	if silent := d.silent.Load(); silent != nil {
		return silent
	}
	text, err := json.Marshal(question)
	if err != nil {
		return &UnansweredError{Err: fmt.Errorf("word a dry run: %w", err)}
	}
	key := sha256.Sum256(text)
	d.mu.Lock()
	run, known := d.asked[key]
	if !known {
		run = &dryRun{done: make(chan struct{})}
		d.asked[key] = run
	}
	d.mu.Unlock()
	if !known {
		// Others may come to wait for the answer, whatever becomes of who asked first.
		go d.answer(context.WithoutCancel(ctx), run, send)
	}
	select {
	case <-run.done:
		return run.err
	case <-ctx.Done():
		return &UnansweredError{Err: context.Cause(ctx)}
	}
}

func (d *DryRuns) answer(ctx context.Context, run *dryRun, send func(context.Context) error) {
	defer close(run.done)
	d.slots <- struct{}{}
	defer func() { <-d.slots }()
	if silent := d.silent.Load(); silent != nil {
		run.err = silent
		return
	}
	ctx, cancel := WithTimeout(ctx, dryRunPatience)
	defer cancel()
	err := send(ctx)
	if err == nil || isAnswer(err) {
		run.err = err
		return
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	unanswered := &UnansweredError{Err: err}
	run.err = unanswered
	var unreachable *UnreachableError
	if errors.As(err, &unreachable) || ctx.Err() != nil {
		d.silent.Store(unanswered)
	}
}

// isAnswer reports whether the API server has said what it thinks of the write. A
// webhook that has effects of its own may not be asked in a dry run.
func isAnswer(err error) bool {
	if strings.Contains(err.Error(), "does not support dry run") {
		return false
	}
	switch AnswerOf(Ref{}, err) {
	case Refused, NotFound, NoNamespace, Exists, AnotherObject, AppliedByOthers:
		return true
	case Done, MovedOn, NotAccepted, Overloaded, Expired, Unknown, Unreachable, NotKubernetes, Ended, Failed:
	}
	// It is about an object that only the caller knows.
	return apierrors.IsNotFound(err)
}

// First reports whether this is the first time that the plan says so.
func (d *DryRuns) First(what string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := !d.said[what]
	d.said[what] = true
	return first
}

// NoteInState remembers that the state has the object, so that its name isn't taken by
// somebody else.
func (d *DryRuns) NoteInState(object string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inState[object] = true
}

// InState reports whether the state is known to have the object.
func (d *DryRuns) InState(object string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inState[object]
}
