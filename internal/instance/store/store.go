package store

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Store reads and writes instances.
type Store struct {
	client *connect.Client
	// progress, if set, is called with each step for people to read.
	progress func(string)
}

func New(client *connect.Client) *Store { return &Store{client: client} }

// Resizable reports whether the server has the resize subresource.
func (s *Store) Resizable() (bool, error) { return s.client.HasResize() }

func (s *Store) pods(ref kube.Ref) corev1client.PodInterface {
	return s.client.Clientset.CoreV1().Pods(ref.Namespace)
}

// WithManager is the store for an instance that was last written by that field manager.
func (s *Store) WithManager(manager string) *Store {
	return &Store{client: s.client.WithPreviousManager(manager), progress: s.progress}
}

// Manager is the field manager of the provider's writes.
func (s *Store) Manager() string { return s.client.FieldManager }

// ManagerUsed is the field manager to keep in private state, empty for the default.
func (s *Store) ManagerUsed() string { return s.client.FieldManagerUsed() }

func (s *Store) post(ctx context.Context, ref kube.Ref, pod *corev1.Pod) (*corev1.Pod, error) {
	return kube.Create(ctx, ref, pod.Annotations[mar.AnnotationNonce],
		func(ctx context.Context) (*corev1.Pod, error) {
			return s.pods(ref).Create(ctx, pod, metav1.CreateOptions{FieldManager: s.client.FieldManager})
		},
		func(ctx context.Context) (*corev1.Pod, error) {
			return s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
		})
}

func (s *Store) templates(namespace string) corev1client.PodTemplateInterface {
	return s.client.Clientset.CoreV1().PodTemplates(namespace)
}

func (s *Store) secrets(namespace string) corev1client.SecretInterface {
	return s.client.Clientset.CoreV1().Secrets(namespace)
}
