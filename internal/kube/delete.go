package kube

import (
	"context"

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
			if try == tries || !Pause(ctx, conflictPause(try)) {
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
