package wait

import (
	"context"
	"errors"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

const (
	// watchSingly is how many waits of a namespace have watches of their own before
	// all that follow share one: that one is told of everything in the namespace.
	watchSingly = 3
	// watchLinger is how long a shared watch outlives its last wait; the next usually
	// follows at once.
	watchLinger = 5 * time.Second
	// watchDoubt is after which time without news a wait on a shared watch reads its
	// object itself.
	watchDoubt = 30 * time.Second
)

// Watches has all who wait for objects of one kind in a namespace share one watch.
// It is resumed when it breaks, and what may have been missed is read. Credentials that
// may not list and watch the namespace have each wait watch, or poll, its own object. A
// Watches is safe for concurrent use.
type Watches[T interface {
	metav1.Object
	runtime.Object
}] struct {
	// Source lists and watches a namespace, Reader reads and watches single objects of it.
	Source func(namespace string) Source
	Reader func(namespace string) Reader[T]

	mu     sync.Mutex
	singly map[string]int
	shared map[string]*sharedWatch[T]
}

// Source lists and watches the objects of a namespace; of the list only its version
// counts.
type Source struct {
	List  func(context.Context, metav1.ListOptions) (runtime.Object, error)
	Watch func(context.Context, metav1.ListOptions) (watch.Interface, error)
}

// Until blocks until check says that the object is as wished, or errs; it is the
// function Await, from an object that was just read or written and that it returns where
// it has seen no later one.
func (w *Watches[T]) Until(ctx context.Context, ref kube.Ref, known T, check func(T) (bool, error)) (T, error) {
	if done, err := check(known); done || err != nil {
		return known, err
	}
	of, leave := w.join(ctx, ref.Namespace)
	defer leave()
	if of != nil {
		get := func(ctx context.Context) (T, error) {
			return w.Reader(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		}
		last, err := of.await(ctx, ref, known, get, check)
		if !errors.Is(err, errUnwatchable) {
			return last, err
		}
	}
	alone := &awaiting[T]{ref: ref, uid: known.GetUID(), reader: w.Reader(ref.Namespace), check: check, last: known}
	return alone.await(ctx)
}

// UntilGone blocks until the object is no more. Whoever watches sees the object as
// Await's check does. It returns it as it was last seen, and the context's cause when
// the context ends first.
func (w *Watches[T]) UntilGone(ctx context.Context, ref kube.Ref, known T, watches ...func(T)) (T, error) {
	last, err := w.Until(ctx, ref, known, onlySeen(watches))
	return last, unlessGone(err)
}

// join returns the namespace's shared watch, none for a wait that has its own watch, and
// what to call when the wait is over.
func (w *Watches[T]) join(ctx context.Context, namespace string) (*sharedWatch[T], func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shared == nil {
		w.singly, w.shared = map[string]int{}, map[string]*sharedWatch[T]{}
	}
	of := w.shared[namespace]
	if of == nil && w.singly[namespace] < watchSingly {
		w.singly[namespace]++
		return nil, func() {}
	}
	if of == nil {
		of = newSharedWatch[T]()
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		of.stop = cancel
		w.shared[namespace] = of
		go of.run(ctx, w.Source(namespace))
	}
	of.waits++
	return of, func() { w.leave(namespace, of) }
}

func (w *Watches[T]) leave(namespace string, of *sharedWatch[T]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	of.waits--
	if of.waits > 0 {
		return
	}
	time.AfterFunc(watchLinger, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if of.waits == 0 && w.shared[namespace] == of {
			delete(w.shared, namespace)
			of.stop()
		}
	})
}
