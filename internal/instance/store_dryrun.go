package instance

import (
	"context"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Try asks whether the API server would refuse the write, and returns what an
// apply would get. Nothing is written.
func (s *store) Try(ctx context.Context, t trial) error {
	err := s.client.DryRuns.Ask(ctx, t.question(), func(ctx context.Context) error {
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
	})
	ref, verb := t.ref()
	return kube.WrapDryRun(ref, verb, err)
}

func (s *store) dryRun() metav1.CreateOptions {
	return metav1.CreateOptions{FieldManager: s.client.FieldManager, DryRun: []string{metav1.DryRunAll}}
}

// tryPod asks under a generated name, for the predecessor of a Pod that is to be
// replaced has the name still.
func (s *store) tryPod(ctx context.Context, pod *corev1.Pod) error {
	pod = pod.DeepCopy()
	anonymous(&pod.ObjectMeta)
	_, err := s.pods(podRef(pod)).Create(ctx, pod, s.dryRun())
	return err
}

func (s *store) tryTemplate(ctx context.Context, template *corev1.PodTemplate) error {
	template = template.DeepCopy()
	anonymous(&template.ObjectMeta)
	_, err := s.templates(template.Namespace).Create(ctx, template, s.dryRun())
	return err
}

// anonymous leaves the end of the name to the server. An instance without a name
// gets one as an apply would make it.
func anonymous(meta *metav1.ObjectMeta) {
	if meta.Name == "" {
		meta.Name = generatedPrefix + kube.RandomSuffix()
		meta.Labels[kube.LabelInstanceID] = meta.Name
		return
	}
	meta.GenerateName, meta.Name = meta.Name+"-", ""
}

// tryUpdate asks about a change of the Pod that is there. One that isn't any more
// is for the next plan to see.
func (s *store) tryUpdate(ctx context.Context, t trial) error {
	ref := t.Live.Key.ref()
	pod, err := s.pods(ref).Get(ctx, ref.Name, metav1.GetOptions{})
	if err != nil || string(pod.UID) != t.Live.UID {
		return err
	}
	if t.Resize != nil {
		patch, err := json.Marshal(resizePatch(pod, *t.Resize))
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
func (s *store) Predecessor(ctx context.Context, cluster, remembered, name string) *corev1.Pod {
	if remembered != "" {
		name = remembered
	}
	if name == "" {
		return nil
	}
	pod, err := s.pods(kube.Ref{Namespace: cluster}).Get(ctx, name, metav1.GetOptions{})
	if err != nil || !isPredecessor(pod, remembered) {
		return nil
	}
	return pod
}
