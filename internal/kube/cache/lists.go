package cache

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

const (
	// readSingly is how many objects of a namespace are read one by one before the
	// whole is listed: a list costs the server more than a few reads.
	readSingly = 4
	// maxAge is how long a list is good for. Terraform reads all resources in one
	// walk, a few at a time, which takes as long as it has resources.
	maxAge = 60 * time.Second
	// listTimeout limits the list itself, on which many wait.
	listTimeout = 60 * time.Second
)

// Lists reads single objects of one kind, for many readers at once, by one paged
// list a namespace. What it gives is guaranteed to be
//
//   - read after the client was made, and at most maxAge ago,
//   - read after the last write that this client has sent to the namespace, none being
//     under way, and
//   - given once: who reads an object again asks the server again. That an object isn't
//     there may be told more than once.
//
// The first few reads after a write, and those of credentials that may not list, are
// plain ones. Who wants all objects of a namespace shares the list too, if it is under
// way or nobody has asked for it yet. Lists is safe for concurrent use.
type Lists[T metav1.Object] struct {
	// Kind names the objects.
	Kind string
	// List lists a namespace, Get reads one object.
	List func(ctx context.Context, namespace string) ([]T, error)
	Get  func(ctx context.Context, namespace, name string) (T, error)
	// Sure is set where an object that isn't in the list is asked for by name: a list
	// that others than the reader have waited for is no ground to call a thing gone.
	Sure bool

	Writes *WriteCounter

	mu        sync.Mutex
	snapshots map[string]*snapshot[T]
}

// snapshot is what Lists knows of one namespace. Its lock guards it.
type snapshot[T metav1.Object] struct {
	// since is the moment in the namespace's writes that all of this is of.
	since mark
	// singly counts the plain reads.
	singly int
	// done is closed when the list is there; nil while none was asked for.
	done      chan struct{}
	asked     time.Time
	items     map[string]item[T]
	failed    bool
	forbidden bool
	// wanted counts those who wait for all objects; all is kept for them.
	wanted int
	all    []T
}

// item is an object of a list until it is given, and then the memory that there was one.
type item[T any] struct {
	object T
	given  bool
}

// Find returns the object. One that isn't in a list is a *GoneError; AnswerOf knows what an
// error of Get means. Nobody may change what it returns, for
// who wants all objects has it as well.
func (r *Lists[T]) Find(ctx context.Context, namespace, name string) (T, error) {
	of, listed := r.join(ctx, namespace)
	if !listed {
		return r.Get(ctx, namespace, name)
	}
	select {
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	case <-of.done:
	}
	object, found, usable := r.take(of, namespace, name)
	switch {
	case !usable, !found && r.Sure:
		return r.Get(ctx, namespace, name)
	case !found:
		var none T
		return none, &kube.GoneError{Ref: kube.Ref{Kind: r.Kind, Namespace: namespace, Name: name}}
	}
	return object, nil
}

// All returns every object of the namespace, in the server's order. Nobody may change
// what it returns, for it is given to others as well.
func (r *Lists[T]) All(ctx context.Context, namespace string) ([]T, error) {
	of, listed := r.joinAll(ctx, namespace)
	if !listed {
		return r.List(ctx, namespace)
	}
	select {
	case <-ctx.Done():
		r.takeAll(of, namespace)
		return nil, context.Cause(ctx)
	case <-of.done:
	}
	if all, usable := r.takeAll(of, namespace); usable {
		return all, nil
	}
	return r.List(ctx, namespace)
}

// Has reports whether the object is in a list, and as same says; then it counts as
// given. Where there is no list to look at it is false, and nothing is asked for.
func (r *Lists[T]) Has(ctx context.Context, namespace, name string, same func(T) bool) bool {
	of := r.joinListed(ctx, namespace)
	if of == nil {
		return false
	}
	r.mu.Lock()
	e, found := of.items[name]
	r.mu.Unlock()
	if !found || e.given || !same(e.object) {
		return false
	}
	_, found, usable := r.take(of, namespace, name)
	return found && usable
}

// Lacks reports whether there is a list and the object isn't in it.
func (r *Lists[T]) Lacks(ctx context.Context, namespace, name string) bool {
	of := r.joinListed(ctx, namespace)
	if of == nil {
		return false
	}
	_, found, usable := r.take(of, namespace, name)
	return usable && !found
}

// joinListed is join for a reader that has another way than to read by itself, and
// waits for the list.
func (r *Lists[T]) joinListed(ctx context.Context, namespace string) *snapshot[T] {
	r.mu.Lock()
	of := r.current(namespace)
	if of == nil || of.done == nil && of.singly < readSingly {
		r.mu.Unlock()
		return nil
	}
	if of.done == nil {
		r.ask(ctx, of, namespace)
	}
	r.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil
	case <-of.done:
		return of
	}
}

// join returns the snapshot to wait for; there is none for a reader that had better
// read by itself.
func (r *Lists[T]) join(ctx context.Context, namespace string) (*snapshot[T], bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := r.current(namespace)
	if of == nil {
		return nil, false
	}
	if of.done == nil {
		if of.singly < readSingly {
			of.singly++
			return nil, false
		}
		r.ask(ctx, of, namespace)
	}
	return of, true
}

// joinAll is join for a reader of all objects, who is not served by a list of which
// some were given away.
func (r *Lists[T]) joinAll(ctx context.Context, namespace string) (*snapshot[T], bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := r.current(namespace)
	if of == nil {
		return nil, false
	}
	if of.items != nil {
		of = &snapshot[T]{since: of.since}
		r.snapshots[namespace] = of
	}
	if of.done == nil {
		r.ask(ctx, of, namespace)
	}
	of.wanted++
	return of, true
}

// current returns what holds for the namespace at this moment, nil where it may not be
// listed or is being written to. The lock is held.
func (r *Lists[T]) current(namespace string) *snapshot[T] {
	now := r.Writes.mark(namespace)
	if r.snapshots == nil {
		r.snapshots = map[string]*snapshot[T]{}
	}
	of := r.snapshots[namespace]
	stale := of == nil || of.since != now || of.done != nil && time.Since(of.asked) > maxAge
	if stale {
		forbidden := of != nil && of.forbidden
		of = &snapshot[T]{since: now, forbidden: forbidden}
		r.snapshots[namespace] = of
	}
	if of.forbidden || !now.quiet {
		return nil
	}
	return of
}

// ask begins the list. Whoever asked first may be cancelled; the others wait on.
func (r *Lists[T]) ask(ctx context.Context, of *snapshot[T], namespace string) {
	of.done, of.asked = make(chan struct{}), time.Now()
	go r.fill(context.WithoutCancel(ctx), of, namespace)
}

func (r *Lists[T]) fill(ctx context.Context, of *snapshot[T], namespace string) {
	ctx, cancel := kube.WithTimeout(ctx, listTimeout)
	defer cancel()
	all, err := r.List(ctx, namespace)
	items := make(map[string]item[T], len(all))
	for _, object := range all {
		items[object.GetName()] = item[T]{object: object}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	of.items, of.failed, of.forbidden = items, err != nil, kube.LacksRights(err)
	if of.wanted > 0 {
		of.all = all
	}
	close(of.done)
}

// take gives the object away. The list is usable if it came about, nothing was written
// since it was asked for, and the object wasn't given to somebody else.
func (r *Lists[T]) take(of *snapshot[T], namespace, name string) (object T, found, usable bool) {
	now := r.Writes.mark(namespace)
	r.mu.Lock()
	defer r.mu.Unlock()
	e, found := of.items[name]
	if of.failed || of.since != now || e.given {
		return object, false, false
	}
	if found {
		of.items[name] = item[T]{given: true}
	}
	return e.object, found, true
}

// takeAll is take for a reader of all objects. The last one lets go of them.
func (r *Lists[T]) takeAll(of *snapshot[T], namespace string) (all []T, usable bool) {
	now := r.Writes.mark(namespace)
	r.mu.Lock()
	defer r.mu.Unlock()
	all, usable = of.all, !of.failed && of.since == now
	if of.wanted--; of.wanted == 0 {
		of.all = nil
	}
	return all, usable
}
