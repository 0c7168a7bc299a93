package kube

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OnMovedOn runs write until its answer is another than MovedOn. Write reads the object, builds
// its request anew and sends it. When somebody changes the object each time, for longer than a
// server that is down is waited for, the last *MovedOnError is returned.
func OnMovedOn(ctx context.Context, ref Ref, write func(context.Context) error) error {
	start := time.Now()
	for try := 0; ; try++ {
		err := write(ctx)
		if AnswerOf(ref, err) != MovedOn || time.Since(start) > PatienceWithKnownServer || !Pause(ctx, conflictPause(try)) {
			return err
		}
	}
}

// conflictPause grows from none to a second: the first conflict is mostly the only one.
func conflictPause(try int) time.Duration {
	return min(time.Duration(try)*50*time.Millisecond, time.Second)
}

// Rewrite has write build a request from the object as it is, and send it. Where the object has
// moved on it is read, and the request built anew. Rewrite returns the object as it was last
// seen, also with an error; one that is gone, or that is a namesake by now, is a *GoneError.
// Write returns the object that it was given where there is nothing to send.
func Rewrite[T metav1.Object](ctx context.Context, ref Ref, live T, get func(context.Context, string, metav1.GetOptions) (T, error), write func(context.Context, T) (T, error)) (T, error) {
	uid, stale := live.GetUID(), false
	err := OnMovedOn(ctx, ref, func(ctx context.Context) error {
		if stale {
			now, found, err := Get(ctx, ref, get)
			switch {
			case err != nil:
				return err
			case !found:
				return &GoneError{Ref: ref}
			case now.GetUID() != uid:
				return &GoneError{Ref: ref, ReplacedBy: now.GetUID()}
			}
			live = now
		}
		stale = true
		written, err := write(ctx, live)
		if err == nil {
			live = written
		}
		return err
	})
	return live, err
}
