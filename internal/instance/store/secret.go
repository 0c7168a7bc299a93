package store

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/wait"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// announceSecret records the name of the Secret that is about to be created. It deletes the one
// that an interrupted run announced and created, and that no state knows.
func (s *Store) announceSecret(ctx context.Context, template *corev1.PodTemplate, objects manifest.Objects) (*corev1.PodTemplate, error) {
	k, announced := model.KeyOf(template), template.Annotations[mar.AnnotationSecret]
	if known := objects.OldSecret != nil && objects.OldSecret.Name == announced; announced != "" && !known {
		left, err := s.Secret(ctx, k, announced)
		if err != nil {
			return template, err
		}
		if left.Ours {
			if err := s.deleteSecret(ctx, k.Cluster, &left.SecretRef); err != nil {
				return template, err
			}
		}
	}
	want := template.DeepCopy()
	if want.Annotations == nil {
		want.Annotations = map[string]string{}
	}
	want.Annotations[mar.AnnotationSecret] = objects.NewSecret.Name
	return s.changeTemplate(ctx, template, want)
}

// handOverSecret creates the instance's Secret with that owner, or adds the owner to the existing
// one.
func (s *Store) handOverSecret(ctx context.Context, objects manifest.Objects, owner metav1.OwnerReference) (manifest.Objects, error) {
	switch {
	case objects.NewSecret != nil:
		made, err := s.makeSecret(ctx, objects.NewSecret, owner)
		if err != nil {
			return objects, err
		}
		objects.NewSecret, objects.Secret = nil, made
	case objects.Secret != nil:
		return objects, s.addOwner(ctx, objects.Pod.Namespace, *objects.Secret, owner)
	}
	return objects, nil
}

func (s *Store) makeSecret(ctx context.Context, want *corev1.Secret, owner metav1.OwnerReference) (*manifest.SecretRef, error) {
	owned := want.DeepCopy()
	owned.OwnerReferences = []metav1.OwnerReference{owner}
	ctx = kube.WithConcealed(ctx, slices.Collect(maps.Values(want.StringData)))
	made, err := kube.Create(ctx, kube.Ref{Kind: "Secret", Namespace: want.Namespace, Name: want.Name}, want.Annotations[mar.AnnotationNonce],
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
	return &manifest.SecretRef{Name: made.Name, UID: made.UID}, nil
}

// addOwner adds an owner to the Secret, which Kubernetes deletes with its last owner. Repeating it
// is safe. A Secret that is gone, or has another UID, is left to the next plan.
func (s *Store) addOwner(ctx context.Context, namespace string, secret manifest.SecretRef, owner metav1.OwnerReference) error {
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

func secretRefIn(namespace string, secret manifest.SecretRef) kube.Ref {
	return kube.Ref{Kind: "Secret", Namespace: namespace, Name: secret.Name}
}

// deleteSecret deletes a Secret that nothing uses any more.
func (s *Store) deleteSecret(ctx context.Context, namespace string, secret *manifest.SecretRef) error {
	if secret == nil {
		return nil
	}
	return unlessAnother(removeObject(ctx, secretRefIn(namespace, *secret), secret.UID, s.secrets(namespace)))
}

// removeObject deletes the object with that UID and waits until it is gone. It doesn't wait if the
// credentials may not read it. Another object of that name is a *kube.GoneError.
func removeObject[T metav1.Object](ctx context.Context, ref kube.Ref, uid types.UID, client wait.Remover[T]) error {
	err := kube.OnMovedOn(ctx, ref, func(ctx context.Context) error { return wait.Removed(ctx, ref, uid, client) })
	var refused *kube.RefusedError
	if errors.As(err, &refused) && refused.Kind == kube.RefusedByRBAC && refused.Lacks.Verb == "get" {
		return nil
	}
	return err
}

// unlessAnother is nil if another object has the name by now.
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
