package kube

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/pager"
)

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
