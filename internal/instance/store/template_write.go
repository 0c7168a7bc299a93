package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// ensureTemplate creates the template, or returns the instance's existing one. It waits for the end
// of one that is being deleted.
func (s *Store) ensureTemplate(ctx context.Context, want *corev1.PodTemplate) (template *corev1.PodTemplate, isNew bool, err error) {
	k, ref := model.KeyOf(want), manifest.TemplateRef(want.Namespace, want.Name)
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
		case !manifest.IsStoppedInstance(held):
			return nil, false, fmt.Errorf("%s has the name that the stopped instance needs for itself, and something else created it: delete or rename it, then apply again", ref)
		case held.DeletionTimestamp == nil:
			return held, false, nil
		}
		if err := s.deleteTemplate(ctx, held); err != nil {
			return nil, false, err
		}
	}
}

func (s *Store) postTemplate(ctx context.Context, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	ref := manifest.TemplateRef(want.Namespace, want.Name)
	return kube.Create(ctx, ref, want.Annotations[mar.AnnotationNonce],
		func(ctx context.Context) (*corev1.PodTemplate, error) {
			return s.templates(ref.Namespace).Create(ctx, want, metav1.CreateOptions{FieldManager: s.client.FieldManager})
		},
		func(ctx context.Context) (*corev1.PodTemplate, error) {
			return s.templates(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		})
}

// changeTemplate replaces the content of that very template. Repeating it is safe.
func (s *Store) changeTemplate(ctx context.Context, held, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	ref := manifest.TemplateRef(want.Namespace, want.Name)
	changed, err := kube.Rewrite(ctx, ref, held, s.templates(ref.Namespace).Get, func(ctx context.Context, now *corev1.PodTemplate) (*corev1.PodTemplate, error) {
		return s.patchTemplate(ctx, now, want)
	})
	return changed, kube.Wrap(ref, "change", err)
}

func (s *Store) patchTemplate(ctx context.Context, held, want *corev1.PodTemplate) (*corev1.PodTemplate, error) {
	annotations := maps.Clone(held.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	for _, name := range []string{mar.AnnotationStarting, mar.AnnotationSecret} {
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

// deleteTemplate deletes that very template. Another one of that name stays.
func (s *Store) deleteTemplate(ctx context.Context, template *corev1.PodTemplate) error {
	return unlessAnother(s.removeTemplate(ctx, template))
}

func (s *Store) removeTemplate(ctx context.Context, template *corev1.PodTemplate) error {
	return removeObject(ctx, manifest.TemplateRef(template.Namespace, template.Name), template.UID, s.templates(template.Namespace))
}
