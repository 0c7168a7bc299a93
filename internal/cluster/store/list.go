package store

import (
	"context"
	"iter"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// List reads all Namespaces that the selector takes.
func (s Store) List(ctx context.Context, selector labels.Selector) ([]*corev1.Namespace, error) {
	namespaces, err := kube.List[*corev1.Namespace](ctx, s.namespaces().List, metav1.ListOptions{LabelSelector: selector.String()})
	return namespaces, wrapList(err)
}

// Each is List, one Namespace after the other in the order of their names. It asks
// for a page when the one before is used up.
func (s Store) Each(ctx context.Context, selector labels.Selector) iter.Seq2[*corev1.Namespace, error] {
	return func(yield func(*corev1.Namespace, error) bool) {
		for namespace, err := range kube.Each[*corev1.Namespace](ctx, s.namespaces().List, metav1.ListOptions{LabelSelector: selector.String()}) {
			if !yield(namespace, wrapList(err)) {
				return
			}
		}
	}
}

func wrapList(err error) error {
	return kube.Wrap(kube.Ref{Kind: "all", Name: "Namespaces"}, "list", err)
}
