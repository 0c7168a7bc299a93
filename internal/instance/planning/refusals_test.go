package planning

import (
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func refusedAs(kind kube.RefusalKind, message string) error {
	return &kube.RefusedError{Kind: kind, Message: message, Err: errors.New(message)}
}

func invalidIn(field string) error {
	return &kube.RefusedError{Kind: kube.RefusedAsInvalid, Err: &apierrors.StatusError{ErrStatus: metav1.Status{
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Field: field}}},
	}}}
}

func exceeded(figures string) error {
	return refusedAs(kube.RefusedByQuota, fmt.Sprintf("exceeded quota: q, requested: %[1]s, used: %[1]s, limited: %[1]s", figures))
}

func TestPathOf(t *testing.T) {
	whole := fixture.Planned()
	whole.Pod = types.DynamicValue(types.StringValue("hostNetwork: true"))
	whole.Requests = fixture.Quantities("cpu", "1", "example.com/gpu", "1")
	whole.Limits = fixture.Quantities("example.com/gpu", "1", "ephemeral-storage", "1Gi")
	bare := fixture.Planned()
	mounting := fixture.Planned()
	mounting.Volumes = types.MapValueMust(model.VolumeType(), map[string]attr.Value{"x": types.ObjectNull(model.VolumeType().AttrTypes)})
	for _, c := range []struct {
		err  error
		of   model.Instance
		want string
	}{
		{exceeded("limits.cpu=1"), bare, "cpu"},
		{exceeded("limits.memory=1"), bare, "memory"},
		{exceeded("requests.cpu=1"), bare, "cpu"},
		{exceeded("requests.cpu=1"), whole, `requests["cpu"]`},
		{exceeded("cpu=1"), whole, `requests["cpu"]`},
		{exceeded("limits.cpu=1"), whole, "cpu"},
		{exceeded("limits.ephemeral-storage=1"), whole, `limits["ephemeral-storage"]`},
		{exceeded("requests.example.com/gpu=1"), whole, `requests["example.com/gpu"]`},
		{exceeded("pods=1"), bare, "cluster"},
		{exceeded("count/pods=1,limits.memory=1"), bare, "memory"},
		{refusedAs(kube.RefusedByQuota, "failed quota: q: must specify limits.memory for: app"), bare, "memory"},
		{refusedAs(kube.RefusedByLimitRange, "maximum cpu usage per Container is 1, but limit is 2"), bare, "cpu"},
		{refusedAs(kube.RefusedByNode, "node didn't have enough allocatable resources: memory, requested: 64000, allocatable: 8000"), bare, "memory"},
		{refusedAs(kube.RefusedByPodSecurity, `violates PodSecurity "restricted:latest": runAsNonRoot != true`), whole, "security"},
		{refusedAs(kube.RefusedByPodSecurity, `violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)`), whole, "pod"},
		{refusedAs(kube.RefusedByPodSecurity, `violates PodSecurity "baseline:latest": hostPath volumes (volume "x")`), mounting, "volumes"},
		{refusedAs(kube.RefusedByPodSecurity, `violates PodSecurity "restricted:latest": unrestricted capabilities (container "setup" must set securityContext.capabilities.drop=["ALL"])`), whole, "pod"},
		{refusedAs(kube.RefusedByPodSecurity, `violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (containers "a", "b" must set securityContext.allowPrivilegeEscalation=false)`), whole, "pod"},
		{refusedAs(kube.RefusedByPodSecurity, `violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (containers "app", "b" must set securityContext.allowPrivilegeEscalation=false)`), whole, "security"},
		{refusedAs(kube.RefusedByPodSecurity, `violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or containers "b" must set securityContext.runAsNonRoot=true)`), whole, "security"},
		{refusedAs(kube.RefusedByQuota, "failed quota: q: must specify limits.cpu for: setup; limits.memory for: setup,side"), whole, "pod"},
		{refusedAs(kube.RefusedByQuota, "failed quota: q: must specify limits.memory for: app,side"), whole, "memory"},
		{refusedAs(kube.RefusedMissingAccount, "no"), bare, "service_account"},
		{refusedAs(kube.RefusedMissingAccount, "no"), whole, "pod"},
		{refusedAs(kube.RefusedTerminating, "no"), bare, "cluster"},
		{refusedAs(kube.RefusedByPolicy, "no"), bare, ""},
		{refusedAs(kube.RefusedByRBAC, "no"), bare, ""},
		{errors.New("no"), bare, ""},
		{invalidIn("spec.containers[0].image"), bare, "image"},
		{invalidIn("spec.containers[0].env[0].valueFrom"), bare, "env"},
		{invalidIn("spec.containers[0].livenessProbe.httpGet.port"), bare, "health_checks"},
		{invalidIn("spec.containers[0].resources.requests"), bare, "requests"},
		{invalidIn("spec.containers[0].resources.limits[cpu]"), bare, "cpu"},
		{invalidIn("spec.containers[0].volumeMounts[0].mountPath"), bare, "volumes"},
		{invalidIn("metadata.annotations"), bare, "annotations"},
		{invalidIn("spec.containers[1].image"), whole, "pod"},
		{invalidIn("spec.containers[1].resources.requests"), whole, "pod"},
		{invalidIn("spec.initContainers[0].resources.limits[cpu]"), whole, "pod"},
		{invalidIn("spec.initContainers[0].volumeMounts[0].mountPath"), whole, "pod"},
		{invalidIn("spec.volumes[0].csi.driver"), whole, "pod"},
		{invalidIn("spec.volumes[0].emptyDir"), mounting, "volumes"},
		{invalidIn("spec.securityContext.sysctls[0].name"), whole, "pod"},
		{invalidIn("spec.securityContext.runAsUser"), whole, "security"},
		{invalidIn("spec.containers[0].securityContext.capabilities.add[0]"), whole, "security"},
		{invalidIn("spec.hostAliases[0].ip"), whole, "pod"},
		{invalidIn("spec.hostAliases[0].ip"), bare, ""},
	} {
		if got := PathOf(c.err, c.of).String(); got != c.want {
			t.Errorf("%v\nis about %q, want %q", c.err, got, c.want)
		}
	}
}

// What a quota counts of a Pod, sidecars and all, is free once it is gone.
func TestRoomAfter(t *testing.T) {
	amount := resource.MustParse
	pod := func(phase corev1.PodPhase) *corev1.Pod {
		always := corev1.ContainerRestartPolicyAlways
		half := corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": amount("500m")}, Requests: corev1.ResourceList{"cpu": amount("250m")}}
		return &corev1.Pod{
			Spec: corev1.PodSpec{
				Containers:     []corev1.Container{{Name: "app", Resources: half}, {Name: "other", Resources: half}},
				InitContainers: []corev1.Container{{Name: "sidecar", Resources: half, RestartPolicy: &always}},
			},
			Status: corev1.PodStatus{Phase: phase},
		}
	}
	full := func(requested, used, limited string) error {
		return refusedAs(kube.RefusedByQuota, "exceeded quota: q, requested: "+requested+", used: "+used+", limited: "+limited)
	}
	for name, c := range map[string]struct {
		pod  *corev1.Pod
		err  error
		want bool
	}{
		"as large as it was":           {pod(corev1.PodRunning), full("limits.cpu=1500m,pods=1", "limits.cpu=2,pods=2", "limits.cpu=2,pods=2"), true},
		"larger":                       {pod(corev1.PodRunning), full("limits.cpu=1501m", "limits.cpu=2", "limits.cpu=2"), false},
		"requests":                     {pod(corev1.PodRunning), full("requests.cpu=750m", "requests.cpu=1", "requests.cpu=1"), true},
		"requests by their plain name": {pod(corev1.PodRunning), full("cpu=750m", "cpu=1", "cpu=1"), true},
		"one that uses nothing more":   {pod(corev1.PodFailed), full("pods=1", "pods=2", "pods=2"), false},
		"one that is stored":           {pod(corev1.PodFailed), full("count/pods=1", "count/pods=2", "count/pods=2"), true},
		"none":                         {nil, full("pods=1", "pods=2", "pods=2"), false},
		"another refusal":              {pod(corev1.PodRunning), refusedAs(kube.RefusedByLimitRange, "no"), false},
		"a quota without figures":      {pod(corev1.PodRunning), refusedAs(kube.RefusedByQuota, "failed quota: q: must specify limits.cpu for: app"), false},
	} {
		if got := RoomAfter(c.pod, c.err); got != c.want {
			t.Errorf("%s fits: %t", name, got)
		}
	}
}
