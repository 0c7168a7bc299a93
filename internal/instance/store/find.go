package store

import (
	"context"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Get reads the Pod of that name, whoever created it.
func (s *Store) Get(ctx context.Context, ref kube.Ref) (*corev1.Pod, error) {
	pod, err := s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
	return pod, kube.Wrap(ref, "read", err)
}

// Find reads what exists under the name. A template that isn't an instance's, or that may not be
// read, counts as none.
func (s *Store) Find(ctx context.Context, k model.Key) (power.Existing, error) {
	return find(ctx, k, s.client.Pods.Get, s.client.PodTemplates.Get)
}

// FindCached is Find from the list cache: its answer may be as old as kube allows. Only that
// nothing exists is always read again.
func (s *Store) FindCached(ctx context.Context, k model.Key) (power.Existing, error) {
	e, err := find(ctx, k, s.client.Pods.Find, s.client.PodTemplates.Find)
	if err != nil || e.Pod != nil || e.Template != nil {
		return e, err
	}
	// A stop writes the template before it deletes the Pod, and so may have come
	// between a list without the one and a read without the other.
	return s.Find(ctx, k)
}

// read reads an object by namespace and name.
type read[T any] func(ctx context.Context, namespace, name string) (T, error)

func find(ctx context.Context, k model.Key, pod read[*corev1.Pod], template read[*corev1.PodTemplate]) (power.Existing, error) {
	var e power.Existing
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		there, found, err := kube.Get(ctx, k.Ref(), func(ctx context.Context, name string, _ metav1.GetOptions) (*corev1.Pod, error) {
			return pod(ctx, k.Cluster, name)
		})
		if found {
			e.Pod = there
		}
		return err
	})
	group.Go(func() (err error) {
		e.Template, err = findTemplate(ctx, k, template)
		return err
	})
	if err := group.Wait(); err != nil {
		return power.Existing{}, err
	}
	return e, nil
}

// Template reads the template of a stopped instance, nil if there is none.
func (s *Store) Template(ctx context.Context, k model.Key) (*corev1.PodTemplate, error) {
	return findTemplate(ctx, k, s.client.PodTemplates.Get)
}

func findTemplate(ctx context.Context, k model.Key, get read[*corev1.PodTemplate]) (*corev1.PodTemplate, error) {
	template, found, err := kube.Get(ctx, manifest.TemplateRef(k.Cluster, k.Name), func(ctx context.Context, name string, _ metav1.GetOptions) (*corev1.PodTemplate, error) {
		return get(ctx, k.Cluster, name)
	})
	switch {
	case err != nil && !kube.LacksRights(err):
		return nil, err
	case !found, !manifest.IsStoppedInstance(template):
		return nil, nil
	}
	return template, nil
}

// Secret reads one of the instance's Secrets without its values.
func (s *Store) Secret(ctx context.Context, k model.Key, name string) (manifest.FoundSecret, error) {
	secret, found, err := kube.Get(ctx, kube.Ref{Kind: "Secret", Namespace: k.Cluster, Name: name}, func(ctx context.Context, name string, opts metav1.GetOptions) (*metav1.PartialObjectMetadata, error) {
		return s.client.Metadata.Resource(corev1.SchemeGroupVersion.WithResource("secrets")).Namespace(k.Cluster).Get(ctx, name, opts)
	})
	switch {
	case kube.LacksRights(err):
		return manifest.FoundSecret{Hidden: true}, nil
	case err != nil:
		return manifest.FoundSecret{}, err
	case !found:
		return manifest.FoundSecret{}, nil
	}
	return manifest.FoundSecretOf(secret, k.Name), nil
}

// Reader returns a function that reads the Pod with that UID. It returns nil if the Pod doesn't
// exist.
func (s *Store) Reader(ctx context.Context, k model.Key, uid string) func() (*corev1.Pod, error) {
	return func() (*corev1.Pod, error) {
		pod, found, err := kube.Get(ctx, k.Ref(), s.pods(k.Ref()).Get)
		if err != nil || !found || string(pod.UID) != uid {
			return nil, err
		}
		return pod, nil
	}
}

// UnknownFields returns the fields of a Pod's spec that this provider doesn't know. It asks for
// JSON, because other encodings have no names of fields. It returns none where it gets no answer.
func (s *Store) UnknownFields(ctx context.Context, k model.Key) []string {
	text, err := s.client.Clientset.CoreV1().RESTClient().Get().
		Namespace(k.Cluster).Resource("pods").Name(k.Name).
		SetHeader("Accept", "application/json").DoRaw(ctx)
	if err != nil {
		return nil
	}
	return kube.UnknownFields(text)
}
