package store

import (
	"context"
	"iter"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Selection says which instances to list. Empty fields select all.
type Selection struct {
	Cluster, Labels, Status string
}

func (w Selection) ref(kind string) kube.Ref {
	if w.Cluster == "" {
		return kube.Ref{Kind: "all", Name: kind}
	}
	return kube.Ref{Kind: "the " + kind + " of Namespace", Name: w.Cluster}
}

// List reads the Pods of a cluster, including those that stand for stopped instances. If there are
// none it checks the cluster: a *kube.GoneError says that it doesn't exist.
func (s *Store) List(ctx context.Context, which Selection) ([]*corev1.Pod, error) {
	var pods []*corev1.Pod
	for have, err := range s.Each(ctx, which) {
		if err != nil {
			return nil, err
		}
		pods = append(pods, have.EffectivePod(power.StateIn(have, model.Resource{}, true)))
	}
	return pods, nil
}

// Each yields what List reads, one instance at a time, sorted by name. It requests the next page of
// Pods when the previous one is used up.
func (s *Store) Each(ctx context.Context, which Selection) iter.Seq2[power.Existing, error] {
	return func(yield func(power.Existing, error) bool) {
		templates, err := s.listTemplates(ctx, which)
		if err != nil {
			yield(power.Existing{}, err)
			return
		}
		empty := true
		for have, err := range power.WithStopped(s.eachPod(ctx, which), templates, which.Status) {
			empty = false
			if !yield(have, err) {
				return
			}
		}
		if !empty || which.Cluster == "" {
			return
		}
		if err := s.findCluster(ctx, which.Cluster); err != nil {
			yield(power.Existing{}, err)
		}
	}
}

func (s *Store) eachPod(ctx context.Context, which Selection) iter.Seq2[*corev1.Pod, error] {
	opts := metav1.ListOptions{LabelSelector: which.Labels}
	if which.Status != "" && which.Status != model.StatusStopped {
		opts.FieldSelector = fields.OneTermEqualSelector("status.phase", which.Status).String()
	}
	return func(yield func(*corev1.Pod, error) bool) {
		for pod, err := range kube.Each[*corev1.Pod](ctx, s.client.Clientset.CoreV1().Pods(which.Cluster).List, opts) {
			if !yield(pod, kube.Wrap(which.ref("Pods"), "list", err)) {
				return
			}
		}
	}
}

// listTemplates reads those among which the stopped instances are; where they may
// not be read there are none.
func (s *Store) listTemplates(ctx context.Context, which Selection) ([]*corev1.PodTemplate, error) {
	if which.Status != "" && which.Status != model.StatusStopped {
		return nil, nil
	}
	templates, err := kube.List[*corev1.PodTemplate](ctx, s.templates(which.Cluster).List, metav1.ListOptions{LabelSelector: which.Labels})
	if kube.LacksRights(err) {
		return nil, nil
	}
	return templates, kube.Wrap(which.ref("PodTemplates"), "list", err)
}

// findCluster tells an empty cluster from a missing one, as far as the credentials allow.
func (s *Store) findCluster(ctx context.Context, cluster string) error {
	ref := kube.Ref{Kind: "Namespace", Name: cluster}
	_, found, err := kube.Get(ctx, ref, s.client.Clientset.CoreV1().Namespaces().Get)
	switch {
	case kube.LacksRights(err):
		return nil
	case err == nil && !found:
		return &kube.GoneError{Ref: ref}
	}
	return err
}
