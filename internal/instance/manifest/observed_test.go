package manifest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func TestObserved_undoesDesired(t *testing.T) {
	for name, m := range map[string]model.Instance{"minimal": fixture.Planned(), "full": fixture.PlannedFull(), "open": fixture.PlannedOpen()} {
		t.Run(name, func(t *testing.T) {
			want := fixture.Stateful(t, m).Instance
			got := Observed(fixture.Living(t)(Desired(t.Context(), m, Options{Nonce: "nonce"})), m, nil)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the model came back otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

func TestObserved_isSettledByItself(t *testing.T) {
	pod := fixture.Living(t)(Desired(t.Context(), fixture.PlannedFull(), Options{Nonce: "nonce"}))
	once := Observed(pod, fixture.PlannedFull(), []string{CPU, Memory})
	twice := Observed(pod, once, []string{CPU, Memory})
	if diff := cmp.Diff(once, twice); diff != "" {
		t.Errorf("a second look differs (-first +second):\n%s", diff)
	}
}

// TestObserved_seesDrift changes one declared thing after the other.
func TestObserved_seesDrift(t *testing.T) {
	app := func(pod *corev1.Pod) *corev1.Container { return &pod.Spec.Containers[1] }
	for name, c := range map[string]struct {
		change func(*corev1.Pod)
		want   func(*model.Instance)
	}{
		"image":   {func(p *corev1.Pod) { app(p).Image = "other:2" }, func(m *model.Instance) { m.Image = types.StringValue("other:2") }},
		"command": {func(p *corev1.Pod) { app(p).Command = nil }, func(m *model.Instance) { m.Command = types.ListNull(types.StringType) }},
		"label changed": {func(p *corev1.Pod) { p.Labels["team"] = "pay" }, func(m *model.Instance) {
			m.Labels, m.LabelsAll = with(m.Labels, "team", "pay"), with(m.LabelsAll, "team", "pay")
		}},
		"label removed":         {func(p *corev1.Pod) { delete(p.Labels, "team") }, func(m *model.Instance) { m.Labels, m.LabelsAll = less(m.Labels, "team"), less(m.LabelsAll, "team") }},
		"default label removed": {func(p *corev1.Pod) { delete(p.Labels, "stage") }, func(m *model.Instance) { m.LabelsAll = less(m.LabelsAll, "stage") }},
		"annotation removed":    {func(p *corev1.Pod) { p.Annotations = nil }, func(m *model.Instance) { m.Annotations, m.AnnotationsAll = fixture.Texted(), fixture.Texted() }},
		"variable removed":      {func(p *corev1.Pod) { app(p).Env = app(p).Env[1:] }, func(m *model.Instance) { m.Env = less(m.Env, "HOST") }},
		"cpu":                   {func(p *corev1.Pod) { app(p).Resources.Limits[corev1.ResourceCPU] = resource.MustParse("3") }, func(m *model.Instance) { m.CPU = fwtypes.NewQuantity("3") }},
		"request":               {func(p *corev1.Pod) { app(p).Resources.Requests[corev1.ResourceCPU] = resource.MustParse("3") }, func(m *model.Instance) { m.Requests = fixture.Quantities("cpu", "3", "ephemeral-storage", "1Gi") }},
		"undeclared request": {func(p *corev1.Pod) { app(p).Resources.Requests[corev1.ResourceMemory] = resource.MustParse("1Gi") }, func(m *model.Instance) {
			m.Requests = fixture.Quantities("cpu", "0.5", "ephemeral-storage", "1Gi", "memory", "1Gi")
		}},
		"restart policy": {func(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyNever }, func(m *model.Instance) { m.RestartPolicy = types.StringValue("Never") }},
		"root":           {func(p *corev1.Pod) { p.Spec.SecurityContext.RunAsUser = ptr.To[int64](0) }, func(m *model.Instance) { m.Security = fixture.Secured(m.Security, "run_as_user", types.Int64Value(0)) }},
		"container's own user": {func(p *corev1.Pod) { app(p).SecurityContext.RunAsNonRoot = ptr.To(false) }, func(m *model.Instance) {
			m.Security = fixture.Secured(m.Security, "run_as_non_root", types.BoolValue(false))
		}},
		"namesake": {func(p *corev1.Pod) { p.UID = "uid-2" }, func(m *model.Instance) { m.UID = types.StringValue("uid-2") }},
	} {
		t.Run(name, func(t *testing.T) {
			prior := fixture.Stateful(t, fixture.PlannedFull()).Instance
			pod := fixture.Living(t)(Desired(t.Context(), fixture.PlannedFull(), Options{Nonce: "nonce"}))
			c.change(pod)
			want := prior
			c.want(&want)
			got := Observed(pod, prior, []string{CPU, Memory})
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
	pod := fixture.Living(t)(Desired(t.Context(), fixture.Planned(), Options{Nonce: "nonce"}))
	app := &pod.Spec.Containers[1]
	pod.Spec.SecurityContext.RunAsUser = ptr.To[int64](1000650000)
	pod.Spec.SecurityContext.FSGroup = ptr.To[int64](1000650000)
	pod.Spec.SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Level: "s0:c1"}
	app.Command = []string{"/injected/wrapper"}
	app.Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m"), "hugepages-2Mi": resource.MustParse("4Mi")}
	app.Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m")}
	want := fixture.Stateful(t, fixture.Planned()).Instance
	want.CPU = fwtypes.NewQuantity("500m")
	got := Observed(pod, fixture.Planned(), nil)
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
