package instance

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// TestDeed_everyCell holds what an action does about an instance that is found so.
func TestDeed_everyCell(t *testing.T) {
	for _, c := range []struct {
		seen                 presence
		start, stop, restart move
	}{
		{presence{Pod: podNone}, moveCreate, moveCreate, moveCreate},
		{presence{Pod: podNone, Template: true}, moveStart, moveNone, moveStart},
		{presence{Pod: podNone, Template: true, Starting: true}, moveStart, moveStop, moveStart},
		{presence{Pod: podLeaving, Template: true, Starting: true}, moveStart, moveStop, moveStart},
		{presence{Pod: podAlive}, moveNone, moveStop, moveRestart},
		{presence{Pod: podAlive, Template: true}, moveTidy, moveStop, moveRestart},
		{presence{Pod: podFinished}, moveNone, moveStop, moveRestart},
		{presence{Pod: podFinished, Template: true}, moveTidy, moveStop, moveRestart},
		{presence{Pod: podLeaving}, moveRestart, moveStop, moveRestart},
		{presence{Pod: podLeaving, Template: true}, moveStart, moveNone, moveStart},
		{presence{Pod: podForeign}, moveRefuse, moveRefuse, moveRefuse},
		{presence{Pod: podForeign, Template: true}, moveRefuse, moveNone, moveRefuse},
	} {
		for deed, want := range map[deed]move{deedStart: c.start, deedStop: c.stop, deedRestart: c.restart} {
			if got := deed.moveFor(c.seen); got != want {
				t.Errorf("%s of %+v: %s, want %s", deed, c.seen, got, want)
			}
		}
	}
}

func TestRecordedPod(t *testing.T) {
	pod := podFrom(t, "ready")
	pod.Namespace, pod.Name = "dev", "web"
	pod.Labels = map[string]string{"team": "shop", "injected": "yes"}
	pod.Annotations = map[string]string{"a": "1", "cni.example.com/address": "10.0.0.1", kube.AnnotationNonce: "old"}
	pod.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager:  kube.FieldManager,
		FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:labels":{"f:team":{}},"f:annotations":{"f:a":{}}}}`),
	}}
	if _, err := recordedPod(found{Pod: pod}, presence{Pod: podAlive}, kube.FieldManager); err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("without a record: %v", err)
	}
	sent := corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "web:1"}}}
	pod.Annotations[kube.AnnotationSpec] = specText(sent, 1<<20)
	made, err := recordedPod(found{Pod: pod}, presence{Pod: podAlive}, kube.FieldManager)
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Labels) != 1 || made.Labels["team"] != "shop" || made.Annotations["a"] != "1" || made.Annotations["cni.example.com/address"] != "" {
		t.Errorf("got the labels %v and the annotations %v", made.Labels, made.Annotations)
	}
	if specText(made.Spec, 1<<20) != specText(sent, 1<<20) || made.Annotations[kube.AnnotationSpec] != specText(sent, 1<<20) || made.Annotations[kube.AnnotationNonce] == "old" {
		t.Errorf("got %v", made)
	}
	template := templateOf(made, false)
	template.Labels[kube.LabelManagedBy], template.Labels[kube.LabelInstanceID] = kube.ManagedBy, "web"
	again, err := recordedPod(found{Template: template}, presence{Template: true}, kube.FieldManager)
	if err != nil || !sameMaking(made, again) {
		t.Errorf("by way of a template it became %v, %v", again, err)
	}
}

func TestStranger(t *testing.T) {
	pod := podFrom(t, "ready")
	if text := stranger(found{Pod: pod}).Error(); !strings.Contains(text, "Import it") {
		t.Errorf("got %s", text)
	}
	pod.OwnerReferences = []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "api", Controller: ptr.To(true)}}
	if text := stranger(found{Pod: pod}).Error(); !strings.Contains(text, "restart ReplicaSet api instead") {
		t.Errorf("got %s", text)
	}
}

func TestDeed_saysHowTheInstanceWasLeft(t *testing.T) {
	k := key{Cluster: "dev", Name: "web"}
	for seen, want := range map[presence]string{
		{Template: true, Starting: true}:  "It doesn't run now",
		{Template: true}:                  "It is stopped now: PodTemplate dev/web",
		{}:                                "Neither Pod dev/web nor PodTemplate dev/web",
		{Pod: podForeign}:                 "another tool's Pod",
		{Pod: podLeaving}:                 "is being deleted",
		{Pod: podAlive, Template: true}:   "and so does PodTemplate dev/web",
		{Pod: podAlive}:                   "Pod dev/web exists",
		{Pod: podFinished}:                "Pod dev/web exists",
		{Pod: podLeaving, Template: true}: "It is stopped now",
	} {
		if got := deedRestart.left(seen, k); !strings.Contains(got, want) {
			t.Errorf("%+v: %s", seen, got)
		}
	}
}
