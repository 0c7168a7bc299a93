package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/status"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Census reads a cluster and what it is judged by, all at once: its instances take two
// lists, however many there are, which their own reads share. What may not be listed is
// marked as hidden; a missing Namespace is a *kube.GoneError.
func (s Store) Census(ctx context.Context, name string) (objects.Observed, status.Census, error) {
	var (
		have   objects.Observed
		getErr error
		c      status.Census
		group  errgroup.Group
	)
	group.Go(func() error {
		var found bool
		have, found, getErr = s.Get(ctx, name, objects.UsualChildren())
		if getErr == nil && !found {
			getErr = &kube.GoneError{Ref: child.ClusterRef(name)}
		}
		return nil
	})
	group.Go(func() (err error) {
		c.Pods, c.PodsHidden, err = listed(ctx, name, "Pods", s.Client.Pods.All)
		return err
	})
	group.Go(func() error {
		templates, hidden, err := listed(ctx, name, "PodTemplates", s.Client.PodTemplates.All)
		c.TemplatesHidden = hidden
		for _, template := range templates {
			if mar.IsInstances(template, template.Name) {
				c.Templates = append(c.Templates, template.Name)
			}
		}
		return err
	})
	err := group.Wait()
	c.Namespace, c.Quotas = have.Namespace, slices.Collect(maps.Values(have.Quotas))
	return have, c, cmp.Or(getErr, err)
}

// listed reads all of one kind in a namespace; hidden says that the credentials may
// not.
func listed[T corev1.Pod | corev1.PodTemplate](ctx context.Context, namespace, kind string, list func(context.Context, string) ([]*T, error)) (all []*T, hidden bool, err error) {
	all, err = list(ctx, namespace)
	if err = kube.Wrap(kube.Ref{Kind: "the " + kind + " of Namespace", Name: namespace}, "list", err); LacksRight(err) {
		return nil, true, nil
	}
	return all, false, err
}
