package podspec_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

func merged(tb testing.TB, base corev1.PodSpec, d podspec.Declared) corev1.PodSpec {
	tb.Helper()
	spec, err := podspec.Merge(base, d)
	if err != nil {
		tb.Fatal(err)
	}
	return spec
}

// TestMerge_ofDocuments has what each of the documents makes of a small instance.
func TestMerge_ofDocuments(t *testing.T) {
	for name, yamlText := range documents(t) {
		t.Run(name, func(t *testing.T) {
			spec := merged(t, flatly(t), declared(t, yamlText))
			got, err := yaml.Marshal(spec)
			if err != nil {
				t.Fatal(err)
			}
			assert.Check(t, golden.String(string(got), "merged/"+name+".yaml"))
		})
	}
}

// TestMerge_isStrategic compares with Kubernetes' own strategic merge, which puts
// the elements of a list in another order.
func TestMerge_isStrategic(t *testing.T) {
	base := flatly(t)
	for name, yamlText := range documents(t) {
		t.Run(name, func(t *testing.T) {
			patch, err := yaml.YAMLToJSON([]byte(yamlText))
			if err != nil {
				t.Fatal(err)
			}
			original, err := json.Marshal(base)
			if err != nil {
				t.Fatal(err)
			}
			patched, err := strategicpatch.StrategicMergePatch(original, patch, corev1.PodSpec{})
			if err != nil {
				t.Fatal(err)
			}
			var want corev1.PodSpec
			if err := json.Unmarshal(patched, &want); err != nil {
				t.Fatal(err)
			}
			got := merged(t, base, declared(t, yamlText))
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b corev1.Container) bool { return a.Name < b.Name }),
				cmpopts.SortSlices(func(a, b corev1.EnvVar) bool { return a.Name < b.Name }), cmpopts.SortSlices(func(a, b corev1.Volume) bool { return a.Name < b.Name }),
				cmpopts.SortSlices(func(a, b corev1.VolumeMount) bool { return a.MountPath < b.MountPath })); diff != "" {
				t.Errorf("strategicpatch has -, Merge +\n%s", diff)
			}
		})
	}
}

func TestMerge_keepsOrder(t *testing.T) {
	got := merged(t, flatly(t), declared(t, `
containers:
- {name: second, image: a}
- {name: app, env: [{name: Z, value: $(A)}, {name: C, value: c}], ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}, {containerPort: 8080, hostPort: 80}]}
- {name: first, image: a}
`))
	var names []string
	for _, c := range got.Containers {
		names = append(names, c.Name)
	}
	for _, e := range got.Containers[0].Env {
		names = append(names, e.Name)
	}
	for _, p := range got.Containers[0].Ports {
		names = append(names, string(p.Protocol))
	}
	if want := "app second first B A Z C TCP UDP TCP"; strings.Join(names, " ") != want {
		t.Errorf("got %v, want %s", names, want)
	}
	if got.Containers[0].Ports[0].HostPort != 80 {
		t.Errorf("the port that was there isn't merged: %v", got.Containers[0].Ports)
	}
}

func TestMerge_leavesItsArgumentsAlone(t *testing.T) {
	base, d := flatly(t), declared(t, `{containers: [{name: app, env: [{name: Z, value: z}]}], nodeSelector: {a: b}}`)
	first := merged(t, base, d)
	first.NodeSelector["a"] = "changed"
	if diff := cmp.Diff(flatly(t), base); diff != "" {
		t.Errorf("the base was changed:\n%s", diff)
	}
	if second := merged(t, base, d); second.NodeSelector["a"] != "b" || len(second.Containers[0].Env) != 3 {
		t.Errorf("the declaration was changed: %v", second)
	}
}

func TestMerge_refusesWhatIsNotKnown(t *testing.T) {
	if _, err := podspec.Merge(flatly(t), declared(t, `{hostname: "(unknown)"}`)); err == nil {
		t.Error("a Pod was made of what isn't known yet")
	}
}

// Nulls delete in a strategic merge. Here they say nothing.
func TestMerge_nullsSayNothing(t *testing.T) {
	got := merged(t, flatly(t), declared(t, `{containers: [{name: app, env: null, livenessProbe: null}, null], volumes: null, hostname: null}`))
	if diff := cmp.Diff(flatly(t), got); diff != "" {
		t.Error(diff)
	}
}
