package instance

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// selection says which instances of a cluster to list; what is empty selects all.
type selection struct {
	Labels, Status string
}

// List reads the Pods of a cluster. When there are none it makes sure that the
// cluster is there: a *kube.GoneError says that it isn't.
func (s *store) List(ctx context.Context, cluster string, which selection) ([]*corev1.Pod, error) {
	opts := metav1.ListOptions{LabelSelector: which.Labels}
	if which.Status != "" {
		opts.FieldSelector = fields.OneTermEqualSelector("status.phase", which.Status).String()
	}
	pods, err := kube.List[*corev1.Pod](ctx, s.client.Clientset.CoreV1().Pods(cluster).List, opts)
	if err != nil {
		return nil, kube.Wrap(kube.Ref{Kind: "the Pods of Namespace", Name: cluster}, "list", err)
	}
	if len(pods) > 0 {
		return pods, nil
	}
	return nil, s.findCluster(ctx, cluster)
}

// findCluster tells an empty cluster from none, as far as the credentials allow it.
func (s *store) findCluster(ctx context.Context, cluster string) error {
	ref := kube.Ref{Kind: "Namespace", Name: cluster}
	_, err := s.client.Clientset.CoreV1().Namespaces().Get(ctx, cluster, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return &kube.GoneError{Ref: ref}
	case apierrors.IsForbidden(err):
		return nil
	}
	return kube.Wrap(ref, "read", err)
}
