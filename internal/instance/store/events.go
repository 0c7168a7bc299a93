package store

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Details reads what may explain a problem: the Pod's events, and the node. It has a short time
// limit, and leaves out what the credentials may not read.
func (s *Store) Details(ctx context.Context, k model.Key, p causes.Problem) causes.Details {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	var e causes.Details
	if p.UID != "" {
		e.Events = s.events(ctx, k.Cluster, p.UID)
	}
	if p.Node != "" {
		node, found, err := kube.Get(ctx, kube.Ref{Kind: "Node", Name: p.Node}, s.client.Clientset.CoreV1().Nodes().Get)
		switch {
		case found:
			e.Node = podhealth.NodeProblem(node)
		case err == nil:
			e.Node = "node " + p.Node + " doesn't exist any more"
		}
	}
	return e
}

// EventsOf reads the events of a Pod with a problem, or a possible one. It makes no request for a
// healthy Pod.
func (s *Store) EventsOf(ctx context.Context, pod *corev1.Pod, now time.Time) []corev1.Event {
	if !manifest.IsSuspect(pod, now) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	return s.events(ctx, pod.Namespace, string(pod.UID))
}

// events lists the events about the Pod with that UID, nil if they may not be listed.
func (s *Store) events(ctx context.Context, namespace, uid string) []corev1.Event {
	list, err := s.client.Clientset.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{
		FieldSelector: fields.OneTermEqualSelector("involvedObject.uid", uid).String(),
		Limit:         500,
	})
	if err != nil {
		return nil
	}
	return append([]corev1.Event{}, list.Items...)
}
