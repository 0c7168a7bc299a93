package instance

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// sized is an instance's state or plan of a size. Empty is null.
func sized(t *testing.T, cpu, memory string, requests ...string) resourceModel {
	t.Helper()
	m := stateful(t, planned())
	if cpu != "" {
		m.CPU = fwtypes.NewQuantity(cpu)
	}
	if memory != "" {
		m.Memory = fwtypes.NewQuantity(memory)
	}
	if len(requests) > 0 {
		m.Requests = quantities(requests...)
	}
	return m
}

func TestPlanSize(t *testing.T) {
	// What the live Pod has: by default what the prior model means.
	for name, c := range map[string]struct {
		prior, plan resourceModel
		standing    func(*standing)
		old         bool
		step        step
		attributes  string
		why         string
		want        string
	}{
		"nothing":              {prior: sized(t, "1", "1Gi"), plan: sized(t, "1", "1Gi")},
		"respelt":              {prior: sized(t, "1", "1Gi", "cpu", "500m"), plan: sized(t, "1000m", "1024Mi", "cpu", "0.5")},
		"request said as sent": {prior: sized(t, "1", "1Gi"), plan: sized(t, "1", "1Gi", "cpu", "1")},
		"more": {
			prior: sized(t, "1", "1Gi"), plan: sized(t, "2", "2Gi"),
			step: stepInPlace, want: `{"limits":{"cpu":"2","memory":"2Gi"},"requests":{"cpu":"2","memory":"2Gi"}}`,
		},
		"less memory": {
			prior: sized(t, "1", "1Gi"), plan: sized(t, "1", "512Mi"),
			step: stepInPlace, want: `{"limits":{"cpu":"1","memory":"512Mi"},"requests":{"cpu":"1","memory":"512Mi"}}`,
		},
		"limit above a declared request": {
			prior: sized(t, "1", "1Gi", "cpu", "500m"), plan: sized(t, "2", "1Gi", "cpu", "500m"),
			step: stepInPlace, want: `{"limits":{"cpu":"2","memory":"1Gi"},"requests":{"cpu":"500m","memory":"1Gi"}}`,
		},
		"request alone": {
			prior: sized(t, "1", "1Gi", "cpu", "500m"), plan: sized(t, "1", "1Gi", "cpu", "250m"),
			step: stepInPlace, want: `{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"250m","memory":"1Gi"}}`,
		},
		"one of two requests no longer declared": {
			prior: sized(t, "1", "1Gi", "cpu", "500m", "memory", "512Mi"), plan: sized(t, "1", "1Gi", "memory", "512Mi"),
			step: stepInPlace, want: `{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1","memory":"512Mi"}}`,
		},
		"from Burstable to Guaranteed": {
			prior: sized(t, "1", "1Gi", "cpu", "500m"), plan: sized(t, "1", "1Gi"),
			step: stepReplace, attributes: "requests", why: "from Burstable to Guaranteed",
		},
		"from Guaranteed to Burstable": {
			prior: sized(t, "1", "1Gi"), plan: sized(t, "1", "1Gi", "cpu", "500m"),
			step: stepReplace, attributes: "requests", why: "from Guaranteed to Burstable",
		},
		"from Burstable to Guaranteed beside a Burstable container": {
			prior: sized(t, "1", "1Gi", "cpu", "500m"), plan: sized(t, "1", "1Gi"),
			standing: func(s *standing) { s.Rest = corev1.PodQOSBurstable },
			step:     stepInPlace, want: `{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1","memory":"1Gi"}}`,
		},
		"first limits of a BestEffort one": {
			prior: sized(t, "", ""), plan: sized(t, "1", ""),
			step: stepReplace, attributes: "cpu", why: "from BestEffort to Burstable",
		},
		"a second limit of a Burstable one": {
			prior: sized(t, "1", "", "memory", "1Gi", "cpu", "500m"), plan: sized(t, "1", "2Gi", "memory", "1Gi", "cpu", "500m"),
			step: stepInPlace, want: `{"limits":{"cpu":"1","memory":"2Gi"},"requests":{"cpu":"500m","memory":"1Gi"}}`,
		},
		"request without a limit removed": {
			prior: sized(t, "1", "", "memory", "1Gi"), plan: sized(t, "1", ""),
			step: stepReplace, attributes: "requests", why: "take a limit or request away",
		},
		"a LimitRange's request stays while its limit does": {
			prior: sized(t, "500m", "1Gi"), plan: sized(t, "500m", "2Gi", "memory", "1Gi"),
			standing: func(s *standing) {
				s.Size.Requests = corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("1Gi")}
			},
			step: stepInPlace, want: `{"limits":{"cpu":"500m","memory":"2Gi"},"requests":{"cpu":"100m","memory":"1Gi"}}`,
		},
		"finished": {
			prior: sized(t, "1", "1Gi"), plan: sized(t, "2", "1Gi"), standing: func(s *standing) { s.Status = statusSucceeded },
			step: stepReplace, attributes: "cpu", why: "finished",
		},
		"on Windows": {
			prior: sized(t, "1", "1Gi"), plan: sized(t, "2", "1Gi"), standing: func(s *standing) { s.Fixed = "Windows" },
			step: stepReplace, attributes: "cpu", why: "Windows",
		},
		"on an old server": {
			prior: sized(t, "1", "1Gi"), plan: sized(t, "2", "1Gi"), old: true,
			step: stepReplace, attributes: "cpu", why: "version of Kubernetes",
		},
		"not known yet": {
			prior: sized(t, "1", "1Gi"), plan: func() resourceModel { m := sized(t, "", "1Gi"); m.CPU = fwtypes.NewQuantityUnknown(); return m }(),
			step: stepReplace, attributes: "cpu", why: "isn't known yet",
		},
		"requests not known yet": {
			prior: sized(t, "1", "1Gi"), plan: func() resourceModel {
				m := sized(t, "1", "1Gi")
				m.Requests = types.MapUnknown(fwtypes.QuantityType{})
				return m
			}(),
			step: stepReplace, attributes: "requests", why: "isn't known yet",
		},
		"another resource's limit": {
			prior: sized(t, "1", "1Gi"), plan: func() resourceModel {
				m := sized(t, "2", "1Gi")
				m.Limits = quantities("nvidia.com/gpu", "1")
				return m
			}(),
			step: stepReplace, attributes: "limits", why: "only CPU and memory",
		},
		"another resource's request": {
			prior: sized(t, "1", "1Gi", "ephemeral-storage", "1Gi"), plan: sized(t, "1", "1Gi", "ephemeral-storage", "2Gi"),
			step: stepReplace, attributes: "requests", why: "only CPU and memory",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := standing{Status: statusRunning, Size: sizeOf(desiredResources(c.prior.model))}
			if c.standing != nil {
				c.standing(&s)
			}
			got := planSize(c.prior.model, c.plan.model, s, !c.old)
			if got.Step != c.step || strings.Join(got.Attributes, " ") != c.attributes || !strings.Contains(got.Why, c.why) {
				t.Errorf("got %+v", got)
			}
			if want, _ := json.Marshal(got.Want); c.want != "" && string(want) != c.want {
				t.Errorf("asks for %s, want %s", want, c.want)
			}
		})
	}
}

// TestQoS has the classes of the API server's own tests.
func TestQoS(t *testing.T) {
	of := func(limitCPU, limitMemory, requestCPU, requestMemory string) corev1.Container {
		list := func(cpu, memory string) corev1.ResourceList {
			l := corev1.ResourceList{}
			for name, amount := range map[corev1.ResourceName]string{"cpu": cpu, "memory": memory} {
				if amount != "" {
					l[name] = resource.MustParse(amount)
				}
			}
			return l
		}
		return corev1.Container{Resources: corev1.ResourceRequirements{Limits: list(limitCPU, limitMemory), Requests: list(requestCPU, requestMemory)}}
	}
	full, half, none := of("1", "1Gi", "1000m", "1Gi"), of("1", "", "1", ""), of("", "", "", "")
	for _, c := range []struct {
		containers []corev1.Container
		want       corev1.PodQOSClass
	}{
		{[]corev1.Container{full}, corev1.PodQOSGuaranteed},
		{[]corev1.Container{full, full}, corev1.PodQOSGuaranteed},
		{[]corev1.Container{full, none}, corev1.PodQOSBurstable},
		{[]corev1.Container{none, full}, corev1.PodQOSBurstable},
		{[]corev1.Container{none, none}, corev1.PodQOSBestEffort},
		{[]corev1.Container{half}, corev1.PodQOSBurstable},
		{[]corev1.Container{full, half}, corev1.PodQOSBurstable},
		{[]corev1.Container{of("1", "1Gi", "500m", "1Gi")}, corev1.PodQOSBurstable},
		{[]corev1.Container{of("0", "0", "0", "0")}, corev1.PodQOSBestEffort},
		{[]corev1.Container{of("", "", "1", "")}, corev1.PodQOSBurstable},
		{nil, ""},
	} {
		if got := qosOf(c.containers); got != c.want {
			t.Errorf("%v: got %q, want %q", c.containers, got, c.want)
		}
	}
}

func TestResizePatch_touchesOneContainer(t *testing.T) {
	pod := living(t)(desired(t.Context(), planned(), making{Nonce: "nonce"}))
	got, err := json.Marshal(resizePatch(pod, size{Limits: corev1.ResourceList{"cpu": resource.MustParse("2")}}))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"metadata":{"uid":"uid-1"},"spec":{"containers":[{"name":"app","resources":{"limits":{"cpu":"2"}}}]}}`; string(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestDroppedLimits(t *testing.T) {
	prior, config := sized(t, "1", "1Gi").model, sized(t, "", "").model
	if got := droppedLimits(prior, config, []string{cpu}); !slices.Equal(got, []string{cpu}) {
		t.Errorf("got %v: memory was given by a LimitRange", got)
	}
	if got := droppedLimits(prior, prior, []string{cpu, memory}); got != nil {
		t.Errorf("got %v of what is still declared", got)
	}
	unknown := config
	unknown.CPU = fwtypes.NewQuantityUnknown()
	if got := droppedLimits(prior, unknown, []string{cpu}); got != nil {
		t.Errorf("got %v of what isn't known yet", got)
	}
}
