package kube

import (
	"context"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Delete asks for the deletion of the object with that UID and of no namesake. An object
// that isn't there any more is no error. Where the API server says that the object has another
// UID, Delete looks at it: a namesake is a *GoneError that says so, and isn't touched.
// Delete doesn't wait: see Remove.
func Delete[T metav1.Object](ctx context.Context, ref Ref, uid types.UID, get func(context.Context, string, metav1.GetOptions) (T, error), remove func(context.Context, string, metav1.DeleteOptions) error) error {
	const tries = 4
	for try := 1; ; try++ {
		err := remove(ctx, ref.Name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
		//exhaustive:enforce
		switch AnswerOf(ref, err) {
		case Done, NotFound, NoNamespace:
			return nil
		case AnotherObject:
			if gone, lookErr := isAnother(ctx, ref, uid, get); gone || lookErr != nil {
				return lookErr
			}
			if try == tries || !pause(ctx, conflictPause(try)) {
				return inContext(ref, "delete", err)
			}
		case Exists, MovedOn, AppliedByOthers, Refused, NotAccepted, Overloaded, Expired, Unknown, Unreachable, NotKubernetes, Ended, Failed:
			return Wrap(ref, "delete", err)
		}
	}
}

// isAnother reports whether the object isn't there any more. A namesake is a *GoneError.
func isAnother[T metav1.Object](ctx context.Context, ref Ref, uid types.UID, get func(context.Context, string, metav1.GetOptions) (T, error)) (gone bool, err error) {
	now, found, err := Get(ctx, ref, get)
	switch {
	case LacksRights(err):
		return false, &GoneError{Ref: ref, ReplacedBy: "unknown", Err: err}
	case err != nil || !found:
		return err == nil, err
	case now.GetUID() != uid:
		return false, &GoneError{Ref: ref, ReplacedBy: now.GetUID()}
	}
	return false, nil
}

// Remover deletes objects of one kind and tells when they are gone; the typed clients are such.
type Remover[T metav1.Object] interface {
	Reader[T]
	Delete(ctx context.Context, name string, opts metav1.DeleteOptions) error
}

// Remove is Delete, and blocks until the object is gone. When the context ends first it returns
// a *WaitError that names what holds the object.
func Remove[T metav1.Object](ctx context.Context, ref Ref, uid types.UID, client Remover[T]) error {
	if err := Delete(ctx, ref, uid, client.Get, client.Delete); err != nil {
		return err
	}
	start := time.Now()
	last, err := AwaitGone(ctx, ref, uid, client)
	if err == nil || ctx.Err() == nil {
		return err
	}
	failed := &WaitError{
		Ref: ref, Goal: "be gone", Elapsed: time.Since(start), Err: err,
		Reason: fmt.Sprintf("%v; Kubernetes is still deleting it", err),
		Advice: adviceOnHolding,
	}
	if any(last) != any(*new(T)) {
		failed.State = HeldBy(last)
	}
	return failed
}

const adviceOnHolding = "The controller that set a finalizer removes it when its work is done. Check that this controller runs. Only if it never runs again, remove the finalizer from the object by hand. Then apply again."

// HeldBy says what keeps an object that is being deleted, a line for each finalizer.
func HeldBy(o metav1.Object) []string {
	var lines []string
	for _, finalizer := range slices.Sorted(slices.Values(o.GetFinalizers())) {
		lines = append(lines, fmt.Sprintf("finalizer %s", finalizer))
	}
	return lines
}
