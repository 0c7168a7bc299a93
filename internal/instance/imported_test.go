package instance

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
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// TestImported_isWhatWasDeclared holds that an instance which the provider made
// imports as it was declared, whatever others added.
func TestImported_isWhatWasDeclared(t *testing.T) {
	m := plannedFull()
	m.Requests = quantities("cpu", "500m", "ephemeral-storage", "1Gi")
	m.CPU, m.Memory = fwtypes.NewQuantity("2"), fwtypes.NewQuantity("4Gi")
	pod := living(t)(desired(t.Context(), m, making{Nonce: "nonce"}))
	pod.ManagedFields = []metav1.ManagedFieldsEntry{
		{Manager: "kubelet", Operation: "Update", FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:annotations":{"f:cni.example.com/ip":{}}}}`)},
		{Manager: "us", Operation: "Update", FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:labels":{".":{},"f:app":{},"f:team":{},"f:stage":{}},"f:annotations":{".":{},"f:example.com/owner":{}}},
"f:spec":{"f:securityContext":{"f:runAsUser":{},"f:runAsGroup":{},"f:fsGroup":{}},"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:command":{},"f:args":{},
"f:env":{"k:{\"name\":\"A_FIRST\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"HOST\"}":{".":{}},"k:{\"name\":\"PORT\"}":{".":{}},"k:{\"name\":\"URL\"}":{".":{}}},
"f:ports":{"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{}},"k:{\"containerPort\":5353,\"protocol\":\"UDP\"}":{".":{}}},
"f:resources":{"f:limits":{"f:cpu":{},"f:memory":{},"f:ephemeral-storage":{},"f:nvidia.com/gpu":{}},"f:requests":{"f:cpu":{},"f:memory":{},"f:ephemeral-storage":{},"f:nvidia.com/gpu":{}}}}}}}`)},
	}
	got, limited, _ := imported(t.Context(), pod, "us", fw.Defaults{Labels: map[string]string{"stage": "dev"}})
	want := stateful(t, m).model
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.Equal(limited, []string{cpu, memory}) {
		t.Errorf("declared limits %v", limited)
	}
}

// TestImported_takesAllOfAForeignPod holds that of a Pod which the provider never
// wrote to nothing is left out but Kubernetes' own notes.
func TestImported_takesAllOfAForeignPod(t *testing.T) {
	pod := living(t)(desired(t.Context(), planned(), making{Nonce: "nonce"}))
	pod.Labels = map[string]string{"app": "theirs"}
	pod.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "{}", "note": "1"}
	pod.Spec.SecurityContext.RunAsUser = ptr.To[int64](0)
	pod.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl", Operation: "Update", FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{}}`)}}
	got, _, _ := imported(t.Context(), pod, "us", fw.Defaults{Labels: map[string]string{"stage": "dev"}})
	want := stateful(t, planned()).model
	want.Labels, want.LabelsAll, want.Annotations = texted("app", "theirs"), texted("app", "theirs"), texted("note", "1")
	want.AnnotationsAll = texted("note", "1")
	want.Env = texted("INJECTED", "1")
	want.EnvValueFrom = entries(variableType(), map[string]variableModel{"NODE": {Field: str("spec.nodeName")}})
	want.Ports = types.MapValueMust(portType(), map[string]attr.Value{"metrics": portModel{Port: types.Int64Value(9090), Protocol: types.StringValue("TCP")}.object()})
	want.Security = secured(want.Security, "run_as_user", types.Int64Value(0))
	if rest := got.Pod.String(); !strings.Contains(rest, `"name":"sidecar"`) || !strings.Contains(rest, `"mountPath":"/injected"`) || strings.Contains(rest, "registry.example.com") {
		t.Errorf("pod isn't what the other attributes don't say: %s", rest)
	}
	want.Pod = got.Pod
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestControllerOf(t *testing.T) {
	pod := living(t)(desired(t.Context(), planned(), making{Nonce: "nonce"}))
	pod.OwnerReferences = []metav1.OwnerReference{{Kind: "Note", Name: "n"}}
	if owner := controllerOf(pod); owner != "" {
		t.Errorf("an owner that is no controller counts as one: %s", owner)
	}
	pod.OwnerReferences[0] = metav1.OwnerReference{Kind: "ReplicaSet", Name: "web-5f", Controller: ptr.To(true)}
	if owner := controllerOf(pod); owner != "ReplicaSet web-5f" {
		t.Errorf("got %q", owner)
	}
}

func TestParseID(t *testing.T) {
	k, err := parseID("dev/web")
	if err != nil || k != (key{Cluster: "dev", Name: "web"}) || k.String() != "dev/web" {
		t.Errorf("got %v, %v", k, err)
	}
	for _, id := range []string{"", "a", "a/b/c", "/", "a/", "/b", "dev/Web", "de.v/web", "dev/we b"} {
		if k, err := parseID(id); err == nil {
			t.Errorf("%q was read as %v", id, k)
		}
	}
}

// A Pod may name a capability twice; a set has each once.
func TestImported_capabilitiesNamedTwice(t *testing.T) {
	pod := living(t)(desired(t.Context(), planned(), making{Nonce: "nonce"}))
	twice := []corev1.Capability{"NET_ADMIN", "NET_ADMIN"}
	pod.Spec.Containers[1].SecurityContext.Capabilities = &corev1.Capabilities{Add: twice, Drop: twice}
	got, _, diags := imported(t.Context(), pod, "us", fw.Defaults{})
	security := got.Security.Attributes()
	if diags.HasError() || !security["capabilities_add"].Equal(textSet("NET_ADMIN")) || !security["capabilities_drop"].Equal(textSet("NET_ADMIN")) {
		t.Errorf("got %v, %v", security, diags)
	}
}

// An optional that is false says no more than none at all: it is no reason to say
// the rest of a variable or a volume in pod too.
func TestImported_optionalThatIsFalseSaysNothing(t *testing.T) {
	pod := living(t)(desired(t.Context(), planned(), making{Nonce: "nonce"}))
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
	got, _, diags := imported(t.Context(), pod, "us", fw.Defaults{})
	if diags.HasError() || len(got.EnvValueFrom.Elements()) != 1 || len(got.Volumes.Elements()) != 1 || strings.Contains(got.Pod.String(), "optional") {
		t.Errorf("got env_value_from %s, volumes %s, pod %s, %v", got.EnvValueFrom, got.Volumes, got.Pod, diags)
	}
}
