package planning

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func TestDecideSize(t *testing.T) {
	// What the live Pod has: by default what the prior model means.
	for name, c := range map[string]struct {
		prior, plan model.Resource
		lastSeen    func(*LastSeen)
		old         bool
		step        resizeStep
		attributes  string
		why         string
		want        string
	}{
		"nothing":              {prior: fixture.Sized(t, "1", "1Gi"), plan: fixture.Sized(t, "1", "1Gi")},
		"respelt":              {prior: fixture.Sized(t, "1", "1Gi", "cpu", "500m"), plan: fixture.Sized(t, "1000m", "1024Mi", "cpu", "0.5")},
		"request said as sent": {prior: fixture.Sized(t, "1", "1Gi"), plan: fixture.Sized(t, "1", "1Gi", "cpu", "1")},
		"more": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: fixture.Sized(t, "2", "2Gi"),
			step: resizeInPlace, want: `{"limits":{"cpu":"2","memory":"2Gi"},"requests":{"cpu":"2","memory":"2Gi"}}`,
		},
		"less memory": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: fixture.Sized(t, "1", "512Mi"),
			step: resizeInPlace, want: `{"limits":{"cpu":"1","memory":"512Mi"},"requests":{"cpu":"1","memory":"512Mi"}}`,
		},
		"limit above a declared request": {
			prior: fixture.Sized(t, "1", "1Gi", "cpu", "500m"), plan: fixture.Sized(t, "2", "1Gi", "cpu", "500m"),
			step: resizeInPlace, want: `{"limits":{"cpu":"2","memory":"1Gi"},"requests":{"cpu":"500m","memory":"1Gi"}}`,
		},
		"request alone": {
			prior: fixture.Sized(t, "1", "1Gi", "cpu", "500m"), plan: fixture.Sized(t, "1", "1Gi", "cpu", "250m"),
			step: resizeInPlace, want: `{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"250m","memory":"1Gi"}}`,
		},
		"one of two requests no longer declared": {
			prior: fixture.Sized(t, "1", "1Gi", "cpu", "500m", "memory", "512Mi"), plan: fixture.Sized(t, "1", "1Gi", "memory", "512Mi"),
			step: resizeInPlace, want: `{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1","memory":"512Mi"}}`,
		},
		"from Burstable to Guaranteed": {
			prior: fixture.Sized(t, "1", "1Gi", "cpu", "500m"), plan: fixture.Sized(t, "1", "1Gi"),
			step: resizeReplace, attributes: "requests", why: "from Burstable to Guaranteed",
		},
		"from Guaranteed to Burstable": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: fixture.Sized(t, "1", "1Gi", "cpu", "500m"),
			step: resizeReplace, attributes: "requests", why: "from Guaranteed to Burstable",
		},
		"from Burstable to Guaranteed beside a Burstable container": {
			prior: fixture.Sized(t, "1", "1Gi", "cpu", "500m"), plan: fixture.Sized(t, "1", "1Gi"),
			lastSeen: func(s *LastSeen) { s.Rest = corev1.PodQOSBurstable },
			step:     resizeInPlace, want: `{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1","memory":"1Gi"}}`,
		},
		"first limits of a BestEffort one": {
			prior: fixture.Sized(t, "", ""), plan: fixture.Sized(t, "1", ""),
			step: resizeReplace, attributes: "cpu", why: "from BestEffort to Burstable",
		},
		"a second limit of a Burstable one": {
			prior: fixture.Sized(t, "1", "", "memory", "1Gi", "cpu", "500m"), plan: fixture.Sized(t, "1", "2Gi", "memory", "1Gi", "cpu", "500m"),
			step: resizeInPlace, want: `{"limits":{"cpu":"1","memory":"2Gi"},"requests":{"cpu":"500m","memory":"1Gi"}}`,
		},
		"request without a limit removed": {
			prior: fixture.Sized(t, "1", "", "memory", "1Gi"), plan: fixture.Sized(t, "1", ""),
			step: resizeReplace, attributes: "requests", why: "take a limit or request away",
		},
		"a LimitRange's request stays while its limit does": {
			prior: fixture.Sized(t, "500m", "1Gi"), plan: fixture.Sized(t, "500m", "2Gi", "memory", "1Gi"),
			lastSeen: func(s *LastSeen) {
				s.Size.Requests = corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("1Gi")}
			},
			step: resizeInPlace, want: `{"limits":{"cpu":"500m","memory":"2Gi"},"requests":{"cpu":"100m","memory":"1Gi"}}`,
		},
		"finished": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: fixture.Sized(t, "2", "1Gi"), lastSeen: func(s *LastSeen) { s.Status = model.StatusSucceeded },
			step: resizeReplace, attributes: "cpu", why: "finished",
		},
		"on Windows": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: fixture.Sized(t, "2", "1Gi"), lastSeen: func(s *LastSeen) { s.Fixed = "Windows" },
			step: resizeReplace, attributes: "cpu", why: "Windows",
		},
		"on an old server": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: fixture.Sized(t, "2", "1Gi"), old: true,
			step: resizeReplace, attributes: "cpu", why: "version of Kubernetes",
		},
		"not known yet": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: func() model.Resource {
				m := fixture.Sized(t, "", "1Gi")
				m.CPU = fwtypes.NewQuantityUnknown()
				return m
			}(),
			step: resizeReplace, attributes: "cpu", why: "isn't known yet",
		},
		"requests not known yet": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: func() model.Resource {
				m := fixture.Sized(t, "1", "1Gi")
				m.Requests = types.MapUnknown(fwtypes.QuantityType{})
				return m
			}(),
			step: resizeReplace, attributes: "requests", why: "isn't known yet",
		},
		"another resource's limit": {
			prior: fixture.Sized(t, "1", "1Gi"), plan: func() model.Resource {
				m := fixture.Sized(t, "2", "1Gi")
				m.Limits = fixture.Quantities("nvidia.com/gpu", "1")
				return m
			}(),
			step: resizeReplace, attributes: "limits", why: "only CPU and memory",
		},
		"another resource's request": {
			prior: fixture.Sized(t, "1", "1Gi", "ephemeral-storage", "1Gi"), plan: fixture.Sized(t, "1", "1Gi", "ephemeral-storage", "2Gi"),
			step: resizeReplace, attributes: "requests", why: "only CPU and memory",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := LastSeen{Status: model.StatusRunning, Size: manifest.SizeOf(manifest.DesiredResources(c.prior.Instance))}
			if c.lastSeen != nil {
				c.lastSeen(&s)
			}
			got := decideSize(c.prior.Instance, c.plan.Instance, s, !c.old)
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
	pod := fixture.Living(t)(manifest.Desired(t.Context(), fixture.Planned(), manifest.Options{Nonce: "nonce"}))
	got, err := json.Marshal(manifest.ResizePatch(pod, manifest.Size{Limits: corev1.ResourceList{"cpu": resource.MustParse("2")}}))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"metadata":{"uid":"uid-1"},"spec":{"containers":[{"name":"app","resources":{"limits":{"cpu":"2"}}}]}}`; string(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestDroppedLimits(t *testing.T) {
	prior, config := fixture.Sized(t, "1", "1Gi").Instance, fixture.Sized(t, "", "").Instance
	if got := droppedLimits(prior, config, []string{manifest.CPU}); !slices.Equal(got, []string{manifest.CPU}) {
		t.Errorf("got %v: memory was given by a LimitRange", got)
	}
	if got := droppedLimits(prior, prior, []string{manifest.CPU, manifest.Memory}); got != nil {
		t.Errorf("got %v of what is still declared", got)
	}
	unknown := config
	unknown.CPU = fwtypes.NewQuantityUnknown()
	if got := droppedLimits(prior, unknown, []string{manifest.CPU}); got != nil {
		t.Errorf("got %v of what isn't known yet", got)
	}
}
