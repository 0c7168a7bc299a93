package kube

import (
	"context"
	"fmt"
	"iter"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
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
	if AnswerOf(Ref{}, err) != Expired || !asStatus(err, &status) {
		return ""
	}
	return status.Status().Continue
}
