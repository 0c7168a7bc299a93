package kube

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Get reads one object. Found is false only where Kubernetes says that this very object
// isn't there. Any other answer than the object is an error.
func Get[T any](ctx context.Context, ref Ref, get func(context.Context, string, metav1.GetOptions) (T, error)) (object T, found bool, err error) {
	object, err = get(ctx, ref.Name, metav1.GetOptions{})
	//exhaustive:enforce
	switch AnswerOf(ref, err) {
	case Done:
		return object, true, nil
	case NotFound, NoNamespace:
		var none T
		return none, false, nil
	case Exists, AnotherObject, MovedOn, AppliedByOthers, Refused, NotAccepted, Overloaded, Expired, Unknown, Unreachable, NotKubernetes, Ended, Failed:
	}
	var none T
	return none, false, Wrap(ref, "read", err)
}
