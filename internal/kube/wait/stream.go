package wait

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/klog/v2"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// errUnwatchable says that the credentials may not list or watch the namespace.
var errUnwatchable = errors.New("the credentials may not watch the namespace")

// sharedWatch hands what a watch tells on to those who wait. It keeps the objects that
// are waited for, and the latest of the others, for an answer to a write may come
// after what the watch has to say of it.
type sharedWatch[T interface {
	metav1.Object
	runtime.Object
}] struct {
	stop func()
	// waits is guarded by Watches.
	waits int

	mu     sync.Mutex
	subs   map[types.UID][]*subscription[T]
	latest recent[T]
	broken bool
}

// subscription is one wait. Its signal tells that there is something to look at.
type subscription[T metav1.Object] struct {
	version string
	latest  T
	gone    bool
	// behind counts the occasions at which something may have been missed since the
	// object was last read.
	behind int
	signal chan struct{}
}

// take keeps the object, unless it is older than what is known.
func (s *subscription[T]) take(object T, gone bool) {
	if !gone && older(object.GetResourceVersion(), s.version) {
		return
	}
	s.latest, s.gone, s.version = object, s.gone || gone, object.GetResourceVersion()
}

func newSharedWatch[T interface {
	metav1.Object
	runtime.Object
}]() *sharedWatch[T] {
	return &sharedWatch[T]{subs: map[types.UID][]*subscription[T]{}, latest: newRecent[T]()}
}

// run follows the namespace until the context ends. It never lists more than one object:
// from the version that the list has, client-go's watcher is told of everything, and goes
// on after a break where it was. Where the server has forgotten that version, all begin
// anew.
func (s *sharedWatch[T]) run(ctx context.Context, source Source) {
	// What goes wrong shows in the waits; a provider's log is no place for klog.
	ctx = klog.NewContext(ctx, logr.Discard())
	for {
		if version, err := latestVersion(ctx, source); err != nil {
			s.notice(err)
		} else {
			s.begin(version)
			s.follow(ctx, source, version)
		}
		if !kube.Pause(ctx, pollInterval) {
			return
		}
	}
}

// latestVersion is the namespace's at this moment.
func latestVersion(ctx context.Context, source Source) (string, error) {
	list, err := source.List(ctx, metav1.ListOptions{Limit: 1})
	if err != nil {
		return "", err
	}
	of, err := meta.ListAccessor(list)
	if err != nil {
		return "", err
	}
	return of.GetResourceVersion(), nil
}

// follow returns when the context ends, or the server has forgotten the version.
func (s *sharedWatch[T]) follow(ctx context.Context, source Source, version string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := watchtools.NewRetryWatcherWithContext(ctx, version, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
			events, err := source.Watch(ctx, opts)
			if kube.AnswerOf(kube.Ref{}, err) == kube.Expired {
				cancel()
			}
			s.notice(err)
			return events, err
		},
	})
	if err != nil {
		return
	}
	for event := range events.ResultChan() {
		switch event.Type {
		case watch.Added, watch.Modified:
			s.see(event.Object, false)
		case watch.Deleted:
			s.see(event.Object, true)
		case watch.Bookmark, watch.Error:
		}
	}
}

// begin starts at that version: whatever was before it may not have been told of, so that
// all who wait have to read their objects.
func (s *sharedWatch[T]) begin(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest = newRecent[T]()
	s.latest.floor = version
	for _, subs := range s.subs {
		for _, sub := range subs {
			sub.behind++
		}
		tell(subs)
	}
}

// notice ends all waits on a shared watch that the credentials may not have.
func (s *sharedWatch[T]) notice(err error) {
	if !kube.LacksRights(err) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = true
	for _, subs := range s.subs {
		tell(subs)
	}
}

// await blocks until check holds for the object. What the shared watch may not have seen of it,
// or have forgotten, is asked for.
func (s *sharedWatch[T]) await(ctx context.Context, ref kube.Ref, known T, get func(context.Context) (T, error), check func(T) (bool, error)) (T, error) {
	sub := s.subscribe(known)
	defer s.unsubscribe(known.GetUID(), sub)
	ticker := time.NewTicker(recheck)
	defer ticker.Stop()
	doubt := time.NewTicker(watchDoubt)
	defer doubt.Stop()
	for {
		now, broken := s.look(sub)
		switch {
		case now.gone:
			return now.latest, &kube.GoneError{Ref: ref}
		case broken:
			return now.latest, errUnwatchable
		case now.behind > 0:
			if err := s.catchUp(ctx, ref, sub, now.behind, get); err != nil {
				return now.latest, err
			}
			continue
		}
		done, err := check(now.latest)
		if err != nil {
			return now.latest, err
		}
		if done {
			// What was told while the check was made counts too.
			if meanwhile, _ := s.look(sub); meanwhile.version != now.version || meanwhile.gone {
				continue
			}
			return now.latest, nil
		}
		select {
		case <-ctx.Done():
			return s.lastLook(ctx, ref, sub, get, check)
		case <-ticker.C:
		case <-sub.signal:
			doubt.Reset(watchDoubt)
		case <-doubt.C:
			doubt.Reset(watchDoubt)
			if err := s.catchUp(ctx, ref, sub, 0, get); err != nil {
				return now.latest, err
			}
		}
	}
}

// lastLook reads the object once more when the time is up. It returns what ended the wait
// where the object still isn't as wished.
func (s *sharedWatch[T]) lastLook(ctx context.Context, ref kube.Ref, sub *subscription[T], get func(context.Context) (T, error), check func(T) (bool, error)) (T, error) {
	ended := context.Cause(ctx)
	now, _ := s.look(sub)
	if !kube.IsTimeout(ended) {
		return now.latest, ended
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLookTimeout)
	defer cancel()
	object, err := get(ctx)
	//exhaustive:enforce
	switch kube.AnswerOf(ref, err) {
	case kube.Done:
		if err := s.caughtUp(ref, sub, 0, object); err != nil {
			return now.latest, err
		}
		now, _ = s.look(sub)
		if done, err := check(now.latest); done || err != nil {
			return now.latest, err
		}
	case kube.NotFound, kube.NoNamespace:
		return now.latest, &kube.GoneError{Ref: ref, Err: err}
	case kube.Exists, kube.AnotherObject, kube.MovedOn, kube.AppliedByOthers, kube.Refused, kube.NotAccepted, kube.Overloaded, kube.Expired, kube.Unknown, kube.Unreachable, kube.NotKubernetes, kube.Ended, kube.Failed:
	}
	return now.latest, ended
}

// subscribe begins a wait for the object, with all that the shared watch has seen of it since.
func (s *sharedWatch[T]) subscribe(known T) *subscription[T] {
	sub := &subscription[T]{version: known.GetResourceVersion(), latest: known, signal: make(chan struct{}, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs[known.GetUID()] = append(s.subs[known.GetUID()], sub)
	if was, seen := s.latest.of(known.GetUID()); seen {
		sub.take(was.object, was.gone)
	}
	if !s.latest.since(sub.version) {
		sub.behind++
	}
	return sub
}

// catchUp reads the object, as often as a restarting API server makes it, and with that
// has made up for so many occasions.
func (s *sharedWatch[T]) catchUp(ctx context.Context, ref kube.Ref, sub *subscription[T], occasions int, get func(context.Context) (T, error)) error {
	for {
		object, err := get(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			return s.caughtUp(ref, sub, occasions, object)
		}
		//exhaustive:enforce
		switch kube.AnswerOf(ref, err) {
		case kube.NotFound, kube.NoNamespace:
			return &kube.GoneError{Ref: ref, Err: err}
		case kube.Overloaded, kube.Unknown, kube.Unreachable:
			if !kube.Pause(ctx, pollInterval) {
				return context.Cause(ctx)
			}
		case kube.Done, kube.Exists, kube.AnotherObject, kube.MovedOn, kube.AppliedByOthers, kube.Refused, kube.NotAccepted, kube.Expired, kube.NotKubernetes, kube.Ended, kube.Failed:
			return kube.Wrap(ref, "read", err)
		}
	}
}

func (s *sharedWatch[T]) caughtUp(ref kube.Ref, sub *subscription[T], occasions int, object T) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if object.GetUID() != sub.latest.GetUID() {
		return &kube.GoneError{Ref: ref, ReplacedBy: object.GetUID()}
	}
	sub.take(object, false)
	sub.behind -= occasions
	return nil
}

func (s *sharedWatch[T]) unsubscribe(uid types.UID, sub *subscription[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var others []*subscription[T]
	for _, other := range s.subs[uid] {
		if other != sub {
			others = append(others, other)
		}
	}
	if s.subs[uid] = others; len(others) == 0 {
		delete(s.subs, uid)
	}
}

// look is what is known of the object at this moment, and whether the shared watch is broken.
func (s *sharedWatch[T]) look(sub *subscription[T]) (now subscription[T], broken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *sub, s.broken
}

func tell[T metav1.Object](subs []*subscription[T]) {
	for _, sub := range subs {
		select {
		case sub.signal <- struct{}{}:
		default:
		}
	}
}

// see hands an object on.
func (s *sharedWatch[T]) see(seen runtime.Object, gone bool) {
	object, ok := seen.(T)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest.add(object, gone)
	subs := s.subs[object.GetUID()]
	for _, sub := range subs {
		sub.take(object, gone)
	}
	tell(subs)
}

// older compares two resource versions; what can't be compared isn't older.
func older(a, b string) bool {
	order, err := resourceversion.CompareResourceVersion(a, b)
	return err == nil && order < 0
}
