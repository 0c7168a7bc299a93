package power

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// TestAction_everyCell holds what an action does about an instance that is found so.
func TestAction_everyCell(t *testing.T) {
	for _, c := range []struct {
		seen                 State
		start, stop, restart Step
	}{
		{State{Pod: PodNone}, StepCreate, StepCreate, StepCreate},
		{State{Pod: PodNone, Template: true}, StepStart, StepNone, StepStart},
		{State{Pod: PodNone, Template: true, Starting: true}, StepStart, StepStop, StepStart},
		{State{Pod: PodTerminating, Template: true, Starting: true}, StepStart, StepStop, StepStart},
		{State{Pod: PodAlive}, StepNone, StepStop, StepRestart},
		{State{Pod: PodAlive, Template: true}, StepCleanUp, StepStop, StepRestart},
		{State{Pod: PodFinished}, StepNone, StepStop, StepRestart},
		{State{Pod: PodFinished, Template: true}, StepCleanUp, StepStop, StepRestart},
		{State{Pod: PodTerminating}, StepRestart, StepStop, StepRestart},
		{State{Pod: PodTerminating, Template: true}, StepStart, StepNone, StepStart},
		{State{Pod: PodForeign}, StepRefuse, StepRefuse, StepRefuse},
		{State{Pod: PodForeign, Template: true}, StepRefuse, StepNone, StepRefuse},
	} {
		for a, want := range map[Action]Step{ActionStart: c.start, ActionStop: c.stop, ActionRestart: c.restart} {
			if got := a.StepFor(c.seen); got != want {
				t.Errorf("%s of %+v: %s, want %s", a, c.seen, got, want)
			}
		}
	}
}

func TestRecordedPod(t *testing.T) {
	pod := fixture.PodFrom(t, "ready")
	pod.Namespace, pod.Name = "dev", "web"
	pod.Labels = map[string]string{"team": "shop", "injected": "yes"}
	pod.Annotations = map[string]string{"a": "1", "cni.example.com/address": "10.0.0.1", mar.AnnotationNonce: "old"}
	pod.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager:  mar.FieldManager,
		FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:labels":{"f:team":{}},"f:annotations":{"f:a":{}}}}`),
	}}
	if _, err := RecordedPod(Existing{Pod: pod}, State{Pod: PodAlive}, mar.FieldManager); err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("without a record: %v", err)
	}
	sent := corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "web:1"}}}
	pod.Annotations[mar.AnnotationSpec] = manifest.SpecText(sent, 1<<20)
	made, err := RecordedPod(Existing{Pod: pod}, State{Pod: PodAlive}, mar.FieldManager)
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Labels) != 1 || made.Labels["team"] != "shop" || made.Annotations["a"] != "1" || made.Annotations["cni.example.com/address"] != "" {
		t.Errorf("got the labels %v and the annotations %v", made.Labels, made.Annotations)
	}
	if manifest.SpecText(made.Spec, 1<<20) != manifest.SpecText(sent, 1<<20) || made.Annotations[mar.AnnotationSpec] != manifest.SpecText(sent, 1<<20) || made.Annotations[mar.AnnotationNonce] == "old" {
		t.Errorf("got %v", made)
	}
	template := manifest.TemplateOf(made, false)
	template.Labels[mar.LabelManagedBy], template.Labels[mar.LabelInstanceID] = mar.ManagedBy, "web"
	again, err := RecordedPod(Existing{Template: template}, State{Template: true}, mar.FieldManager)
	if err != nil || !manifest.SameObjects(made, again) {
		t.Errorf("by way of a template it became %v, %v", again, err)
	}
}

func TestForeignError(t *testing.T) {
	pod := fixture.PodFrom(t, "ready")
	if text := ForeignError(Existing{Pod: pod}).Error(); !strings.Contains(text, "Import it") {
		t.Errorf("got %s", text)
	}
	pod.OwnerReferences = []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "api", Controller: ptr.To(true)}}
	if text := ForeignError(Existing{Pod: pod}).Error(); !strings.Contains(text, "restart ReplicaSet api instead") {
		t.Errorf("got %s", text)
	}
}

func TestAction_saysHowTheInstanceWasLeft(t *testing.T) {
	k := model.Key{Cluster: "dev", Name: "web"}
	for seen, want := range map[State]string{
		{Template: true, Starting: true}:      "It doesn't run now",
		{Template: true}:                      "It is stopped now: PodTemplate dev/web",
		{}:                                    "Neither Pod dev/web nor PodTemplate dev/web",
		{Pod: PodForeign}:                     "another tool's Pod",
		{Pod: PodTerminating}:                 "is being deleted",
		{Pod: PodAlive, Template: true}:       "and so does PodTemplate dev/web",
		{Pod: PodAlive}:                       "Pod dev/web exists",
		{Pod: PodFinished}:                    "Pod dev/web exists",
		{Pod: PodTerminating, Template: true}: "It is stopped now",
	} {
		if got := ActionRestart.Left(seen, k); !strings.Contains(got, want) {
			t.Errorf("%+v: %s", seen, got)
		}
	}
}
