package wait

import (
	"context"
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

const (
	// recheck is how often a check is asked again about an object that hasn't
	// changed, so that it can run out of patience. It costs no request.
	recheck = time.Second
	// pollInterval paces reads where watching is forbidden, and after a read that
	// a restarting API server failed.
	pollInterval = 2 * time.Second
	// resumeInterval keeps a watch that always breaks at once from becoming a
	// busy loop.
	resumeInterval = 200 * time.Millisecond
	// lastLookTimeout limits the read with which a wait ends whose time is up.
	lastLookTimeout = 5 * time.Second
)

// Reader reads and watches one kind; the typed clients are such.
type Reader[T metav1.Object] interface {
	Get(ctx context.Context, name string, opts metav1.GetOptions) (T, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
}

// Until blocks until check says that the object with that UID is as wished, or
// errs. It watches, and polls only where watching is forbidden. A watch that breaks,
// or that tells nothing for watchDoubt, is followed by a fresh read, so nothing is missed.
// It returns the last object seen, with a *GoneError when that one is no more (a namesake
// with another UID isn't it), and with the context's cause when the context ends. Before it
// gives up for a timeout it reads the object once more.
func Until[T metav1.Object](ctx context.Context, ref kube.Ref, uid types.UID, r Reader[T], check func(T) (bool, error)) (T, error) {
	a := &awaiting[T]{ref: ref, uid: uid, reader: r, check: check}
	return a.await(ctx)
}

// UntilGone blocks until no object with that UID is there. Whoever watches sees
// the object as Await's check does. It returns the last object seen, and the
// context's cause when the context ends first.
func UntilGone[T metav1.Object](ctx context.Context, ref kube.Ref, uid types.UID, r Reader[T], watches ...func(T)) (T, error) {
	last, err := Until(ctx, ref, uid, r, onlySeen(watches))
	return last, unlessGone(err)
}

// onlySeen is a check that nothing satisfies: whoever waits for an object's end looks on
// until there is none.
func onlySeen[T any](watches []func(T)) func(T) (bool, error) {
	return func(o T) (bool, error) {
		for _, see := range watches {
			see(o)
		}
		return false, nil
	}
}

// unlessGone is the error of a wait for an object's end, for which that is none.
func unlessGone(err error) error {
	var gone *kube.GoneError
	if errors.As(err, &gone) {
		return nil
	}
	return err
}

type awaiting[T metav1.Object] struct {
	ref    kube.Ref
	uid    types.UID
	reader Reader[T]
	check  func(T) (bool, error)
	last   T
}

func (a *awaiting[T]) await(ctx context.Context) (T, error) {
	for {
		done, err := a.once(ctx)
		if kube.IsTimeout(err) {
			done, err = a.lastLook(ctx, err)
		}
		if done || err != nil {
			return a.last, err
		}
	}
}

// lastLook reads the object when the time is up, which may have become as wished unheard. It
// returns the error that ended the wait where it hasn't, or can't be read.
func (a *awaiting[T]) lastLook(ctx context.Context, ended error) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLookTimeout)
	defer cancel()
	obj, err := a.reader.Get(ctx, a.ref.Name, metav1.GetOptions{})
	//exhaustive:enforce
	switch kube.AnswerOf(a.ref, err) {
	case kube.Done:
		if done, err := a.see(obj); done || err != nil {
			return done, err
		}
	case kube.NotFound, kube.NoNamespace:
		return false, &kube.GoneError{Ref: a.ref, Err: err}
	case kube.Exists, kube.AnotherObject, kube.MovedOn, kube.AppliedByOthers, kube.Refused, kube.NotAccepted, kube.Overloaded, kube.Expired, kube.Unknown, kube.Unreachable, kube.NotKubernetes, kube.Ended, kube.Failed:
	}
	return false, ended
}

// once reads the object, then follows it until its watch ends.
func (a *awaiting[T]) once(ctx context.Context) (bool, error) {
	obj, readErr := a.reader.Get(ctx, a.ref.Name, metav1.GetOptions{})
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if done, err := a.read(ctx, obj, readErr); done || err != nil || readErr != nil {
		return done, err
	}
	events, err := a.reader.Watch(ctx, metav1.ListOptions{
		FieldSelector:   fields.OneTermEqualSelector(metav1.ObjectNameField, a.ref.Name).String(),
		ResourceVersion: obj.GetResourceVersion(),
	})
	if err != nil {
		return a.poll(ctx)
	}
	defer events.Stop()
	return a.follow(ctx, events.ResultChan())
}

// read takes the answer to a read. After one that says nothing of the object it pauses.
func (a *awaiting[T]) read(ctx context.Context, obj T, err error) (bool, error) {
	//exhaustive:enforce
	switch kube.AnswerOf(a.ref, err) {
	case kube.Done:
		return a.see(obj)
	case kube.NotFound, kube.NoNamespace:
		return false, &kube.GoneError{Ref: a.ref, Err: err}
	case kube.Overloaded, kube.Unknown, kube.Unreachable:
		return false, a.pause(ctx, pollInterval)
	case kube.Exists, kube.AnotherObject, kube.MovedOn, kube.AppliedByOthers, kube.Refused, kube.NotAccepted, kube.Expired, kube.NotKubernetes, kube.Ended, kube.Failed:
	}
	return false, kube.Wrap(a.ref, "read", err)
}

func (a *awaiting[T]) follow(ctx context.Context, events <-chan watch.Event) (bool, error) {
	ticker := time.NewTicker(recheck)
	defer ticker.Stop()
	doubt := time.NewTimer(watchDoubt)
	defer doubt.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-doubt.C:
			return false, nil
		case <-ticker.C:
			if done, err := a.settle(events, a.again); done || err != nil {
				return done, err
			}
		case event, open := <-events:
			if !open || event.Type == watch.Error {
				return false, a.pause(ctx, resumeInterval)
			}
			doubt.Reset(watchDoubt)
			if done, err := a.settle(events, func() (bool, error) { return a.take(event) }); done || err != nil {
				return done, err
			}
		}
	}
}

// again checks the object as it was last seen.
func (a *awaiting[T]) again() (bool, error) { return a.check(a.last) }

// settle makes a check, and where the object is as wished, goes by what was told meanwhile.
func (a *awaiting[T]) settle(events <-chan watch.Event, check func() (bool, error)) (bool, error) {
	done, err := check()
	if !done || err != nil {
		return done, err
	}
	return a.catchUp(events)
}

// catchUp takes what the watch has told while the check was made, for that counts too. It reports
// whether the object is still as wished.
func (a *awaiting[T]) catchUp(events <-chan watch.Event) (bool, error) {
	for done := true; ; {
		select {
		case event, open := <-events:
			if !open || event.Type == watch.Error {
				return done, nil
			}
			var err error
			if done, err = a.take(event); err != nil {
				return false, err
			}
		default:
			return done, nil
		}
	}
}

func (a *awaiting[T]) take(event watch.Event) (bool, error) {
	obj, ok := event.Object.(T)
	if !ok {
		return false, nil
	}
	if event.Type == watch.Deleted && obj.GetUID() == a.uid {
		a.last = obj
		return false, &kube.GoneError{Ref: a.ref}
	}
	return a.see(obj)
}

// poll stands in for a watch: it ends after a pause, and once reads again.
func (a *awaiting[T]) poll(ctx context.Context) (bool, error) {
	if err := a.pause(ctx, pollInterval); err != nil {
		return false, err
	}
	return a.check(a.last)
}

func (a *awaiting[T]) pause(ctx context.Context, d time.Duration) error {
	if !kube.Pause(ctx, d) {
		return context.Cause(ctx)
	}
	return nil
}

func (a *awaiting[T]) see(obj T) (bool, error) {
	if obj.GetUID() != a.uid {
		return false, &kube.GoneError{Ref: a.ref, ReplacedBy: obj.GetUID()}
	}
	a.last = obj
	return a.check(obj)
}
