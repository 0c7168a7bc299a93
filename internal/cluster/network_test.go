package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

func policyYAML(t *testing.T, networking types.Object) []byte {
	t.Helper()
	configs, diags := network.Desired(t.Context(), "dev", networking)
	if diags.HasError() {
		t.Fatal(diags)
	}
	var documents [][]byte
	for _, config := range configs {
		data, err := yaml.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, data)
	}
	return bytes.Join(documents, []byte("---\n"))
}

func TestDesiredNetwork_golden(t *testing.T) {
	for _, name := range networkCases() {
		t.Run(name, func(t *testing.T) {
			_, _, networking := networkCase(t, name)
			got := policyYAML(t, networking)
			assert.Check(t, golden.String(string(got), "network/"+name+".yaml"))
			if diags := network.Validate(t.Context(), networking); len(diags) > 0 {
				t.Errorf("the case isn't valid: %v", diags)
			}
			for _, p := range goldenPolicies(t, got) {
				if p.Kind != "NetworkPolicy" || p.Namespace != "dev" || !mar.IsOurs(&p) || !strings.HasPrefix(p.Name, "mar-") || len(p.Spec.PolicyTypes) == 0 {
					t.Errorf("not a policy of ours: %+v", p)
				}
			}
		})
	}
}

// goldenPolicies reads golden files as the API reads them: no field that it
// doesn't know.
func goldenPolicies(t *testing.T, data []byte) []networkingv1.NetworkPolicy {
	t.Helper()
	var policies []networkingv1.NetworkPolicy
	for _, document := range strings.Split(string(data), "---\n") {
		if strings.TrimSpace(document) == "" {
			continue
		}
		var p networkingv1.NetworkPolicy
		if err := yaml.UnmarshalStrict([]byte(document), &p); err != nil {
			t.Fatal(err)
		}
		policies = append(policies, p)
	}
	return policies
}

func TestNetworkCases_areAllTheFiles(t *testing.T) {
	for _, extension := range []string{".hcl", ".yaml"} {
		files, err := filepath.Glob(networkFile("*" + extension))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, file := range files {
			names = append(names, strings.TrimSuffix(filepath.Base(file), extension))
		}
		slices.Sort(names)
		if diff := cmp.Diff(slices.Sorted(slices.Values(networkCases())), names); diff != "" {
			t.Errorf("%s: -cases +files\n%s", extension, diff)
		}
	}
}

const (
	networkTableBegin = "| what is written | which NetworkPolicy it becomes | what it means |\n| --- | --- | --- |\n"
	clusterPage       = "../../templates/resources/cluster.md.tmpl"
)

// The documentation's table is made of the cases and their golden files.
func TestNetworkCases_areTheTableOfTheDocumentation(t *testing.T) {
	var table strings.Builder
	table.WriteString(networkTableBegin)
	for _, name := range networkCases() {
		meaning, written, _ := networkCase(t, name)
		golden, err := os.ReadFile(networkFile(name + ".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		policies := "none"
		for i, p := range goldenPolicies(t, golden) {
			var spec map[string]any
			convert(t, p.Spec, &spec)
			text := fmt.Sprintf("`%s`: `%s`", p.Name, yamlFlow(spec))
			if i == 0 {
				policies = text
			} else {
				policies += "<br>" + text
			}
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", written, policies, meaning)
	}
	page, err := os.ReadFile(clusterPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), networkTableBegin)
	if !ok {
		t.Fatalf("%s has no table of NetworkPolicies", clusterPage)
	}
	have, after, _ := strings.Cut(rest, "\n\n")
	if golden.FlagUpdate() {
		if err := os.WriteFile(clusterPage, []byte(before+table.String()+"\n"+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(table.String(), networkTableBegin+have+"\n"); diff != "" {
		t.Errorf("-cases +page, write it anew with -update:\n%s", diff)
	}
}

// yamlFlow writes what JSON can hold in YAML's flow style.
func yamlFlow(value any) string {
	switch value := value.(type) {
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(value)) {
			parts = append(parts, key+": "+yamlFlow(value[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		var parts []string
		for _, element := range value {
			parts = append(parts, yamlFlow(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		if strings.Contains(value, ":") {
			return fmt.Sprintf("%q", value)
		}
	}
	return fmt.Sprint(value)
}

func TestObservedNetwork_ofDesiredIsTheModel(t *testing.T) {
	for _, name := range networkCases() {
		t.Run(name, func(t *testing.T) {
			_, _, networking := networkCase(t, name)
			live := servedPolicies(t, networking)
			slices.Reverse(live)
			if got := network.Observed(t.Context(), live, networking); !got.Equal(networking) {
				t.Errorf("got  %s\nwant %s", got, networking)
			}
		})
	}
}

// What an import reads is valid, means the same policies, and is read the same
// again.
func TestObservedNetwork_importMeansTheSame(t *testing.T) {
	for _, name := range networkCases() {
		t.Run(name, func(t *testing.T) {
			_, _, networking := networkCase(t, name)
			imported := network.Observed(t.Context(), servedPolicies(t, networking), types.ObjectNull(network.Types()))
			if diff := cmp.Diff(string(policyYAML(t, networking)), string(policyYAML(t, imported))); diff != "" {
				t.Errorf("-declared +imported\n%s\nimported: %s", diff, imported)
			}
			if again := network.Observed(t.Context(), servedPolicies(t, imported), imported); !again.Equal(imported) {
				t.Errorf("got %s, then %s", imported, again)
			}
			// The one policy that two configurations mean reads as the plainer one.
			if name != "anywhere" && !imported.Equal(networking) {
				t.Errorf("got  %s\nwant %s", imported, networking)
			}
		})
	}
}

func TestObservedNetwork_keepsTheSpellingOfWhatMeansTheSame(t *testing.T) {
	for name, written := range map[string]string{
		"a protocol that is the default":     `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], ports = ["80/TCP"] }] } }`,
		"the same port twice":                `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], ports = ["80", "80/TCP"] }] } }`,
		"a range of one":                     `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], ports = ["80-80"] }] } }`,
		"IPv6 in another spelling":           `network = { ingress = { default = "deny", rules = [{ cidr = "2001:DB8:0::/32", except = ["2001:0db8:0009::/48"] }] } }`,
		"the same rule twice":                `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], ports = ["80"] }, { clusters = ["a"], ports = ["80/TCP"] }] } }`,
		"anywhere = false":                   `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], anywhere = false }] } }`,
		"no rules":                           `network = { ingress = { default = "deny", rules = [] } }`,
		"instance_to_instance has no effect": `network = { ingress = { default = "allow", rules = [] }, instance_to_instance = true }`,
		"dns under allow":                    `network = { egress = { default = "allow", dns = true } }`,
	} {
		networking := plannedNetwork(networkOf(t, written))
		if diags := network.Validate(t.Context(), networking); len(diags) > 0 {
			t.Errorf("%s: %v", name, diags)
		}
		if got := network.Observed(t.Context(), servedPolicies(t, networking), networking); !got.Equal(networking) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, networking)
		}
	}
}

// A change of one rule is shown as that one, and the others keep their spelling.
func TestObservedNetwork_editedRuleIsThatOneOnly(t *testing.T) {
	networking := plannedNetwork(networkOf(t, `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], ports = ["80/TCP"] }, { clusters = ["b"], ports = ["81/TCP"] }] } }`))
	live := servedPolicies(t, networking)
	live[0].Spec.Ingress[1].Ports[0].Port.IntVal = 82
	want := plannedNetwork(networkOf(t, `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], ports = ["80/TCP"] }, { clusters = ["b"], ports = ["82"] }] } }`))
	if got := network.Observed(t.Context(), live, networking); !got.Equal(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestObservedNetwork_othersPoliciesAreNoneOfOurBusiness(t *testing.T) {
	_, _, networking := networkCase(t, "isolated")
	theirs := servedPolicies(t, plannedNetwork(networkOf(t, `network = { ingress = { default = "allow" } }`)))[0]
	theirs.Labels = map[string]string{mar.LabelManagedBy: "Helm"}
	for _, name := range []string{"mar-ingress-extra", "default-deny"} {
		theirs.Name = name
		if got := network.Observed(t.Context(), append(servedPolicies(t, networking), theirs), networking); !got.Equal(networking) {
			t.Errorf("%s: got %s", name, got)
		}
		if got := network.Observed(t.Context(), []networkingv1.NetworkPolicy{theirs}, types.ObjectNull(network.Types())); !got.IsNull() {
			t.Errorf("%s: an import reads %s", name, got)
		}
	}
}

// shuffledSets reverses the elements of every set within a value.
func shuffledSets(ctx context.Context, value attr.Value) attr.Value {
	switch value := value.(type) {
	case types.Object:
		if value.IsNull() {
			return value
		}
		values := value.Attributes()
		for name, inner := range values {
			values[name] = shuffledSets(ctx, inner)
		}
		return types.ObjectValueMust(value.AttributeTypes(ctx), values)
	case types.Set:
		if value.IsNull() {
			return value
		}
		var elements []attr.Value
		for _, inner := range value.Elements() {
			elements = append(elements, shuffledSets(ctx, inner))
		}
		slices.Reverse(elements)
		return types.SetValueMust(value.ElementType(ctx), elements)
	}
	return value
}

func TestDesiredNetwork_orderMeansNothing(t *testing.T) {
	for _, name := range networkCases() {
		_, _, network := networkCase(t, name)
		reversed, ok := shuffledSets(t.Context(), network).(types.Object)
		if !ok {
			t.Fatal("not an object")
		}
		if diff := cmp.Diff(string(policyYAML(t, network)), string(policyYAML(t, reversed))); diff != "" {
			t.Errorf("%s: -in order +reversed\n%s", name, diff)
		}
	}
}

func TestDesiredNetwork_theSameTwiceIsOnce(t *testing.T) {
	once := networkOf(t, `network = { ingress = { default = "deny", rules = [{ cidr = "2001:db8::/32", ports = ["80"] }] } }`)
	twice := networkOf(t, `network = { ingress = { default = "deny", rules = [{ cidr = "2001:db8::/32", ports = ["80", "80/TCP"] }, { cidr = "2001:DB8::/32", ports = ["80-80"] }] } }`)
	if diff := cmp.Diff(string(policyYAML(t, once)), string(policyYAML(t, twice))); diff != "" {
		t.Errorf("-once +twice\n%s", diff)
	}
}

// A rule that isn't known, or isn't valid, must never become a wider one.
func TestDesiredNetwork_refusesWhatItCanNotSayExactly(t *testing.T) {
	_, _, valid := networkCase(t, "ports")
	for at, networking := range withUnknowns(t, valid) {
		if configs, diags := network.Desired(t.Context(), "dev", networking); !diags.HasError() {
			t.Errorf("unknown %s: got %v", at, configs)
		}
	}
	if configs, diags := network.Desired(t.Context(), "dev", networkOf(t, `network = { ingress = { default = "deny", rules = [{}] } }`)); !diags.HasError() || configs != nil {
		t.Errorf("an empty rule became %v", configs)
	}
}

func TestNetworkPolicyStep(t *testing.T) {
	for _, name := range networkCases() {
		_, _, networking := networkCase(t, name)
		want, _ := network.Desired(t.Context(), "dev", networking)
		for i, live := range servedPolicies(t, networking) {
			live.Labels["theirs"], live.Annotations = "x", map[string]string{"theirs": "x"}
			if got := network.Step(want[i], &live); got != child.Keep {
				t.Errorf("%s: %s hasn't changed, and gets step %d", name, live.Name, got)
			}
			for edit, spec := range map[string]networkingv1.NetworkPolicySpec{
				"Pods":            {PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}, PolicyTypes: live.Spec.PolicyTypes, Ingress: live.Spec.Ingress, Egress: live.Spec.Egress},
				"types":           {PodSelector: live.Spec.PodSelector, Ingress: live.Spec.Ingress, Egress: live.Spec.Egress},
				"a rule, ingress": {PodSelector: live.Spec.PodSelector, PolicyTypes: live.Spec.PolicyTypes, Ingress: append(slices.Clone(live.Spec.Ingress), networkingv1.NetworkPolicyIngressRule{Ports: []networkingv1.NetworkPolicyPort{{}}}), Egress: live.Spec.Egress},
				"a rule, egress":  {PodSelector: live.Spec.PodSelector, PolicyTypes: live.Spec.PolicyTypes, Ingress: live.Spec.Ingress, Egress: append(slices.Clone(live.Spec.Egress), networkingv1.NetworkPolicyEgressRule{Ports: []networkingv1.NetworkPolicyPort{{}}})},
			} {
				edited := live
				edited.Spec = spec
				if got := network.Step(want[i], &edited); got != child.Apply {
					t.Errorf("%s: %s was edited (%s), and gets step %d", name, live.Name, edit, got)
				}
			}
		}
	}
}

func TestSurplusRulesPatch(t *testing.T) {
	_, _, networking := networkCase(t, "ingress-deny")
	want, _ := network.Desired(t.Context(), "dev", networking)
	live := servedPolicies(t, networking)[0]
	if patch, _, err := network.SurplusPatch(want[0], &live); patch != nil || err != nil {
		t.Errorf("nothing to remove: %s, %v", patch, err)
	}
	live.UID, live.ResourceVersion = "u-1", "7"
	live.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{}}
	live.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{}}
	patch, fields, err := network.SurplusPatch(want[0], &live)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(fields); got != "[.spec.ingress .spec.egress]" {
		t.Errorf("the fields are %s", got)
	}
	var got map[string]any
	if err := json.Unmarshal(patch, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{
		"metadata": map[string]any{"uid": "u-1", "resourceVersion": "7"},
		"spec":     map[string]any{"ingress": nil, "egress": nil},
	}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
