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
// It returns an *ExistsError for an object that somebody else made.
func Create[T metav1.Object](ctx context.Context, ref Ref, nonce string, create, get func(context.Context) (T, error)) (T, error) {
	const attempts = 5
	var none T
	for attempt := 1; ; attempt++ {
		created, err := create(ctx)
		if err == nil {
			return created, nil
		}
		if !apierrors.IsAlreadyExists(err) && !fateUnknown(err) || ctx.Err() != nil {
			return none, Wrap(ref, "create", err)
		}
		held, getErr := get(ctx)
		switch {
		case getErr == nil && held.GetAnnotations()[AnnotationNonce] == nonce:
			return held, nil
		case getErr == nil:
			return none, &ExistsError{Ref: ref, Terminating: held.GetDeletionTimestamp() != nil}
		case apierrors.IsNotFound(getErr) && attempt < attempts && pause(ctx, time.Duration(attempt)*200*time.Millisecond):
			continue
		case apierrors.IsAlreadyExists(err):
			return none, &ExistsError{Ref: ref}
		default:
			return none, Wrap(ref, "create", err)
		}
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
