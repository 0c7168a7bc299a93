package instance

import (
	"context"

	"golang.org/x/sync/errgroup"
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

// List reads the Pods of a cluster, and those that its stopped instances stand
// for. When there are none it makes sure that the cluster is there: a
// *kube.GoneError says that it isn't.
func (s *store) List(ctx context.Context, cluster string, which selection) ([]*corev1.Pod, error) {
	var pods []*corev1.Pod
	var templates []*corev1.PodTemplate
	group, reading := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		opts := metav1.ListOptions{LabelSelector: which.Labels}
		if which.Status != "" && which.Status != statusStopped {
			opts.FieldSelector = fields.OneTermEqualSelector("status.phase", which.Status).String()
		}
		pods, err = kube.List[*corev1.Pod](reading, s.client.Clientset.CoreV1().Pods(cluster).List, opts)
		return kube.Wrap(kube.Ref{Kind: "the Pods of Namespace", Name: cluster}, "list", err)
	})
	if which.Status == "" || which.Status == statusStopped {
		group.Go(func() (err error) {
			templates, err = kube.List[*corev1.PodTemplate](reading, s.templates(cluster).List, metav1.ListOptions{LabelSelector: which.Labels})
			if apierrors.IsForbidden(err) {
				return nil
			}
			return kube.Wrap(kube.Ref{Kind: "the PodTemplates of Namespace", Name: cluster}, "list", err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if found := withStopped(pods, templates, which.Status); len(found) > 0 {
		return found, nil
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
