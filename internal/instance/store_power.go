package instance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func podRef(pod *corev1.Pod) kube.Ref {
	return kube.Ref{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name}
}

func templateRef(namespace, name string) kube.Ref {
	return kube.Ref{Kind: "PodTemplate", Namespace: namespace, Name: name}
}

func (s *store) templates(namespace string) corev1client.PodTemplateInterface {
	return s.client.Clientset.CoreV1().PodTemplates(namespace)
}

func (s *store) secrets(namespace string) corev1client.SecretInterface {
	return s.client.Clientset.CoreV1().Secrets(namespace)
}

// Find reads what there is under the name. A template that isn't an instance's,
// or that may not be read, is none.
func (s *store) Find(ctx context.Context, k key) (found, error) {
	return find(ctx, k, s.client.Pods.Get, s.client.PodTemplates.Get)
}

// Look is Find for many at once: what it returns may be as old as kube.Roster says.
// That nothing is there is known for certain.
func (s *store) Look(ctx context.Context, k key) (found, error) {
	f, err := find(ctx, k, s.client.Pods.Find, s.client.PodTemplates.Find)
	if err != nil || f.Pod != nil || f.Template != nil {
		return f, err
	}
	// A stop writes the template before it deletes the Pod, and so may have come
	// between a list without the one and a read without the other.
	return s.Find(ctx, k)
}

// read reads an object by namespace and name.
type read[T any] func(ctx context.Context, namespace, name string) (T, error)

func find(ctx context.Context, k key, pod read[*corev1.Pod], template read[*corev1.PodTemplate]) (found, error) {
	var f found
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		there, found, err := kube.Get(ctx, k.ref(), func(ctx context.Context, name string, _ metav1.GetOptions) (*corev1.Pod, error) {
			return pod(ctx, k.Cluster, name)
		})
		if found {
			f.Pod = there
		}
		return err
	})
	group.Go(func() (err error) {
		f.Template, err = findTemplate(ctx, k, template)
		return err
	})
	if err := group.Wait(); err != nil {
		return found{}, err
	}
	return f, nil
}

// Template reads what a stopped instance is kept as, nil where there is none.
func (s *store) Template(ctx context.Context, k key) (*corev1.PodTemplate, error) {
	return findTemplate(ctx, k, s.client.PodTemplates.Get)
}

func findTemplate(ctx context.Context, k key, get read[*corev1.PodTemplate]) (*corev1.PodTemplate, error) {
	template, err := get(ctx, k.Cluster, k.Name)
	switch {
	case apierrors.IsNotFound(err), apierrors.IsForbidden(err):
		return nil, nil
	case err != nil:
		return nil, kube.Wrap(templateRef(k.Cluster, k.Name), "read", err)
	case !isStoppedInstance(template):
		return nil, nil
	}
	return template, nil
}

// Secret reads one of the instance's Secrets without its values.
func (s *store) Secret(ctx context.Context, k key, name string) (seenSecret, error) {
	secret, err := s.client.Metadata.Resource(corev1.SchemeGroupVersion.WithResource("secrets")).Namespace(k.Cluster).Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsForbidden(err):
		return seenSecret{Hidden: true}, nil
	case apierrors.IsNotFound(err):
		return seenSecret{}, nil
	case err != nil:
		return seenSecret{}, kube.Wrap(kube.Ref{Kind: "Secret", Namespace: k.Cluster, Name: name}, "read", err)
	}
	return seenSecretOf(secret, k.Name), nil
}

// Reader returns how to read the Pod with that UID, nil where it isn't there.
func (s *store) Reader(ctx context.Context, k key, uid string) func() (*corev1.Pod, error) {
	return func() (*corev1.Pod, error) {
		pod, err := s.Get(ctx, k.ref())
		if apierrors.IsNotFound(err) || err == nil && string(pod.UID) != uid {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return pod, nil
	}
}

// Shelve sees to it that the template says what the instance is made from, and
// that it owns the instance's Secret. From then on the Pod can go: nothing is
// lost with it.
func (s *store) Shelve(ctx context.Context, p parts) (*corev1.PodTemplate, parts, error) {
	s.say(templateRef(p.Pod.Namespace, p.Pod.Name), "keeping the instance as it")
	template, isNew, err := s.postTemplate(ctx, templateOf(p.Pod))
	if err != nil {
		return nil, p, err
	}
	owner := ownerReference("PodTemplate", template)
	switch {
	case p.Make != nil:
		if p.Keep, err = s.makeSecret(ctx, p.Make, owner); err != nil {
			return template, p, err
		}
		p.Make = nil
	case p.Keep != nil:
		if err := s.own(ctx, p.Pod.Namespace, *p.Keep, owner); err != nil {
			return template, p, err
		}
	}
	if isNew {
		return template, p, nil
	}
	want, err := s.withOthersKeys(template, templateOf(p.Pod), p.Dropped)
	if err != nil {
		return template, p, err
	}
	updated, err := s.changeTemplate(ctx, template.UID, want)
	if err != nil {
		return template, p, err
	}
	return updated, p, nil
}

// postTemplate makes the template, or returns the one that the instance has.
func (s *store) postTemplate(ctx context.Context, want *corev1.PodTemplate) (template *corev1.PodTemplate, isNew bool, err error) {
	ref := templateRef(want.Namespace, want.Name)
	get := func(ctx context.Context) (*corev1.PodTemplate, error) {
		return s.templates(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	}
	made, err := kube.Create(ctx, ref, want.Annotations[kube.AnnotationNonce],
		func(ctx context.Context) (*corev1.PodTemplate, error) {
			return s.templates(ref.Namespace).Create(ctx, want, metav1.CreateOptions{FieldManager: s.client.FieldManager})
		}, get)
	var exists *kube.ExistsError
	if !errors.As(err, &exists) {
		return made, true, err
	}
	held, err := get(ctx)
	if err != nil {
		return nil, false, kube.Wrap(ref, "read", err)
	}
	if !isStoppedInstance(held) {
		return nil, false, fmt.Errorf("%s, as which a stopped instance of this name would be kept, exists and is somebody else's: delete or rename it, then apply again", ref)
	}
	return held, false, nil
}

// changeTemplate writes anew what the template with that UID says.
func (s *store) changeTemplate(ctx context.Context, uid types.UID, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	ref := templateRef(want.Namespace, want.Name)
	patch, err := json.Marshal([]map[string]any{
		{"op": "test", "path": "/metadata/uid", "value": uid},
		{"op": "replace", "path": "/metadata/labels", "value": want.Labels},
		{"op": "replace", "path": "/template", "value": want.Template},
	})
	if err != nil {
		return nil, kube.Wrap(ref, "change", err)
	}
	changed, err := s.templates(ref.Namespace).Patch(ctx, ref.Name, types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: s.client.FieldManager})
	return changed, kube.Wrap(ref, "change", err)
}

func (s *store) makeSecret(ctx context.Context, want *corev1.Secret, owner metav1.OwnerReference) (*secretRef, error) {
	owned := want.DeepCopy()
	owned.OwnerReferences = []metav1.OwnerReference{owner}
	ctx = kube.WithConcealed(ctx, slices.Collect(maps.Values(want.StringData)))
	made, err := kube.Create(ctx, kube.Ref{Kind: "Secret", Namespace: want.Namespace, Name: want.Name}, want.Annotations[kube.AnnotationNonce],
		func(ctx context.Context) (*corev1.Secret, error) {
			made, err := s.secrets(want.Namespace).Create(ctx, owned, metav1.CreateOptions{FieldManager: s.client.FieldManager})
			return made, kube.Conceal(ctx, err)
		},
		func(ctx context.Context) (*corev1.Secret, error) {
			return s.secrets(want.Namespace).Get(ctx, want.Name, metav1.GetOptions{})
		})
	if err != nil {
		return nil, err
	}
	return &secretRef{Name: made.Name, UID: made.UID}, nil
}

// own adds an owner to the Secret, which Kubernetes deletes with its last one. A
// Secret that is gone can't be owned; the next plan shows that it is missing.
func (s *store) own(ctx context.Context, namespace string, secret secretRef, owner metav1.OwnerReference) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": secret.UID, "ownerReferences": []metav1.OwnerReference{owner},
	}})
	ref := kube.Ref{Kind: "Secret", Namespace: namespace, Name: secret.Name}
	if err != nil {
		return kube.Wrap(ref, "own", err)
	}
	_, err = s.secrets(namespace).Patch(ctx, secret.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: s.client.FieldManager})
	if kube.AnswerOf(ref, err) == kube.NotFound {
		return nil
	}
	return kube.Wrap(ref, "own", err)
}

func (s *store) drop(ctx context.Context, namespace string, secret *secretRef) error {
	if secret == nil {
		return nil
	}
	return kube.Delete(ctx, kube.Ref{Kind: "Secret", Namespace: namespace, Name: secret.Name}, secret.UID, s.secrets(namespace).Delete)
}

func (s *store) dropTemplate(ctx context.Context, template *corev1.PodTemplate) error {
	return kube.Delete(ctx, templateRef(template.Namespace, template.Name), template.UID, s.templates(template.Namespace).Delete)
}

// Stop keeps the instance as a template and deletes its Pod, in the Pod's own
// time. It blocks until that is gone.
func (s *store) Stop(ctx context.Context, running *corev1.Pod, p parts) (*corev1.PodTemplate, parts, error) {
	template, p, err := s.Shelve(ctx, p)
	if err != nil {
		return template, p, err
	}
	if running != nil {
		if err := s.Delete(ctx, podRef(running), string(running.UID)); err != nil {
			return template, p, err
		}
	}
	return template, p, s.drop(ctx, p.Pod.Namespace, p.Drop)
}

// newcomer is how a new instance is to be made.
type newcomer struct {
	// Named is set for a name that was given, under which another may be there.
	Named   bool
	Stopped bool
}

// New makes an instance that wasn't there before; one that was is a
// *kube.ExistsError. What can't be made whole is taken back, but for a Pod, which is
// returned with the error.
func (s *store) New(ctx context.Context, p parts, how newcomer) (found, parts, error) {
	k := key{Cluster: p.Pod.Namespace, Name: p.Pod.Name}
	if how.Named {
		if err := s.vacant(ctx, k, how.Stopped); err != nil {
			return found{}, p, err
		}
	}
	if !how.Stopped && p.Make == nil {
		pod, err := s.Create(ctx, p.Pod)
		return found{Pod: pod}, p, err
	}
	template, p, err := s.Shelve(ctx, p)
	if err == nil && how.Stopped {
		return found{Template: template}, p, nil
	}
	var pod *corev1.Pod
	if err == nil {
		pod, err = s.launch(ctx, template, p)
	}
	if err == nil || pod != nil {
		return found{Pod: pod}, p, err
	}
	if template != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		if undo := s.dropTemplate(ctx, template); undo != nil {
			err = fmt.Errorf("%w; taking back %s failed too: %w", err, templateRef(k.Cluster, k.Name), undo)
		}
	}
	return found{}, p, err
}

// vacant errs where an instance has the name, running or stopped. That a Pod has
// it is found out by making one, too.
func (s *store) vacant(ctx context.Context, k key, lookForPod bool) error {
	template, err := s.Template(ctx, k)
	if err != nil {
		return err
	}
	if template != nil {
		return &kube.ExistsError{Ref: templateRef(k.Cluster, k.Name), Terminating: template.DeletionTimestamp != nil}
	}
	if !lookForPod {
		return nil
	}
	pod, err := s.Get(ctx, k.ref())
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return err
	case pod.DeletionTimestamp != nil:
		return s.awaitGone(ctx, pod)
	}
	return &kube.ExistsError{Ref: k.ref()}
}

// Start makes the Pod of an instance that is kept as a template, which goes only
// when the Pod is there and owns what the template owned. A Pod of that name
// that is being deleted is waited for.
func (s *store) Start(ctx context.Context, p parts) (*corev1.Pod, parts, error) {
	template, p, err := s.Shelve(ctx, p)
	if err != nil {
		return nil, p, err
	}
	pod, err := s.launch(ctx, template, p)
	return pod, p, err
}

// Restart is Stop and Start.
func (s *store) Restart(ctx context.Context, running *corev1.Pod, p parts) (*corev1.Pod, parts, error) {
	template, p, err := s.Stop(ctx, running, p)
	if err != nil {
		return nil, p, err
	}
	pod, err := s.launch(ctx, template, p)
	return pod, p, err
}

func (s *store) launch(ctx context.Context, template *corev1.PodTemplate, p parts) (*corev1.Pod, error) {
	pod, err := s.Create(ctx, p.Pod)
	if err != nil {
		return nil, err
	}
	if err := s.Tidy(ctx, pod, template, p.Keep); err != nil {
		return pod, err
	}
	return pod, s.drop(ctx, pod.Namespace, p.Drop)
}

// Tidy takes away the template beside a Pod, which owns the Secret from then on.
func (s *store) Tidy(ctx context.Context, pod *corev1.Pod, template *corev1.PodTemplate, secret *secretRef) error {
	if secret != nil {
		if err := s.own(ctx, pod.Namespace, *secret, ownerReference("Pod", pod)); err != nil {
			return err
		}
	}
	return s.dropTemplate(ctx, template)
}

// Remove deletes the instance's template, and its Pod: the one with that UID, or
// where that is empty the one that was started meanwhile. It blocks until the Pod is
// gone.
func (s *store) Remove(ctx context.Context, k key, uid string) error {
	template, err := s.Template(ctx, k)
	if err != nil {
		return err
	}
	if template != nil {
		if err := s.dropTemplate(ctx, template); err != nil {
			return err
		}
	}
	if uid == "" {
		started, err := s.instancePod(ctx, k.ref())
		if err != nil || started == nil {
			return err
		}
		uid = string(started.UID)
	}
	return s.Delete(ctx, k.ref(), uid)
}

func ownerReference(kind string, owner metav1.Object) metav1.OwnerReference {
	return metav1.OwnerReference{APIVersion: "v1", Kind: kind, Name: owner.GetName(), UID: owner.GetUID()}
}
