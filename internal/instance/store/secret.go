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

// announceSecret writes down the Secret that is about to be made, and removes the one that
// an earlier run has announced and made, and that no state knows.
func (s *Store) announceSecret(ctx context.Context, template *corev1.PodTemplate, p manifest.Objects) (*corev1.PodTemplate, error) {
	k, announced := model.KeyOf(template), template.Annotations[mar.AnnotationSecret]
	if known := p.Drop != nil && p.Drop.Name == announced; announced != "" && !known {
		left, err := s.Secret(ctx, k, announced)
		if err != nil {
			return template, err
		}
		if left.Ours {
			if err := s.drop(ctx, k.Cluster, &left.SecretRef); err != nil {
				return template, err
			}
		}
	}
	want := template.DeepCopy()
	if want.Annotations == nil {
		want.Annotations = map[string]string{}
	}
	want.Annotations[mar.AnnotationSecret] = p.Make.Name
	return s.changeTemplate(ctx, template, want)
}

// handOver makes the instance's Secret as the owner's, or adds the owner to the one
// that is there.
func (s *Store) handOver(ctx context.Context, p manifest.Objects, owner metav1.OwnerReference) (manifest.Objects, error) {
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

// own adds an owner to the Secret, which Kubernetes deletes with its last one. Sent twice
// it does the same as once. A Secret that is gone can't be owned, and a namesake isn't the
// instance's; the next plan shows that it is missing.
func (s *Store) own(ctx context.Context, namespace string, secret manifest.SecretRef, owner metav1.OwnerReference) error {
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

// drop removes a Secret that nothing uses any more.
func (s *Store) drop(ctx context.Context, namespace string, secret *manifest.SecretRef) error {
	if secret == nil {
		return nil
	}
	return unlessAnother(removeObject(ctx, secretRefIn(namespace, *secret), secret.UID, s.secrets(namespace)))
}

// removeObject deletes the object with that UID and waits until it is gone. Who may delete
// it and not read it can't wait. A namesake is a *kube.GoneError.
func removeObject[T metav1.Object](ctx context.Context, ref kube.Ref, uid types.UID, client wait.Remover[T]) error {
	err := kube.OnMovedOn(ctx, ref, func(ctx context.Context) error { return wait.Removed(ctx, ref, uid, client) })
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
