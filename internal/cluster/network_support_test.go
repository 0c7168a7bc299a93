package cluster

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
)

// networkCases are the names of the files in testdata/network: name.hcl is what is
// written, under a comment that says what it means, and name.yaml the policies
// that it becomes. They are the rows of the table in the documentation, in this
// order.
func networkCases() []string {
	return []string{
		"none", "ingress-deny", "ingress-allow", "egress-deny", "egress-allow", "egress-deny-dns-off", "own-dns",
		"instance-to-instance", "isolated",
		"clusters", "cluster-labels", "instances-of-cluster", "instances-of-labelled-clusters", "own-instances",
		"cidr-except", "ipv6", "anywhere-port", "anywhere",
		"ports", "named-port", "applies-to", "egress-rules",
	}
}

func networkFile(name string) string { return filepath.Join("testdata", "network", name) }

// networkCase is a case's comment, its text, and its value as it is planned.
func networkCase(t *testing.T, name string) (meaning, written string, network types.Object) {
	t.Helper()
	data, err := os.ReadFile(networkFile(name + ".hcl"))
	if err != nil {
		t.Fatal(err)
	}
	comment, written, ok := strings.Cut(strings.TrimSpace(string(data)), "\n")
	if !ok || strings.Contains(written, "\n") {
		t.Fatalf("%s: want one line of comment and one of configuration", name)
	}
	return strings.TrimPrefix(comment, "# "), written, plannedNetwork(networkOf(t, written))
}

// networkOf reads "network = {…}" as Terraform reads it, without defaults.
func networkOf(t *testing.T, written string) types.Object {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(written), "network.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", written, diags)
	}
	attributes, diags := file.Body.JustAttributes()
	if diags.HasErrors() {
		t.Fatalf("%s: %v", written, diags)
	}
	value, diags := attributes["network"].Expr.Value(nil)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", written, diags)
	}
	data, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		t.Fatal(err)
	}
	objectType := network.Attribute().GetType()
	raw, err := tfprotov6.DynamicValue{JSON: data}.Unmarshal(objectType.TerraformType(t.Context()))
	if err != nil {
		t.Fatalf("%s: %v", written, err)
	}
	object, err := objectType.ValueFromTerraform(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	network, ok := object.(types.Object)
	if !ok {
		t.Fatalf("%s is a %T", written, object)
	}
	return network
}

// plannedNetwork fills in the schema's defaults.
func plannedNetwork(networking types.Object) types.Object {
	if !child.IsDeclared(networking) {
		return networking
	}
	values := networking.Attributes()
	if values["instance_to_instance"].IsNull() {
		values["instance_to_instance"] = types.BoolValue(false)
	}
	if egress, ok := values["egress"].(types.Object); ok && child.IsDeclared(egress) {
		inner := egress.Attributes()
		if inner["dns"].IsNull() {
			inner["dns"] = types.BoolValue(true)
		}
		values["egress"] = types.ObjectValueMust(network.EgressTypes(), inner)
	}
	return types.ObjectValueMust(network.Types(), values)
}

// servedPolicies are what the API server holds after an apply.
func servedPolicies(t *testing.T, networking types.Object) []networkingv1.NetworkPolicy {
	t.Helper()
	configs, diags := network.Desired(t.Context(), "dev", networking)
	if diags.HasError() {
		t.Fatal(diags)
	}
	live := make([]networkingv1.NetworkPolicy, len(configs))
	for i, config := range configs {
		convert(t, config, &live[i])
	}
	return live
}

// networkLeaves are the attributes down to a direction's, by path.
func networkLeaves(network types.Object) map[string]attr.Value {
	all := map[string]attr.Value{"network": types.BoolValue(!network.IsNull())}
	for name, value := range network.Attributes() {
		object, ok := value.(types.Object)
		if !ok {
			all[name] = value
			continue
		}
		all[name] = types.BoolValue(!object.IsNull())
		for inner, value := range object.Attributes() {
			all[name+"."+inner] = value
		}
	}
	return all
}

// networkDifferences are the paths of what a plan would show.
func networkDifferences(want, have types.Object) []string {
	a, b := networkLeaves(want), networkLeaves(have)
	var paths []string
	for _, at := range slices.Sorted(maps.Keys(mergedLeaves(a, b))) {
		if a[at] == nil || b[at] == nil || !a[at].Equal(b[at]) {
			paths = append(paths, at)
		}
	}
	return paths
}

func mergedLeaves(a, b map[string]attr.Value) map[string]attr.Value {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
