package kube

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Create POSTs one object, which must carry the nonce in AnnotationNonce. When
// the answer is lost it looks for the object and knows its own by the nonce, so
// that neither a duplicate nor a false "already exists" comes of it.
//
// A POST that is on its way outlives a cancelled run for a moment: one that was
// carried out without anybody hearing of it leaves an object that no state knows.
//
// It returns an *ExistsError for an object that somebody else made.
func Create[T metav1.Object](ctx context.Context, ref Ref, nonce string, create, get func(context.Context) (T, error)) (T, error) {
	const attempts = 5
	var none T
	if ctx.Err() != nil {
		return none, Wrap(ref, "create", context.Cause(ctx))
	}
	run := ctx
	ctx, cancel := outlive(run, 10*time.Second)
	defer cancel()
	for attempt := 1; ; attempt++ {
		created, err := create(ctx)
		if err == nil {
			return created, nil
		}
		if !apierrors.IsAlreadyExists(err) && !fateUnknown(err) {
			return none, Wrap(ref, "create", err)
		}
		held, getErr := get(ctx)
		switch {
		case getErr == nil && held.GetAnnotations()[AnnotationNonce] == nonce:
			return held, nil
		case getErr == nil:
			return none, &ExistsError{Ref: ref, Terminating: held.GetDeletionTimestamp() != nil}
		case apierrors.IsNotFound(getErr) && attempt < attempts && pause(run, time.Duration(attempt)*200*time.Millisecond):
			continue
		case apierrors.IsAlreadyExists(err):
			return none, &ExistsError{Ref: ref}
		default:
			return none, Wrap(ref, "create", err)
		}
	}
}

// outlive returns a context that ends a while after ctx does, with its cause.
func outlive(ctx context.Context, while time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if pause(longer, while) {
			cancel(context.Cause(ctx))
		}
	})
	return longer, func() {
		stop()
		cancel(nil)
	}
}

// fateUnknown reports whether a POST that failed so may have been carried out.
func fateUnknown(err error) bool {
	if connectionLost(err) {
		return true
	}
	status := apierrors.APIStatus(nil)
	if !asStatus(err, &status) {
		return false
	}
	switch status.Status().Code {
	case 500, 502, 503, 504:
		return true
	}
	return false
}
