package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// List reads all Namespaces that the selector takes.
func (s store) List(ctx context.Context, selector labels.Selector) ([]*corev1.Namespace, error) {
	namespaces, err := kube.List[*corev1.Namespace](ctx, s.namespaces().List, metav1.ListOptions{LabelSelector: selector.String()})
	return namespaces, kube.Wrap(kube.Ref{Kind: "all", Name: "Namespaces"}, "list", err)
}
