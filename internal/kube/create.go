package kube

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Create POSTs one object, which must carry the nonce in AnnotationNonce. Where nobody knows
// whether the POST was carried out, Create looks for the object and knows its own by the nonce,
// so that neither a duplicate nor a false "already exists" comes of it. A POST that wasn't
// carried out is repeated for as long as a server that is down is waited for.
//
// A POST that is on its way outlives a cancelled run for a moment: one that was
// carried out without anybody hearing of it leaves an object that no state knows.
//
// It returns an *ExistsError for an object that somebody else made.
func Create[T metav1.Object](ctx context.Context, ref Ref, nonce string, create, get func(context.Context) (T, error)) (T, error) {
	var none T
	if ctx.Err() != nil {
		return none, Wrap(ref, "create", context.Cause(ctx))
	}
	run := ctx
	ctx, cancel := outlive(run, 10*time.Second)
	defer cancel()
	start := time.Now()
	for try := 1; ; try++ {
		created, err := create(ctx)
		answer := AnswerOf(ref, err)
		//exhaustive:enforce
		switch answer {
		case Done:
			return created, nil
		case Exists, Overloaded, Unknown:
		case NotFound, NoNamespace, AnotherObject, MovedOn, AppliedByOthers, Refused, NotAccepted, Expired, Unreachable, NotKubernetes, Ended, Failed:
			return none, Wrap(ref, "create", err)
		}
		held, getErr := get(ctx)
		switch found := AnswerOf(ref, getErr); {
		case found == Done && held.GetAnnotations()[mar.AnnotationNonce] == nonce:
			return held, nil
		case found == Done && answer != Overloaded:
			return none, &ExistsError{Ref: ref, Terminating: held.GetDeletionTimestamp() != nil}
		case found == Done, found == NotFound:
			// Whoever has the name may leave it before the next try.
			if time.Since(start) < PatienceWithKnownServer && Pause(run, createPause(try)) {
				continue
			}
		}
		if answer == Exists {
			return none, &ExistsError{Ref: ref}
		}
		return none, Wrap(ref, "create", err)
	}
}

// createPause is how long a POST is waited with that wasn't carried out.
func createPause(try int) time.Duration {
	return min(time.Duration(try)*200*time.Millisecond, 2*time.Second)
}
