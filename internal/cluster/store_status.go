package cluster

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Census lists what a cluster that was read is judged by, beside what was read:
// two lists, however many instances there are. What may not be listed is marked as
// hidden.
func (s store) Census(ctx context.Context, have observed) (census, error) {
	name := have.Namespace.Name
	c := census{Namespace: have.Namespace, Quotas: slices.Collect(maps.Values(have.Quotas))}
	core := s.client.Clientset.CoreV1()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		c.Pods, c.PodsHidden, err = listed[*corev1.Pod](ctx, name, "Pods", core.Pods(name).List, metav1.ListOptions{})
		return err
	})
	group.Go(func() error {
		ours := metav1.ListOptions{LabelSelector: labels.Set{kube.LabelManagedBy: kube.ManagedBy}.String()}
		templates, hidden, err := listed[*metav1.PartialObjectMetadata](ctx, name, "PodTemplates",
			s.client.Metadata.Resource(corev1.SchemeGroupVersion.WithResource("podtemplates")).Namespace(name).List, ours)
		c.TemplatesHidden = hidden
		for _, template := range templates {
			if kube.IsInstances(template, template.Name) {
				c.Templates = append(c.Templates, template.Name)
			}
		}
		return err
	})
	return c, group.Wait()
}

// listed reads all of one kind in a namespace; hidden says that the credentials may
// not.
func listed[T, L runtime.Object](ctx context.Context, namespace, kind string, page func(context.Context, metav1.ListOptions) (L, error), opts metav1.ListOptions) (all []T, hidden bool, err error) {
	all, err = kube.List[T](ctx, page, opts)
	if apierrors.IsForbidden(err) {
		return nil, true, nil
	}
	return all, false, kube.Wrap(kube.Ref{Kind: "the " + kind + " of Namespace", Name: namespace}, "list", err)
}
