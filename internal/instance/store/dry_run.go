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

// Taken is a *kube.ExistsError where a create would find the name taken. What is being
// deleted is none, for a create waits for its end. What can't be read isn't reported.
func (s *Store) Taken(ctx context.Context, k model.Key) error {
	err := s.client.DryRuns.Ask(ctx, struct{ Name string }{k.String()}, func(ctx context.Context) error {
		return s.taken(ctx, k)
	})
	var exists *kube.ExistsError
	if errors.As(err, &exists) {
		return exists
	}
	return nil
}

func (s *Store) taken(ctx context.Context, k model.Key) error {
	have, err := find(ctx, k, s.client.PodNames.Find, s.client.PodTemplates.Find)
	switch {
	case err != nil:
		return err
	case have.Template != nil && have.Template.DeletionTimestamp == nil:
		return takenBy(have.Template)
	case have.Pod != nil && have.Pod.DeletionTimestamp == nil:
		return &kube.ExistsError{Ref: k.Ref()}
	}
	return nil
}

// Try asks whether the API server would refuse the write, and returns what an
// apply would get. Nothing is written.
//
// Instances that differ in nothing but their names get one answer. A refusal that may be for
// the name counts only for the instance that was asked about.
func (s *Store) Try(ctx context.Context, t planning.DryRun) error {
	itself := false
	err := s.client.DryRuns.Ask(ctx, t.Question(), func(ctx context.Context) error {
		itself = true
		return s.sendTrial(ctx, t)
	})
	if mayBeForName(err) && !itself {
		err = s.client.DryRuns.Ask(ctx, t.NamedQuestion(), func(ctx context.Context) error { return s.sendTrial(ctx, t) })
	}
	ref, verb := t.Ref()
	err = kube.WrapDryRun(ref, verb, err)
	switch {
	case t.Pod != nil:
		return s.explainInvalid(ctx, t.Pod, err)
	case t.Want != nil:
		return s.explainInvalidUpdate(ctx, t.Want, err)
	}
	return err
}

func (s *Store) sendTrial(ctx context.Context, t planning.DryRun) error {
	switch {
	case t.Pod != nil:
		return s.tryPod(ctx, t.Pod)
	case t.Template != nil:
		return s.tryTemplate(ctx, t.Template)
	case t.Secret != nil:
		_, err := s.secrets(t.Secret.Namespace).Create(ctx, t.Secret, s.dryRun())
		return err
	}
	return s.tryUpdate(ctx, t)
}

// mayBeForName reports whether another name might be taken. Quotas, limit ranges and Pod
// Security don't look at it.
func mayBeForName(err error) bool {
	var unanswered *kube.UnansweredError
	var refused *kube.RefusedError
	return !errors.As(err, &unanswered) && errors.As(kube.Wrap(kube.Ref{}, "try", err), &refused) &&
		slices.Contains([]kube.RefusalKind{kube.RefusedByPolicy, kube.RefusedAsInvalid, kube.RefusedOtherwise}, refused.Kind)
}

func (s *Store) dryRun() metav1.CreateOptions {
	return metav1.CreateOptions{FieldManager: s.client.FieldManager, DryRun: []string{metav1.DryRunAll}}
}

// tryPod asks under the Pod's own name. Its predecessor may have that still, but the API
// server looks at the name last, when all else is taken.
func (s *Store) tryPod(ctx context.Context, pod *corev1.Pod) error {
	pod = pod.DeepCopy()
	ensureName(&pod.ObjectMeta)
	_, err := s.pods(manifest.Ref(pod)).Create(ctx, pod, s.dryRun())
	return orTaken(manifest.Ref(pod), err)
}

func (s *Store) tryTemplate(ctx context.Context, template *corev1.PodTemplate) error {
	template = template.DeepCopy()
	ensureName(&template.ObjectMeta)
	_, err := s.templates(template.Namespace).Create(ctx, template, s.dryRun())
	return orTaken(manifest.TemplateRef(template.Namespace, template.Name), err)
}

// orTaken is nil where only the name stands in the way.
func orTaken(ref kube.Ref, err error) error {
	if kube.AnswerOf(ref, err) == kube.Exists {
		return nil
	}
	return err
}

// ensureName gives an instance without a name one as an apply would.
func ensureName(meta *metav1.ObjectMeta) {
	if meta.Name == "" {
		meta.Name = model.GeneratedPrefix + mar.RandomSuffix()
		meta.Labels[mar.LabelInstanceID] = meta.Name
	}
}

// tryUpdate asks about a change of the Pod that is there. One that isn't any more
// is for the next plan to see.
func (s *Store) tryUpdate(ctx context.Context, t planning.DryRun) error {
	ref := t.Live.Key.Ref()
	pod, err := s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
	if err != nil || string(pod.UID) != t.Live.UID {
		return err
	}
	if t.Resize != nil {
		patch, err := json.Marshal(manifest.ResizePatch(pod, *t.Resize))
		if err != nil {
			return err
		}
		_, err = s.pods(ref).Patch(ctx, ref.Name, types.StrategicMergePatchType, patch,
			metav1.PatchOptions{FieldManager: s.client.FieldManager, DryRun: []string{metav1.DryRunAll}}, "resize")
		return err
	}
	_, err = s.send(ctx, pod, *t.Change, metav1.DryRunAll)
	return err
}

// Predecessor reads the Pod that goes before an instance is made, nil where there
// is none. Remembered is its name where the state knows one.
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

// IsUnmanaged reports whether the Namespace is there and no mar_cluster manages it, so that no
// plan of one changes it.
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
