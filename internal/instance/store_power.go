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
		there, err := pod(ctx, k.Cluster, k.Name)
		if apierrors.IsNotFound(err) {
			return nil
		}
		f.Pod = there
		return kube.Wrap(k.ref(), "read", err)
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

// Shelve sees to it that the template says what the instance is made from, whether it
// is on its way to a Pod, and that it owns the instance's Secret. From then on the Pod
// can go: nothing is lost with it.
func (s *store) Shelve(ctx context.Context, p parts, starting bool) (*corev1.PodTemplate, parts, error) {
	s.say(templateRef(p.Pod.Namespace, p.Pod.Name), "keeping the instance as it")
	want := templateOf(p.Pod, starting)
	template, isNew, err := s.shelf(ctx, want)
	if err != nil {
		return nil, p, err
	}
	if !isNew && p.Make != nil {
		if template, err = s.announceSecret(ctx, template, p); err != nil {
			return template, p, err
		}
	}
	if p, err = s.handOver(ctx, p, ownerReference("PodTemplate", template)); err != nil || isNew {
		return template, p, err
	}
	if want, err = s.withOthersKeys(template, want, p.Dropped); err != nil {
		return template, p, err
	}
	updated, err := s.changeTemplate(ctx, template, want)
	if err != nil {
		return template, p, err
	}
	return updated, p, nil
}

// announceSecret writes down the Secret that is about to be made, and removes the one that
// an earlier run has announced and made, and that no state knows.
func (s *store) announceSecret(ctx context.Context, template *corev1.PodTemplate, p parts) (*corev1.PodTemplate, error) {
	k, announced := keyOf(template), template.Annotations[kube.AnnotationSecret]
	if known := p.Drop != nil && p.Drop.Name == announced; announced != "" && !known {
		left, err := s.Secret(ctx, k, announced)
		if err != nil {
			return template, err
		}
		if left.Ours {
			if err := s.drop(ctx, k.Cluster, &left.secretRef); err != nil {
				return template, err
			}
		}
	}
	want := template.DeepCopy()
	if want.Annotations == nil {
		want.Annotations = map[string]string{}
	}
	want.Annotations[kube.AnnotationSecret] = p.Make.Name
	return s.changeTemplate(ctx, template, want)
}

// shelf makes the template, or finds the one that the instance has. One that is being
// deleted would be lost with all that it keeps, so its end is waited for.
func (s *store) shelf(ctx context.Context, want *corev1.PodTemplate) (template *corev1.PodTemplate, isNew bool, err error) {
	k, ref := keyOf(want), templateRef(want.Namespace, want.Name)
	for {
		template, err = s.postTemplate(ctx, want)
		var exists *kube.ExistsError
		if !errors.As(err, &exists) {
			return template, true, err
		}
		held, found, err := kube.Get(ctx, ref, s.templates(k.Cluster).Get)
		switch {
		case err != nil:
			return nil, false, err
		case !found:
			continue
		case !isStoppedInstance(held):
			return nil, false, fmt.Errorf("%s has the name under which a stopped instance would be kept, and somebody else made it: delete or rename it, then apply again", ref)
		case held.DeletionTimestamp == nil:
			return held, false, nil
		}
		if err := s.dropTemplate(ctx, held); err != nil {
			return nil, false, err
		}
	}
}

// handOver makes the instance's Secret as the owner's, or adds the owner to the one
// that is there.
func (s *store) handOver(ctx context.Context, p parts, owner metav1.OwnerReference) (parts, error) {
	switch {
	case p.Make != nil:
		made, err := s.makeSecret(ctx, p.Make, owner)
		if err != nil {
			return p, err
		}
		p.Make, p.Keep = nil, made
	case p.Keep != nil:
		return p, s.own(ctx, p.Pod.Namespace, *p.Keep, owner)
	}
	return p, nil
}

func (s *store) postTemplate(ctx context.Context, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	ref := templateRef(want.Namespace, want.Name)
	return kube.Create(ctx, ref, want.Annotations[kube.AnnotationNonce],
		func(ctx context.Context) (*corev1.PodTemplate, error) {
			return s.templates(ref.Namespace).Create(ctx, want, metav1.CreateOptions{FieldManager: s.client.FieldManager})
		},
		func(ctx context.Context) (*corev1.PodTemplate, error) {
			return s.templates(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		})
}

// changeTemplate replaces what that very template says. Sent twice it does the same
// as once.
func (s *store) changeTemplate(ctx context.Context, held, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	ref := templateRef(want.Namespace, want.Name)
	uid, changed := held.UID, held
	err := kube.OnMovedOn(ctx, ref, func(ctx context.Context) error {
		now, err := s.templates(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if now.UID != uid {
			return &kube.GoneError{Ref: ref, ReplacedBy: now.UID}
		}
		changed, err = s.patchTemplate(ctx, now, want)
		return err
	})
	return changed, kube.Wrap(ref, "change", err)
}

func (s *store) patchTemplate(ctx context.Context, held, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	annotations := maps.Clone(held.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	for _, name := range []string{kube.AnnotationStarting, kube.AnnotationSecret} {
		annotations[name] = want.Annotations[name]
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "test", "path": "/metadata/uid", "value": held.UID},
		{"op": "add", "path": "/metadata/annotations", "value": annotations},
		{"op": "add", "path": "/metadata/labels", "value": want.Labels},
		{"op": "replace", "path": "/template", "value": want.Template},
	})
	if err != nil {
		return nil, err
	}
	return s.templates(held.Namespace).Patch(ctx, held.Name, types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: s.client.FieldManager})
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

// own adds an owner to the Secret, which Kubernetes deletes with its last one. Sent twice
// it does the same as once. A Secret that is gone can't be owned, and a namesake isn't the
// instance's; the next plan shows that it is missing.
func (s *store) own(ctx context.Context, namespace string, secret secretRef, owner metav1.OwnerReference) error {
	ref := secretRefIn(namespace, secret)
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": secret.UID, "ownerReferences": []metav1.OwnerReference{owner},
	}})
	if err != nil {
		return kube.Wrap(ref, "own", err)
	}
	err = kube.OnMovedOn(ctx, ref, func(ctx context.Context) error {
		_, err := s.secrets(namespace).Patch(ctx, secret.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: s.client.FieldManager})
		return err
	})
	if answer := kube.AnswerOf(ref, err); answer == kube.NotFound || answer == kube.AnotherObject {
		return nil
	}
	return kube.Wrap(ref, "hand over", err)
}

func secretRefIn(namespace string, secret secretRef) kube.Ref {
	return kube.Ref{Kind: "Secret", Namespace: namespace, Name: secret.Name}
}

// drop removes a Secret that nothing uses any more.
func (s *store) drop(ctx context.Context, namespace string, secret *secretRef) error {
	if secret == nil {
		return nil
	}
	return unlessAnother(removeObject(ctx, secretRefIn(namespace, *secret), secret.UID, s.secrets(namespace)))
}

// dropTemplate removes that very template. One that is another's by now stays.
func (s *store) dropTemplate(ctx context.Context, template *corev1.PodTemplate) error {
	return unlessAnother(s.removeTemplate(ctx, template))
}

func (s *store) removeTemplate(ctx context.Context, template *corev1.PodTemplate) error {
	return removeObject(ctx, templateRef(template.Namespace, template.Name), template.UID, s.templates(template.Namespace))
}

// removeObject deletes the object with that UID and waits until it is gone. Who may delete
// it and not read it can't wait. A namesake is a *kube.GoneError.
func removeObject[T metav1.Object](ctx context.Context, ref kube.Ref, uid types.UID, client kube.Remover[T]) error {
	err := kube.OnMovedOn(ctx, ref, func(ctx context.Context) error { return kube.Remove(ctx, ref, uid, client) })
	var refused *kube.RefusedError
	if errors.As(err, &refused) && refused.Kind == kube.RefusedByRBAC && refused.Lacks.Verb == "get" {
		return nil
	}
	return err
}

// unlessAnother is the error of a removal for which a namesake makes no difference.
func unlessAnother(err error) error {
	if isNamesake(err) {
		return nil
	}
	return err
}

func isNamesake(err error) bool {
	var gone *kube.GoneError
	return errors.As(err, &gone) && gone.ReplacedBy != ""
}

// Stop keeps the instance as a template and deletes its Pod, in the Pod's own
// time. It blocks until that is gone. Starting is set where a start follows.
func (s *store) Stop(ctx context.Context, running *corev1.Pod, p parts, starting bool) (*corev1.PodTemplate, parts, error) {
	template, p, err := s.Shelve(ctx, p, starting)
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

// Start makes the Pod of an instance that is kept as a template, which goes only
// when the Pod is there and owns what the template owned. A Pod of that name
// that is being deleted is waited for.
func (s *store) Start(ctx context.Context, p parts) (*corev1.Pod, parts, error) {
	template, p, err := s.Shelve(ctx, p, true)
	if err != nil {
		return nil, p, err
	}
	pod, err := s.launch(ctx, template, p)
	return pod, p, err
}

// Restart is Stop and Start.
func (s *store) Restart(ctx context.Context, running *corev1.Pod, p parts) (*corev1.Pod, parts, error) {
	template, p, err := s.Stop(ctx, running, p, true)
	if err != nil {
		return nil, p, err
	}
	pod, err := s.launch(ctx, template, p)
	return pod, p, err
}

// launch makes the Pod of a template and takes that away. Once the Pod is there, a
// run that is cancelled still hands over to it what the template owns.
func (s *store) launch(ctx context.Context, template *corev1.PodTemplate, p parts) (*corev1.Pod, error) {
	pod, err := s.Create(ctx, p.Pod)
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.finishing(ctx)
	defer cancel()
	if err := s.Tidy(ctx, pod, template, p.Keep); err != nil {
		return pod, err
	}
	return pod, s.drop(ctx, pod.Namespace, p.Drop)
}

// finishing is a context for what must not be left half done: it ends half a minute after
// the run does.
func (s *store) finishing(run context.Context) (context.Context, context.CancelFunc) {
	const patience = 30 * time.Second
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(run))
	stop := context.AfterFunc(run, func() {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(kube.TimeoutError{After: patience})
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// leftBeside adds to a Pod the template that is there still, where a move of its power broke
// off.
func (s *store) leftBeside(ctx context.Context, have found) found {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if template, err := s.Template(ctx, keyOf(have.Pod)); err == nil {
		have.Template = template
	}
	return have
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
// where that is empty the one that was started meanwhile. It blocks until both are gone.
func (s *store) Remove(ctx context.Context, k key, uid string) error {
	for {
		template, err := s.Template(ctx, k)
		if err != nil {
			return err
		}
		if template == nil {
			break
		}
		if err = s.removeTemplate(ctx, template); err == nil {
			break
		}
		if !isNamesake(err) {
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
