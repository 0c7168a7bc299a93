package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// NameTaken returns a *kube.ExistsError if a create would find the name taken. It ignores objects
// that are being deleted, and what can't be read.
func (s *Store) NameTaken(ctx context.Context, k model.Key) error {
	err := s.client.DryRuns.Ask(ctx, struct{ Name string }{k.String()}, func(ctx context.Context) error {
		return s.findNamesake(ctx, k)
	})
	var exists *kube.ExistsError
	if errors.As(err, &exists) {
		return exists
	}
	return nil
}

func (s *Store) findNamesake(ctx context.Context, k model.Key) error {
	have, err := find(ctx, k, s.client.PodNames.Find, s.client.PodTemplates.Find)
	switch {
	case err != nil:
		return err
	case have.Template != nil && have.Template.DeletionTimestamp == nil:
		return existsError(have.Template)
	case have.Pod != nil && have.Pod.DeletionTimestamp == nil:
		return &kube.ExistsError{Ref: k.Ref()}
	}
	return nil
}

// Try sends a write as a dry run, and returns the error that an apply would get.
//
// Instances that differ only in their names share an answer. A refusal that may be about the name
// is asked again for each instance.
func (s *Store) Try(ctx context.Context, run planning.DryRun) error {
	itself := false
	err := s.client.DryRuns.Ask(ctx, run.CacheKey(), func(ctx context.Context) error {
		itself = true
		return s.sendDryRun(ctx, run)
	})
	if mayBeForName(err) && !itself {
		err = s.client.DryRuns.Ask(ctx, run.NamedCacheKey(), func(ctx context.Context) error { return s.sendDryRun(ctx, run) })
	}
	ref, verb := run.Ref()
	err = kube.WrapDryRun(ref, verb, err)
	switch {
	case run.Pod != nil:
		return s.explainInvalid(ctx, run.Pod, err)
	case run.Want != nil:
		return s.explainInvalidUpdate(ctx, run.Want, err)
	}
	return err
}

func (s *Store) sendDryRun(ctx context.Context, run planning.DryRun) error {
	switch {
	case run.Pod != nil:
		return s.tryPod(ctx, run.Pod)
	case run.Template != nil:
		return s.tryTemplate(ctx, run.Template)
	case run.Secret != nil:
		_, err := s.secrets(run.Secret.Namespace).Create(ctx, run.Secret, s.dryRun())
		return err
	}
	return s.tryUpdate(ctx, run)
}

// mayBeForName reports whether the API server might accept another name. Quotas, limit ranges and
// Pod Security don't look at names.
func mayBeForName(err error) bool {
	var unanswered *kube.UnansweredError
	var refused *kube.RefusedError
	return !errors.As(err, &unanswered) && errors.As(kube.Wrap(kube.Ref{}, "try", err), &refused) &&
		slices.Contains([]kube.RefusalKind{kube.RefusedByPolicy, kube.RefusedAsInvalid, kube.RefusedOtherwise}, refused.Kind)
}

func (s *Store) dryRun() metav1.CreateOptions {
	return metav1.CreateOptions{FieldManager: s.client.FieldManager, DryRun: []string{metav1.DryRunAll}}
}

// tryPod tries the Pod under its own name. The predecessor may still have it, but the API server
// checks the name last.
func (s *Store) tryPod(ctx context.Context, pod *corev1.Pod) error {
	pod = pod.DeepCopy()
	ensureName(&pod.ObjectMeta)
	_, err := s.pods(manifest.Ref(pod)).Create(ctx, pod, s.dryRun())
	return ignoreTaken(manifest.Ref(pod), err)
}

func (s *Store) tryTemplate(ctx context.Context, template *corev1.PodTemplate) error {
	template = template.DeepCopy()
	ensureName(&template.ObjectMeta)
	_, err := s.templates(template.Namespace).Create(ctx, template, s.dryRun())
	return ignoreTaken(manifest.TemplateRef(template.Namespace, template.Name), err)
}

// ignoreTaken is nil if only the name is taken.
func ignoreTaken(ref kube.Ref, err error) error {
	if kube.AnswerOf(ref, err) == kube.Exists {
		return nil
	}
	return err
}

// ensureName generates a missing name, as an apply would.
func ensureName(meta *metav1.ObjectMeta) {
	if meta.Name == "" {
		meta.Name = model.GeneratedPrefix + mar.RandomSuffix()
		meta.Labels[mar.LabelInstanceID] = meta.Name
	}
}

// tryUpdate tries a change of the existing Pod. If the Pod is gone, the next plan shows that.
func (s *Store) tryUpdate(ctx context.Context, run planning.DryRun) error {
	ref := run.Live.Key.Ref()
	pod, err := s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
	if err != nil || string(pod.UID) != run.Live.UID {
		return err
	}
	if run.Resize != nil {
		patch, err := json.Marshal(manifest.ResizePatch(pod, *run.Resize))
		if err != nil {
			return err
		}
		_, err = s.pods(ref).Patch(ctx, ref.Name, types.StrategicMergePatchType, patch,
			metav1.PatchOptions{FieldManager: s.client.FieldManager, DryRun: []string{metav1.DryRunAll}}, "resize")
		return err
	}
	_, err = s.send(ctx, pod, *run.Change, metav1.DryRunAll)
	return err
}

// Predecessor reads the Pod that is deleted before the instance is created, nil if there is none.
// Remembered is its name in the private state, which may be empty.
func (s *Store) Predecessor(ctx context.Context, cluster, remembered, name string) *corev1.Pod {
	if remembered != "" {
		name = remembered
	}
	if name == "" {
		return nil
	}
	pod, err := s.pods(kube.Ref{Namespace: cluster}).Get(ctx, name, metav1.GetOptions{})
	if err != nil || !planning.IsPredecessor(pod, remembered) {
		return nil
	}
	return pod
}

// IsUnmanaged reports whether the Namespace exists and no mar_cluster manages it.
func (s *Store) IsUnmanaged(ctx context.Context, namespace string) bool {
	err := s.client.DryRuns.Ask(ctx, struct{ Unmanaged string }{namespace}, func(ctx context.Context) error {
		held, err := s.client.Clientset.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
		if err == nil && mar.IsOurs(held) {
			return errors.New("a mar_cluster manages it")
		}
		return err
	})
	return err == nil
}
