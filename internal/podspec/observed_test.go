package podspec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// lived is what a Pod of the spec looks like on a cluster in which policies and
// controllers add what they like.
func lived(tb testing.TB, spec corev1.PodSpec) corev1.PodSpec {
	tb.Helper()
	live := podspec.WithDefaults(spec)
	live.NodeName, live.Priority, live.PreemptionPolicy = "node-1", ptr.To[int32](0), ptr.To(corev1.PreemptLowerPriority)
	live.ServiceAccountName, live.DeprecatedServiceAccount = "default", "default"
	for _, key := range []string{corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
		if !slices.ContainsFunc(live.Tolerations, func(t corev1.Toleration) bool { return t.Key == key }) {
			live.Tolerations = append(live.Tolerations, corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: ptr.To[int64](300)})
		}
	}
	return live
}

// injected is the same with a mesh's sidecar and what comes with it.
func injected(tb testing.TB, spec corev1.PodSpec) corev1.PodSpec {
	tb.Helper()
	live := lived(tb, spec)
	live.InitContainers = append([]corev1.Container{{Name: "mesh-init", Image: "mesh"}}, live.InitContainers...)
	live.Containers = append([]corev1.Container{{Name: "mesh", Image: "mesh"}}, live.Containers...)
	live.Volumes = append([]corev1.Volume{{Name: "mesh", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}, live.Volumes...)
	live.Tolerations = append([]corev1.Toleration{{Key: "mesh", Operator: corev1.TolerationOpExists}}, live.Tolerations...)
	for i := range live.Containers {
		c := &live.Containers[i]
		c.Env = append([]corev1.EnvVar{{Name: "MESH", Value: "1"}}, c.Env...)
		c.EnvFrom = append([]corev1.EnvFromSource{{Prefix: "MESH_", ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "mesh"}}}}, c.EnvFrom...)
		c.VolumeMounts = append([]corev1.VolumeMount{{Name: "mesh", MountPath: "/mesh"}}, c.VolumeMounts...)
	}
	if live.NodeSelector == nil {
		live.NodeSelector = map[string]string{}
	}
	live.NodeSelector["mesh"] = "yes"
	return live
}

// TestObserved_whatHoldsIsUntouched has each document as an object and as a text,
// on a Pod to which others have added.
func TestObserved_whatHoldsIsUntouched(t *testing.T) {
	for name, yamlText := range documents(t) {
		for form, value := range map[string]types.Dynamic{"object": hcl(t, yamlText), "text": text(yamlText)} {
			t.Run(name+"/"+form, func(t *testing.T) {
				spec := merged(t, flatly(t), decoded(t, value))
				for _, live := range []corev1.PodSpec{spec, lived(t, spec), injected(t, spec)} {
					if got := podspec.Observed(value, live, podspec.Main); !got.Equal(value) {
						t.Errorf("got %s", got)
					}
					if !podspec.Holds(decoded(t, value), live, podspec.Main) {
						t.Error("Holds says that it doesn't")
					}
				}
			})
		}
	}
}

func TestObserved_namesWhatDiffers(t *testing.T) {
	const yamlText = `
hostNetwork: false
terminationGracePeriodSeconds: "60"
nodeSelector: {disk: ssd, zone: a}
tolerations: [{key: dedicated, operator: Equal, value: shop, effect: NoSchedule}, {key: gpu, operator: Exists}]
containers:
- {name: app, workingDir: /srv, envFrom: [{secretRef: {name: a}}], lifecycle: {preStop: {sleep: {seconds: 5}}}}
- {name: side, image: "side:1", args: [a, b], resources: {limits: {memory: 1024Mi}}}
`
	for name, c := range map[string]struct {
		change func(*corev1.PodSpec)
		want   string
	}{
		"a number that was a text":  {func(s *corev1.PodSpec) { s.TerminationGracePeriodSeconds = ptr.To[int64](5) }, `terminationGracePeriodSeconds: "5"`},
		"a field that was false":    {func(s *corev1.PodSpec) { s.HostNetwork = true }, `hostNetwork: true`},
		"a selector that is gone":   {func(s *corev1.PodSpec) { delete(s.NodeSelector, "zone") }, `nodeSelector: {disk: ssd}`},
		"a toleration":              {func(s *corev1.PodSpec) { s.Tolerations[0].Value = "other" }, `tolerations: [{key: dedicated, operator: Equal, value: other, effect: NoSchedule}, {key: gpu, operator: Exists}]`},
		"a toleration that is gone": {func(s *corev1.PodSpec) { s.Tolerations = s.Tolerations[1:] }, `tolerations: [{key: gpu, operator: Exists}]`},
		"a sidecar's image": {func(s *corev1.PodSpec) { s.Containers[1].Image = "side:2" }, `
containers:
- {name: app, workingDir: /srv, envFrom: [{secretRef: {name: a}}], lifecycle: {preStop: {sleep: {seconds: 5}}}}
- {name: side, image: "side:2", args: [a, b], resources: {limits: {memory: 1024Mi}}}`},
		"a sidecar's words": {func(s *corev1.PodSpec) { s.Containers[1].Args = []string{"a", "x", "b"} }, `
containers:
- {name: app, workingDir: /srv, envFrom: [{secretRef: {name: a}}], lifecycle: {preStop: {sleep: {seconds: 5}}}}
- {name: side, image: "side:1", args: [a, x, b], resources: {limits: {memory: 1024Mi}}}`},
		"a sidecar's memory": {func(s *corev1.PodSpec) {
			s.Containers[1].Resources.Limits[corev1.ResourceMemory] = resource.MustParse("2Gi")
		}, `
containers:
- {name: app, workingDir: /srv, envFrom: [{secretRef: {name: a}}], lifecycle: {preStop: {sleep: {seconds: 5}}}}
- {name: side, image: "side:1", args: [a, b], resources: {limits: {memory: 2Gi}}}`},
		"a sidecar that is gone, and a hook": {func(s *corev1.PodSpec) {
			s.Containers = s.Containers[:1]
			s.Containers[0].Lifecycle = nil
		}, `
containers:
- {name: app, workingDir: /srv, envFrom: [{secretRef: {name: a}}]}`},
		"another source of variables": {func(s *corev1.PodSpec) {
			s.Containers[0].EnvFrom[0].SecretRef.Name = "b"
		}, `
containers:
- {name: app, workingDir: /srv, envFrom: [], lifecycle: {preStop: {sleep: {seconds: 5}}}}
- {name: side, image: "side:1", args: [a, b], resources: {limits: {memory: 1024Mi}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			before, err := yamlMap(yamlText)
			if err != nil {
				t.Fatal(err)
			}
			changed, err := yamlMap(c.want)
			if err != nil {
				t.Fatal(err)
			}
			for field, value := range changed {
				before[field] = value
			}
			live := lived(t, merged(t, flatly(t), declared(t, yamlText)))
			c.change(&live)
			got := podspec.Observed(hcl(t, yamlText), live, podspec.Main)
			if want := types.DynamicValue(value(t, before)); !got.Equal(want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			again := podspec.Observed(got, live, podspec.Main)
			if !again.Equal(got) {
				t.Errorf("what was observed doesn't hold: %s", again)
			}
			inText := podspec.Observed(text(yamlText), live, podspec.Main)
			if !podspec.Equal(decoded(t, inText), decoded(t, got), flatly(t)) {
				t.Errorf("the text says something else: %s", inText)
			}
		})
	}
}

// Types that were declared stay as far as they fit, or the plan would show them.
func TestObserved_keepsTypes(t *testing.T) {
	texts := func(all ...string) attr.Value {
		values := []attr.Value{}
		for _, s := range all {
			values = append(values, types.StringValue(s))
		}
		return types.ListValueMust(types.StringType, values)
	}
	object := func(name string, v attr.Value) types.Dynamic {
		return types.DynamicValue(types.ObjectValueMust(map[string]attr.Type{name: v.Type(t.Context())}, map[string]attr.Value{name: v}))
	}
	selector := func(zone string) attr.Value {
		return types.MapValueMust(types.StringType, map[string]attr.Value{"zone": types.StringValue(zone)})
	}
	live := lived(t, merged(t, flatly(t), declared(t, `{nodeSelector: {zone: b}, dnsConfig: {searches: [b, c]}}`)))
	if got, want := podspec.Observed(object("nodeSelector", selector("a")), live, podspec.Main), object("nodeSelector", selector("b")); !got.Equal(want) {
		t.Errorf("a map: got %s", got)
	}
	config := func(v attr.Value) types.Dynamic {
		return object("dnsConfig", types.ObjectValueMust(map[string]attr.Type{"searches": v.Type(t.Context())}, map[string]attr.Value{"searches": v}))
	}
	if got, want := podspec.Observed(config(texts("a", "c")), live, podspec.Main), config(texts("b", "c")); !got.Equal(want) {
		t.Errorf("a list: got %s", got)
	}
}

// The order of init containers is when they run; that of others says nothing.
func TestObserved_theOrderOfInitContainers(t *testing.T) {
	const before = `{initContainers: [{name: a, image: a}, {name: b, image: b}], containers: [{name: c, image: c}, {name: d, image: d}]}`
	live := injected(t, merged(t, flatly(t), declared(t, before)))
	slices.Reverse(live.Containers)
	if got := podspec.Observed(hcl(t, before), live, podspec.Main); !got.Equal(hcl(t, before)) {
		t.Errorf("containers: got %s", got)
	}
	slices.Reverse(live.InitContainers)
	const after = `{initContainers: [{name: b, image: b}, {name: a, image: a}], containers: [{name: c, image: c}, {name: d, image: d}]}`
	if got := podspec.Observed(hcl(t, before), live, podspec.Main); !got.Equal(hcl(t, after)) {
		t.Errorf("init containers: got %s", got)
	}
	if got := decoded(t, podspec.Observed(text(before), live, podspec.Main)); !podspec.Equal(got, declared(t, after), flatly(t)) {
		t.Error("the text has another order")
	}
}

func TestObserved_changesLittleOfAText(t *testing.T) {
	const before = `# Everything else.
nodeSelector:
  disk: "ssd"   # fast
  zone: a

tolerations:
- {key: dedicated, operator: Exists}
terminationGracePeriodSeconds: 60
containers:
  - name: 'side'
    image: side:1
    args: [a, b]
`
	live := lived(t, merged(t, flatly(t), decoded(t, text(before))))
	live.NodeSelector["disk"] = "hdd"
	live.TerminationGracePeriodSeconds = ptr.To[int64](5)
	live.Containers[1].Image = "side:2"
	want := strings.NewReplacer(`"ssd"`, `"hdd"`, "60", "5", "side:1", "side:2").Replace(before)
	if diff := cmp.Diff(want, observedText(t, before, live)); diff != "" {
		t.Errorf("single values:\n%s", diff)
	}
	delete(live.NodeSelector, "zone")
	live.Tolerations = nil
	want = `# Everything else.
nodeSelector:
  disk: "hdd" # fast
terminationGracePeriodSeconds: 5
containers:
  - name: 'side'
    image: side:2
    args: [a, b]
`
	if diff := cmp.Diff(want, observedText(t, before, live)); diff != "" {
		t.Errorf("what is gone:\n%s", diff)
	}
}

func TestObserved_JSONStaysJSON(t *testing.T) {
	const before = "{\n\t\"nodeSelector\": {\"zone\": \"a\", \"disk\": \"<ssd>\"},\n\t\"terminationGracePeriodSeconds\": 60\n}\n"
	live := lived(t, merged(t, flatly(t), decoded(t, text(before))))
	live.TerminationGracePeriodSeconds = ptr.To[int64](5)
	if got, want := observedText(t, before, live), strings.Replace(before, "60", "5", 1); got != want {
		t.Errorf("a value: got %s", got)
	}
	delete(live.NodeSelector, "zone")
	want := "{\n\t\"nodeSelector\": {\n\t\t\"disk\": \"<ssd>\"\n\t},\n\t\"terminationGracePeriodSeconds\": 5\n}\n"
	if got := observedText(t, before, live); got != want {
		t.Errorf("what is gone: got %s", got)
	}
	const compact = `{"nodeSelector":{"zone":"a","disk":"ssd"},"hostname":"x"}`
	if got, want := observedText(t, compact, lived(t, flatly(t))), `{}`; got != want {
		t.Errorf("all gone: got %s", got)
	}
}

// A part that stands for several can't be changed in its place.
func TestObserved_aliases(t *testing.T) {
	const before = "containers:\n- name: a\n  image: a:1\n  env: &env\n  - {name: A, value: a}\n- name: b\n  image: b:1\n  env: *env\n"
	live := lived(t, merged(t, flatly(t), decoded(t, text(before))))
	live.Containers[2].Env[0].Value = "changed"
	got := observedText(t, before, live)
	if d := decoded(t, text(got)); !podspec.Holds(d, live, podspec.Main) || strings.Count(got, "changed") != 1 {
		t.Errorf("got %s", got)
	}
}

func TestObserved_theServiceAccountsToken(t *testing.T) {
	for value, mounted := range map[bool]bool{true: true, false: false} {
		declared := hcl(t, `{automountServiceAccountToken: true}`)
		live := lived(t, specFrom(t, `{containers: [{name: app, image: a}]}`))
		if mounted {
			live.Volumes = []corev1.Volume{{Name: "kube-api-access-x"}}
		}
		if got := podspec.Observed(declared, live, podspec.Main); got.Equal(declared) != value {
			t.Errorf("mounted is %v: got %s", mounted, got)
		}
	}
}

func TestObserved_ofNothing(t *testing.T) {
	for _, v := range []types.Dynamic{nothing(), unknown(), text("containers: ["), hcl(t, `{}`)} {
		if got := podspec.Observed(v, flatly(t), podspec.Main); !got.Equal(v) {
			t.Errorf("got %s", got)
		}
	}
}

func observedText(t *testing.T, before string, live corev1.PodSpec) string {
	t.Helper()
	s, ok := podspec.Observed(text(before), live, podspec.Main).UnderlyingValue().(types.String)
	if !ok {
		t.Fatal("it is no text any more")
	}
	return s.ValueString()
}
