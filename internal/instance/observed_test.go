package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// living returns what a Pod becomes, with what servers and others add.
func living(tb testing.TB) func(*corev1.Pod, diag.Diagnostics) *corev1.Pod {
	return func(pod *corev1.Pod, diags diag.Diagnostics) *corev1.Pod {
		tb.Helper()
		if diags.HasError() {
			tb.Fatal(diags)
		}
		return withAdditions(pod)
	}
}

func withAdditions(pod *corev1.Pod) *corev1.Pod {
	pod.UID = "uid-1"
	pod.Labels["injected.example.com/by"] = "webhook"
	pod.Annotations["cni.example.com/ip"] = "10.0.0.1"
	pod.Spec.NodeName = "node-1"
	pod.Spec.ServiceAccountName = "default"
	pod.Spec.Tolerations = []corev1.Toleration{{Key: "node.kubernetes.io/not-ready", Operator: corev1.TolerationOpExists}}
	app := &pod.Spec.Containers[0]
	app.ImagePullPolicy = corev1.PullAlways
	app.Env = append(app.Env, corev1.EnvVar{Name: "INJECTED", Value: "1"}, corev1.EnvVar{Name: "NODE", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"}}})
	app.Ports = append(app.Ports, corev1.ContainerPort{Name: "metrics", ContainerPort: 9090, Protocol: corev1.ProtocolTCP})
	app.VolumeMounts = append(app.VolumeMounts, corev1.VolumeMount{Name: "injected", MountPath: "/injected"})
	pod.Spec.Containers = append([]corev1.Container{{Name: "sidecar", Image: "sidecar:1", Resources: corev1.ResourceRequirements{
		Limits: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("7")},
	}}}, pod.Spec.Containers...)
	pod.Status.Phase = corev1.PodRunning
	pod.Status.PodIP = "10.0.0.1"
	return pod
}

func TestObserved_undoesDesired(t *testing.T) {
	for name, m := range map[string]model{"minimal": planned(), "full": plannedFull(), "open": plannedOpen()} {
		t.Run(name, func(t *testing.T) {
			want := stateful(t, m).model
			got := observed(living(t)(desired(t.Context(), m, making{Nonce: "nonce"})), m, nil)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the model came back otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

func TestObserved_isSettledByItself(t *testing.T) {
	pod := living(t)(desired(t.Context(), plannedFull(), making{Nonce: "nonce"}))
	once := observed(pod, plannedFull(), []string{cpu, memory})
	twice := observed(pod, once, []string{cpu, memory})
	if diff := cmp.Diff(once, twice); diff != "" {
		t.Errorf("a second look differs (-first +second):\n%s", diff)
	}
}

// TestObserved_seesDrift changes one declared thing after the other.
func TestObserved_seesDrift(t *testing.T) {
	app := func(pod *corev1.Pod) *corev1.Container { return &pod.Spec.Containers[1] }
	for name, c := range map[string]struct {
		change func(*corev1.Pod)
		want   func(*model)
	}{
		"image":   {func(p *corev1.Pod) { app(p).Image = "other:2" }, func(m *model) { m.Image = types.StringValue("other:2") }},
		"command": {func(p *corev1.Pod) { app(p).Command = nil }, func(m *model) { m.Command = types.ListNull(types.StringType) }},
		"label changed": {func(p *corev1.Pod) { p.Labels["team"] = "pay" }, func(m *model) {
			m.Labels, m.LabelsAll = with(m.Labels, "team", "pay"), with(m.LabelsAll, "team", "pay")
		}},
		"label removed":         {func(p *corev1.Pod) { delete(p.Labels, "team") }, func(m *model) { m.Labels, m.LabelsAll = less(m.Labels, "team"), less(m.LabelsAll, "team") }},
		"default label removed": {func(p *corev1.Pod) { delete(p.Labels, "stage") }, func(m *model) { m.LabelsAll = less(m.LabelsAll, "stage") }},
		"annotation removed":    {func(p *corev1.Pod) { p.Annotations = nil }, func(m *model) { m.Annotations, m.AnnotationsAll = texted(), texted() }},
		"variable removed":      {func(p *corev1.Pod) { app(p).Env = app(p).Env[1:] }, func(m *model) { m.Env = less(m.Env, "HOST") }},
		"cpu":                   {func(p *corev1.Pod) { app(p).Resources.Limits[corev1.ResourceCPU] = resource.MustParse("3") }, func(m *model) { m.CPU = fwtypes.NewQuantity("3") }},
		"request":               {func(p *corev1.Pod) { app(p).Resources.Requests[corev1.ResourceCPU] = resource.MustParse("3") }, func(m *model) { m.Requests = quantities("cpu", "3", "ephemeral-storage", "1Gi") }},
		"undeclared request": {func(p *corev1.Pod) { app(p).Resources.Requests[corev1.ResourceMemory] = resource.MustParse("1Gi") }, func(m *model) {
			m.Requests = quantities("cpu", "0.5", "ephemeral-storage", "1Gi", "memory", "1Gi")
		}},
		"restart policy":       {func(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyNever }, func(m *model) { m.RestartPolicy = types.StringValue("Never") }},
		"root":                 {func(p *corev1.Pod) { p.Spec.SecurityContext.RunAsUser = ptr.To[int64](0) }, func(m *model) { m.Security = secured(m.Security, "run_as_user", types.Int64Value(0)) }},
		"container's own user": {func(p *corev1.Pod) { app(p).SecurityContext.RunAsNonRoot = ptr.To(false) }, func(m *model) { m.Security = secured(m.Security, "run_as_non_root", types.BoolValue(false)) }},
		"namesake":             {func(p *corev1.Pod) { p.UID = "uid-2" }, func(m *model) { m.UID = types.StringValue("uid-2") }},
	} {
		t.Run(name, func(t *testing.T) {
			prior := stateful(t, plannedFull()).model
			pod := living(t)(desired(t.Context(), plannedFull(), making{Nonce: "nonce"}))
			c.change(pod)
			want := prior
			c.want(&want)
			got := observed(pod, prior, []string{cpu, memory})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if cmp.Equal(prior, got) {
				t.Error("the drift went unseen")
			}
		})
	}
}

// TestObserved_leavesOthersAlone holds that what a cluster fills in where
// nothing was declared is no drift.
func TestObserved_leavesOthersAlone(t *testing.T) {
	pod := living(t)(desired(t.Context(), planned(), making{Nonce: "nonce"}))
	app := &pod.Spec.Containers[1]
	pod.Spec.SecurityContext.RunAsUser = ptr.To[int64](1000650000)
	pod.Spec.SecurityContext.FSGroup = ptr.To[int64](1000650000)
	pod.Spec.SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Level: "s0:c1"}
	app.Command = []string{"/injected/wrapper"}
	app.Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m"), "hugepages-2Mi": resource.MustParse("4Mi")}
	app.Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m")}
	want := stateful(t, planned()).model
	want.CPU = fwtypes.NewQuantity("500m")
	got := observed(pod, planned(), nil)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func with(m types.Map, key, value string) types.Map {
	values := m.Elements()
	values[key] = types.StringValue(value)
	return types.MapValueMust(types.StringType, values)
}

func less(m types.Map, key string) types.Map {
	values := m.Elements()
	delete(values, key)
	return types.MapValueMust(types.StringType, values)
}
