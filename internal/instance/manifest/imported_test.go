package manifest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// TestImported_isWhatWasDeclared holds that an instance which the provider made
// imports as it was declared, whatever others added.
func TestImported_isWhatWasDeclared(t *testing.T) {
	m := fixture.PlannedFull()
	m.Requests = fixture.Quantities("cpu", "500m", "ephemeral-storage", "1Gi")
	m.CPU, m.Memory = fwtypes.NewQuantity("2"), fwtypes.NewQuantity("4Gi")
	pod := fixture.Living(t)(Desired(t.Context(), m, Options{Nonce: "nonce"}))
	pod.ManagedFields = []metav1.ManagedFieldsEntry{
		{Manager: "kubelet", Operation: "Update", FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:annotations":{"f:cni.example.com/ip":{}}}}`)},
		{Manager: "us", Operation: "Update", FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:labels":{".":{},"f:app":{},"f:team":{},"f:stage":{}},"f:annotations":{".":{},"f:example.com/owner":{}}},
"f:spec":{"f:securityContext":{"f:runAsUser":{},"f:runAsGroup":{},"f:fsGroup":{}},"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:command":{},"f:args":{},
"f:env":{"k:{\"name\":\"A_FIRST\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"HOST\"}":{".":{}},"k:{\"name\":\"PORT\"}":{".":{}},"k:{\"name\":\"URL\"}":{".":{}}},
"f:ports":{"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{}},"k:{\"containerPort\":5353,\"protocol\":\"UDP\"}":{".":{}}},
"f:resources":{"f:limits":{"f:cpu":{},"f:memory":{},"f:ephemeral-storage":{},"f:nvidia.com/gpu":{}},"f:requests":{"f:cpu":{},"f:memory":{},"f:ephemeral-storage":{},"f:nvidia.com/gpu":{}}}}}}}`)},
	}
	got, limited, _ := Imported(t.Context(), pod, "us", fw.Defaults{Labels: map[string]string{"stage": "dev"}})
	want := fixture.Stateful(t, m).Instance
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.Equal(limited, []string{CPU, Memory}) {
		t.Errorf("declared limits %v", limited)
	}
}

// TestImported_takesAllOfAForeignPod holds that of a Pod which the provider never
// wrote to nothing is left out but Kubernetes' own notes.
func TestImported_takesAllOfAForeignPod(t *testing.T) {
	pod := fixture.Living(t)(Desired(t.Context(), fixture.Planned(), Options{Nonce: "nonce"}))
	pod.Labels = map[string]string{"app": "theirs"}
	pod.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "{}", "note": "1"}
	pod.Spec.SecurityContext.RunAsUser = ptr.To[int64](0)
	pod.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl", Operation: "Update", FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{}}`)}}
	got, _, _ := Imported(t.Context(), pod, "us", fw.Defaults{Labels: map[string]string{"stage": "dev"}})
	want := fixture.Stateful(t, fixture.Planned()).Instance
	want.Labels, want.LabelsAll, want.Annotations = fixture.Texted("app", "theirs"), fixture.Texted("app", "theirs"), fixture.Texted("note", "1")
	want.AnnotationsAll = fixture.Texted("note", "1")
	want.Env = fixture.Texted("INJECTED", "1")
	want.EnvValueFrom = fixture.Entries(model.VariableType(), map[string]model.Variable{"NODE": {Field: fixture.Str("spec.nodeName")}})
	want.Ports = types.MapValueMust(model.PortType(), map[string]attr.Value{"metrics": model.Port{Port: types.Int64Value(9090), Protocol: types.StringValue("TCP")}.Object()})
	want.Security = fixture.Secured(want.Security, "run_as_user", types.Int64Value(0))
	if rest := got.Pod.String(); !strings.Contains(rest, `"name":"sidecar"`) || !strings.Contains(rest, `"mountPath":"/injected"`) || strings.Contains(rest, "registry.example.com") {
		t.Errorf("pod isn't what the other attributes don't say: %s", rest)
	}
	want.Pod = got.Pod
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestControllerOf(t *testing.T) {
	pod := fixture.Living(t)(Desired(t.Context(), fixture.Planned(), Options{Nonce: "nonce"}))
	pod.OwnerReferences = []metav1.OwnerReference{{Kind: "Note", Name: "n"}}
	if owner := ControllerOf(pod); owner != "" {
		t.Errorf("an owner that is no controller counts as one: %s", owner)
	}
	pod.OwnerReferences[0] = metav1.OwnerReference{Kind: "ReplicaSet", Name: "web-5f", Controller: ptr.To(true)}
	if owner := ControllerOf(pod); owner != "ReplicaSet web-5f" {
		t.Errorf("got %q", owner)
	}
}

func TestParseID(t *testing.T) {
	k, err := model.ParseID("dev/web")
	if err != nil || k != (model.Key{Cluster: "dev", Name: "web"}) || k.String() != "dev/web" {
		t.Errorf("got %v, %v", k, err)
	}
	for _, id := range []string{"", "a", "a/b/c", "/", "a/", "/b", "dev/Web", "de.v/web", "dev/we b"} {
		if k, err := model.ParseID(id); err == nil {
			t.Errorf("%q was read as %v", id, k)
		}
	}
}

// A Pod may name a capability twice; a set has each once.
func TestImported_capabilitiesNamedTwice(t *testing.T) {
	pod := fixture.Living(t)(Desired(t.Context(), fixture.Planned(), Options{Nonce: "nonce"}))
	twice := []corev1.Capability{"NET_ADMIN", "NET_ADMIN"}
	pod.Spec.Containers[1].SecurityContext.Capabilities = &corev1.Capabilities{Add: twice, Drop: twice}
	got, _, diags := Imported(t.Context(), pod, "us", fw.Defaults{})
	security := got.Security.Attributes()
	if diags.HasError() || !security["capabilities_add"].Equal(model.TextSet("NET_ADMIN")) || !security["capabilities_drop"].Equal(model.TextSet("NET_ADMIN")) {
		t.Errorf("got %v, %v", security, diags)
	}
}

// An optional that is false says no more than none at all: it is no reason to say
// the rest of a variable or a volume in pod too.
func TestImported_optionalThatIsFalseSaysNothing(t *testing.T) {
	pod := fixture.Living(t)(Desired(t.Context(), fixture.Planned(), Options{Nonce: "nonce"}))
	pod.Annotations = nil
	pod.Spec = podspec.WithDefaults(corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyAlways,
		Containers: []corev1.Container{{
			Name: "app", Image: "web:1",
			Env: []corev1.EnvVar{{Name: "LEVEL", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: "web"}, Key: "level", Optional: ptr.To(false),
			}}}},
			VolumeMounts: []corev1.VolumeMount{{Name: "conf", MountPath: "/conf"}},
		}},
		Volumes: []corev1.Volume{{Name: "conf", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "web", Optional: ptr.To(false)}}}},
	})
	got, _, diags := Imported(t.Context(), pod, "us", fw.Defaults{})
	if diags.HasError() || len(got.EnvValueFrom.Elements()) != 1 || len(got.Volumes.Elements()) != 1 || strings.Contains(got.Pod.String(), "optional") {
		t.Errorf("got env_value_from %s, volumes %s, pod %s, %v", got.EnvValueFrom, got.Volumes, got.Pod, diags)
	}
}
