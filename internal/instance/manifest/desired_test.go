package manifest

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func TestDesired(t *testing.T) {
	for name, m := range map[string]model.Instance{"minimal": fixture.Planned(), "full": fixture.PlannedFull(), "open": fixture.PlannedOpen()} {
		t.Run(name, func(t *testing.T) {
			pod, diags := Desired(t.Context(), m, Options{Nonce: "nonce"})
			if diags.HasError() {
				t.Fatal(diags)
			}
			fixture.GoldenYAML(t, "desired/"+name+".yaml", pod)
		})
	}
}

func TestDesiredEnv_isOrderedByUse(t *testing.T) {
	names := func(env map[string]string) string {
		var all []string
		for _, v := range desiredEnv(env, nil) {
			all = append(all, v.Name)
		}
		return strings.Join(all, " ")
	}
	for want, env := range map[string]map[string]string{
		"A B C": {"C": "1", "A": "2", "B": "3"},
		"C B A": {"A": "$(B)", "B": "x$(C)y", "C": "1"},
		"A B D": {"A": "$$(B)", "B": "$(NOT_HERE)", "D": "$(A)"},
		"Y X":   {"X": "$(Y)", "Y": "$(X)"},
	} {
		if got := names(env); got != want {
			t.Errorf("%v: got %s, want %s", env, got, want)
		}
	}
}

// TestApplyConfiguration_sendsAllThatIsOwned guards against an apply that takes
// away what it leaves out.
func TestApplyConfiguration_sendsAllThatIsOwned(t *testing.T) {
	pod, _ := Desired(t.Context(), fixture.PlannedFull(), Options{Nonce: "nonce"})
	pod.UID = "uid-1"
	pod.Labels["injected"] = "by-a-webhook"
	pod.Spec.NodeName = "node-1"
	pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "sidecar", Image: "sidecar:1"})
	pod.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager: "terraform-provider-mar", Operation: metav1.ManagedFieldsOperationApply, APIVersion: "v1", FieldsType: "FieldsV1",
		FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:labels":{".":{},"f:app":{},"f:team":{},"f:stage":{},"f:instance-id":{},"f:app.kubernetes.io/managed-by":{}},"f:annotations":{".":{},"f:example.com/owner":{},"f:mar.headgym.com/create-nonce":{}}},
"f:spec":{"f:restartPolicy":{},"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:name":{},"f:image":{},"f:command":{}}}}}`),
	}}
	changed := fixture.PlannedFull()
	changed.Labels, changed.LabelsAll = fixture.Texted("team", "pay"), fixture.Texted("team", "pay")
	changed.Annotations, changed.AnnotationsAll = fixture.Texted(), fixture.Texted()
	changed.Image = types.StringValue("registry.example.com/web:2")
	config, err := ApplyConfiguration(pod, "terraform-provider-mar", ChangeBetween(fixture.PlannedFull(), changed), kube.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	fixture.GoldenYAML(t, "desired/apply.yaml", config)
}

func TestApplyConfiguration_leavesAppOfOthersAlone(t *testing.T) {
	pod, _ := Desired(t.Context(), fixture.Planned(), Options{Nonce: "nonce"})
	pod.Labels["app"] = "theirs"
	config, err := ApplyConfiguration(pod, "terraform-provider-mar", ChangeBetween(fixture.Planned(), fixture.Planned()), kube.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	if _, sent := config.Labels["app"]; sent || config.Spec != nil {
		t.Errorf("an apply to a Pod that is not ours sends %v and %v", config.Labels, config.Spec)
	}
	if config.Labels["instance-id"] != "web" {
		t.Errorf("the label instance-id isn't sent: %v", config.Labels)
	}
}
