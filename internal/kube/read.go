package kube

import (
	"context"
	"fmt"
	"iter"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/pager"
)

// pageSize is client-go's own.
const pageSize = 500

// Each is List, one object after the other: a page is asked for when the one
// before it is used up, and none for a caller that has enough. A list that the
// server forgets midway goes on with the names that come next, as they are then.
// An error is the last that it yields.
func Each[T runtime.Object, L interface {
	runtime.Object
	metav1.ListInterface
}](ctx context.Context, page func(context.Context, metav1.ListOptions) (L, error), opts metav1.ListOptions) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		opts := opts
		if opts.Limit == 0 {
			opts.Limit = pageSize
		}
		for {
			list, err := page(ctx, opts)
			if next := continuation(err); next != "" && next != opts.Continue {
				opts.Continue = next
				continue
			}
			if err != nil {
				yield(none, err)
				return
			}
			if !eachItem(list, yield) {
				return
			}
			if opts.Continue = list.GetContinue(); opts.Continue == "" {
				return
			}
		}
	}
}

// eachItem reports whether more is wanted.
func eachItem[T runtime.Object](list runtime.Object, yield func(T, error) bool) bool {
	var none T
	items, err := meta.ExtractList(list)
	if err != nil {
		yield(none, err)
		return false
	}
	for _, item := range items {
		object, ok := item.(T)
		if !ok {
			yield(none, fmt.Errorf("the API server's list holds a %T instead of a %T", item, object))
			return false
		}
		if !yield(object, nil) {
			return false
		}
	}
	return true
}

// continuation is the token that a server gives along with its refusal of one
// that has expired.
func continuation(err error) string {
	var status apierrors.APIStatus
	if AnswerOf(Ref{}, err) != Expired || !AsStatus(err, &status) {
		return ""
	}
	return status.Status().Continue
}

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

// List reads all objects that the options select, in pages of opts.Limit (client-go's
// 500 where that is 0) and in the server's order, which is by name within a
// namespace. A list that the server forgets midway is read again in one piece. T is
// the objects' type, a pointer as in *corev1.Pod; page is a typed client's List.
func List[T, L runtime.Object](ctx context.Context, page func(context.Context, metav1.ListOptions) (L, error), opts metav1.ListOptions) ([]T, error) {
	list, _, err := pager.New(func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
		return page(ctx, opts)
	}).List(ctx, opts)
	if err != nil {
		return nil, err
	}
	var all []T
	err = meta.EachListItem(list, func(o runtime.Object) error {
		object, ok := o.(T)
		if !ok {
			return fmt.Errorf("the API server's list holds a %T instead of a %T", o, object)
		}
		all = append(all, object)
		return nil
	})
	return all, err
}
