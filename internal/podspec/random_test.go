package podspec_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/randfill"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

const seeds = 75

// random is a spec with anything in it that can be declared, no two names the same.
func random(seed int64) corev1.PodSpec {
	made := 0
	amounts := []string{"1", "1500m", "1Gi", "1.5Gi", "100k", "123456789", "0"}
	fill := randfill.NewWithSeed(seed).NilChance(0.6).NumElements(1, 2).Funcs(
		func(s *string, c randfill.Continue) {
			made++
			*s = fmt.Sprintf("%s%d", []string{"a", "no ", "-", "é \"quoted\" ", "$(X) ", "line\nbreak ", "{", "# "}[c.Intn(8)], made)
		},
		func(q *resource.Quantity, c randfill.Continue) {
			*q = resource.MustParse(amounts[c.Intn(len(amounts))])
		},
		func(i *intstr.IntOrString, c randfill.Continue) {
			*i = intstr.FromInt32(1 + c.Int31n(60000))
			if c.Bool() {
				made++
				*i = intstr.FromString(fmt.Sprintf("port%d", made))
			}
		},
		func(m *metav1.ObjectMeta, c randfill.Continue) { c.Fill(&m.Labels); c.Fill(&m.Annotations) },
		func(s *corev1.PodSecurityContext, c randfill.Continue) {
			c.Fill(&s.SupplementalGroups)
			c.Fill(&s.Sysctls)
			c.Fill(&s.FSGroupChangePolicy)
			c.Fill(&s.WindowsOptions)
		},
	)
	var spec corev1.PodSpec
	fill.Fill(&spec)
	spec.RestartPolicy, spec.ServiceAccountName, spec.DeprecatedServiceAccount, spec.EphemeralContainers = "", "", "", nil
	withoutHollow(reflect.ValueOf(&spec).Elem())
	return spec
}

// withoutHollow leaves out objects that mean the same as none, which aren't sent.
func withoutHollow(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				withoutHollow(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			withoutHollow(v.Index(i))
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		withoutHollow(v.Elem())
		switch v.Interface().(type) {
		case *corev1.Affinity, *corev1.NodeAffinity, *corev1.PodAffinity, *corev1.PodAntiAffinity, *corev1.PodSecurityContext, *corev1.SecurityContext,
			*corev1.Capabilities, *corev1.WindowsSecurityContextOptions, *corev1.PodDNSConfig, *corev1.Lifecycle, *corev1.ResourceRequirements:
			if written, err := json.Marshal(v.Interface()); err == nil && string(written) == "{}" {
				v.SetZero()
			}
		}
	}
}

// spellings are the ways to declare a spec.
func spellings(t *testing.T, spec corev1.PodSpec) map[string]types.Dynamic {
	t.Helper()
	inYAML, err := yaml.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	inJSON, err := json.MarshalIndent(spec, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]types.Dynamic{"object": hcl(t, string(inJSON)), "YAML": text(string(inYAML)), "JSON": text(string(inJSON))}
}

func TestDecode_readsWhatWasWritten(t *testing.T) {
	for seed := range int64(seeds) {
		want := random(seed)
		for form, value := range spellings(t, want) {
			got := merged(t, corev1.PodSpec{}, decoded(t, value))
			if !apiequality.Semantic.DeepEqual(want, got) {
				t.Fatalf("seed %d, %s:\n%s", seed, form, cmp.Diff(want, got))
			}
		}
	}
}

func TestEqual_isReflexiveAcrossSpellings(t *testing.T) {
	for seed := range int64(seeds) {
		all := spellings(t, random(seed))
		for a, first := range all {
			for b, second := range all {
				x, y := decoded(t, first), decoded(t, second)
				if changed := podspec.ChangedPaths(x, y, flatly(t)); !podspec.Equal(x, y, flatly(t)) || len(changed) > 0 {
					t.Fatalf("seed %d: %s and %s differ: %v", seed, a, b, changed)
				}
			}
		}
	}
}

// TestEqual_seesEveryChange changes one thing, and back.
func TestEqual_seesEveryChange(t *testing.T) {
	for seed := range int64(seeds) {
		spec := random(seed)
		other := *spec.DeepCopy()
		other.NodeSelector = map[string]string{"changed": "yes"}
		if len(other.Containers) > 0 {
			other.Containers[0].WorkingDir += "/changed"
		}
		a, b := decoded(t, spellings(t, spec)["object"]), decoded(t, spellings(t, other)["YAML"])
		if podspec.Equal(a, b, flatly(t)) || podspec.Equal(b, a, flatly(t)) || len(podspec.ChangedPaths(a, b, flatly(t))) == 0 {
			t.Fatalf("seed %d: a change isn't seen", seed)
		}
	}
}

func TestObserved_whatWasMadeHolds(t *testing.T) {
	for seed := range int64(seeds) {
		for form, value := range spellings(t, random(seed)) {
			spec := merged(t, flatly(t), decoded(t, value))
			for _, live := range []corev1.PodSpec{lived(t, spec), injected(t, spec)} {
				live.AutomountServiceAccountToken = spec.AutomountServiceAccountToken
				live.Priority, live.PreemptionPolicy, live.NodeName = spec.Priority, spec.PreemptionPolicy, spec.NodeName
				if got := podspec.Observed(value, live, podspec.Main); !got.Equal(value) {
					d := decoded(t, got)
					t.Fatalf("seed %d, %s: %v", seed, form, podspec.ChangedPaths(decoded(t, value), d, flatly(t)))
				}
			}
		}
	}
}

// TestObserved_convergesOnAnotherPod reads a Pod that is another altogether: what is
// left of the declaration holds on it.
func TestObserved_convergesOnAnotherPod(t *testing.T) {
	for seed := range int64(seeds) {
		spec := random(seed)
		live := lived(t, shaken(spec, seed))
		for form, value := range spellings(t, spec) {
			got := podspec.Observed(value, live, podspec.Main)
			if !podspec.Holds(decoded(t, got), live, podspec.Main) {
				t.Fatalf("seed %d, %s: what was observed doesn't hold", seed, form)
			}
		}
	}
}

// shaken is a spec with some parts taken from others.
func shaken(spec corev1.PodSpec, seed int64) corev1.PodSpec {
	r := rand.New(rand.NewSource(seed))
	shaken, other := *spec.DeepCopy(), random(seed+1_000_000)
	to, from := reflect.ValueOf(&shaken).Elem(), reflect.ValueOf(other)
	for i := range to.NumField() {
		if r.Intn(3) == 0 {
			to.Field(i).Set(from.Field(i))
		}
	}
	for i := range shaken.Containers {
		c := &shaken.Containers[i]
		c.Image += "-changed"
		c.Env, c.Lifecycle = nil, nil
		if len(c.Command) > 0 {
			c.Command = append(c.Command, "more")
		}
	}
	return shaken
}

// TestRest_saysWhatTheAttributesLeave imports any Pod: what the attributes say and
// what Rest says mean the same Pod together.
func TestRest_saysWhatTheAttributesLeave(t *testing.T) {
	for seed := range int64(seeds) {
		spec := random(seed)
		spec.Priority, spec.PreemptionPolicy, spec.NodeName = nil, nil, ""
		if spec.RuntimeClassName != nil {
			spec.Overhead = nil
		}
		if len(spec.Containers) == 0 {
			spec.Containers = []corev1.Container{{Image: "web:1"}}
		}
		spec.Containers[0].Name = podspec.Main
		spec.RestartPolicy = corev1.RestartPolicyNever
		spec.AutomountServiceAccountToken = ptr.To(true)
		said := saidOf(spec)
		live := lived(t, spec)
		live.Containers[0].Name = "web"
		rest := decoded(t, podspec.Rest(live, said, "web"))
		if faults := podspec.Conflicts(said, rest); len(faults) > 0 {
			t.Fatalf("seed %d: it says what the attributes say:\n%s", seed, words(faults))
		}
		if got := merged(t, said, rest); !podspec.Same(spec, got) {
			diff := cmp.Diff(podspec.WithDefaults(spec), podspec.WithDefaults(got), cmpopts.EquateEmpty())
			t.Fatalf("seed %d: the Pod has -, the import +\n%s", seed, diff)
		}
		if !podspec.Holds(rest, live, "web") {
			t.Fatalf("seed %d: an import that doesn't hold", seed)
		}
	}
}

// saidOf is what the flat attributes say of a Pod whose main container is the first.
func saidOf(spec corev1.PodSpec) corev1.PodSpec {
	main := spec.Containers[0]
	said := corev1.PodSpec{
		RestartPolicy:                spec.RestartPolicy,
		AutomountServiceAccountToken: ptr.To(false),
		Containers: []corev1.Container{{
			Name: main.Name, Image: main.Image, Command: main.Command, Args: main.Args,
			Resources: corev1.ResourceRequirements{Limits: main.Resources.Limits, Requests: main.Resources.Requests},
		}},
	}
	if s := main.SecurityContext; s != nil {
		said.Containers[0].SecurityContext = &corev1.SecurityContext{
			Capabilities: s.Capabilities, RunAsUser: s.RunAsUser, RunAsGroup: s.RunAsGroup, RunAsNonRoot: s.RunAsNonRoot,
			ReadOnlyRootFilesystem: s.ReadOnlyRootFilesystem, AllowPrivilegeEscalation: s.AllowPrivilegeEscalation,
			SELinuxOptions: s.SELinuxOptions, SeccompProfile: s.SeccompProfile, AppArmorProfile: s.AppArmorProfile,
		}
	}
	return *said.DeepCopy()
}

// FuzzDecode looks for texts that it doesn't survive, and holds that what it reads
// is equal to itself.
func FuzzDecode(f *testing.F) {
	for _, yamlText := range documents(f) {
		f.Add(yamlText)
	}
	f.Add("a: &a [*a]\n<<: *a")
	f.Add(`{"hostname": "\ud83d\ude00\/"}`)
	f.Fuzz(func(t *testing.T, s string) {
		start := time.Now()
		d, faults := podspec.Decode(text(s))
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s takes %s", s, took)
		}
		if len(faults) > 0 {
			return
		}
		if !podspec.Equal(d, d, corev1.PodSpec{}) {
			t.Errorf("not equal to itself: %s", s)
		}
		observed := podspec.Observed(text(s), corev1.PodSpec{}, podspec.Main)
		if !podspec.Holds(decoded(t, observed), corev1.PodSpec{}, podspec.Main) {
			t.Errorf("what was observed doesn't hold: %s", observed)
		}
	})
}

// Words that YAML has its own ideas of stay what they are where the API has a text.
func TestDecode_textsOfYAMLStayTexts(t *testing.T) {
	for _, word := range []string{"1.10", "0644", "1e3", "true", "yes", "2020-01-01", "0x1F", "1_000", "12:30:45", ".5", "=", "<<x"} {
		got := merged(t, corev1.PodSpec{}, decoded(t, text("containers: [{name: a, env: [{name: A, value: "+word+"}]}]")))
		if value := got.Containers[0].Env[0].Value; value != word {
			t.Errorf("%s is read as %q", word, value)
		}
	}
}

func TestDecode_JSONOfAnyKind(t *testing.T) {
	const s = "{\n\t\"hostname\":\t\"\\ud83d\\ude00\\/\\u003c\"}"
	if got := merged(t, corev1.PodSpec{}, decoded(t, text(s))); got.Hostname != "\U0001F600/<" {
		t.Errorf("got %q", got.Hostname)
	}
}

func TestDecode_YAMLOfKubernetes(t *testing.T) {
	got := merged(t, corev1.PodSpec{}, decoded(t, text(`
hostNetwork: yes
hostPID: "false"
volumes:
- name: a
  secret: &secret {secretName: a, defaultMode: 0400}
- name: b
  secret:
    <<: *secret
    secretName: b
`)))
	if !got.HostNetwork || *got.Volumes[0].Secret.DefaultMode != 0o400 || *got.Volumes[1].Secret.DefaultMode != 0o400 || got.Volumes[1].Secret.SecretName != "b" {
		t.Errorf("got %+v", got)
	}
}
