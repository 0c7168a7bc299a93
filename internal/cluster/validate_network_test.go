package cluster

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
)

// A rule's path has the whole rule in it, here "rule".
var rulePath = regexp.MustCompile(`rules\[Value\((\{.*?\}|<null>)\)\]`)

func TestValidateNetwork(t *testing.T) {
	ingress := func(networkRule string) string {
		return `network = { ingress = { default = "deny", rules = [` + networkRule + `] } }`
	}
	from := func(rest string) string { return ingress(`{ clusters = ["a"], ` + rest + ` }`) }
	cidr := func(rest string) string { return ingress(`{ cidr = "10.0.0.0/8", ` + rest + ` }`) }
	for name, c := range map[string]struct {
		written string
		paths   []string
		says    string
	}{
		"only instance to instance":  {`network = { instance_to_instance = true }`, []string{"network.instance_to_instance"}, "nothing is limited"},
		"another default":            {`network = { ingress = { default = "drop" } }`, []string{"network.ingress.default"}, `"drop"`},
		"what edits read as":         {`network = { egress = { default = "edited" } }`, []string{"network.egress.default"}, `"edited"`},
		"rules under allow":          {`network = { ingress = { default = "allow", rules = [{ clusters = ["a"] }] } }`, []string{"network.ingress.rules"}, "would have no effect"},
		"rules under allow, egress":  {`network = { egress = { default = "allow", rules = [{ clusters = ["a"] }] } }`, []string{"network.egress.rules"}, "would have no effect"},
		"no dns under allow":         {`network = { egress = { default = "allow", dns = false } }`, []string{"network.egress.dns"}, "would have no effect"},
		"an empty rule":              {ingress(`{}`), []string{"network.ingress.rule"}, "let everyone through"},
		"a rule that is null":        {ingress(`null`), []string{"network.ingress.rule"}, "Leave it out"},
		"only ports":                 {ingress(`{ ports = ["80"] }`), []string{"network.ingress.rule"}, "let everyone through"},
		"only applies_to":            {ingress(`{ applies_to = { a = "b" } }`), []string{"network.ingress.rule"}, "let everyone through"},
		"anywhere = false":           {ingress(`{ anywhere = false }`), []string{"network.ingress.rule"}, "let everyone through"},
		"cluster and cidr":           {from(`cidr = "10.0.0.0/8"`), []string{"network.ingress.rule"}, "clusters and cidr"},
		"cluster and anywhere":       {from(`anywhere = true`), []string{"network.ingress.rule"}, "clusters and anywhere"},
		"cidr and anywhere":          {cidr(`anywhere = true`), []string{"network.ingress.rule"}, "cidr and anywhere"},
		"instances and cidr":         {cidr(`instance_labels = { a = "b" }`), []string{"network.ingress.rule"}, "instance_labels and cidr"},
		"clusters by name and label": {from(`cluster_labels = { a = "b" }`), []string{"network.ingress.rule"}, "either clusters or cluster_labels"},
		"no clusters":                {ingress(`{ clusters = [] }`), []string{"network.ingress.rule.clusters"}, "match no cluster"},
		"no cluster labels":          {ingress(`{ cluster_labels = {} }`), []string{"network.ingress.rule.cluster_labels"}, "all clusters"},
		"no instance labels":         {ingress(`{ instance_labels = {} }`), []string{"network.ingress.rule.instance_labels"}, "all instances"},
		"no ports":                   {from(`ports = []`), []string{"network.ingress.rule.ports"}, "all ports"},
		"no applies_to":              {from(`applies_to = {}`), []string{"network.ingress.rule.applies_to"}, "all instances"},
		"a cluster's name":           {ingress(`{ clusters = ["Dev"] }`), []string{`network.ingress.rule.clusters[Value("Dev")]`}, "lower case"},
		"a cluster that is null":     {ingress(`{ clusters = ["a", null] }`), []string{`network.ingress.rule.clusters[Value(<null>)]`}, "leave it out"},
		"a cluster label's key":      {ingress(`{ cluster_labels = { "a b" = "c" } }`), []string{`network.ingress.rule.cluster_labels["a b"]`}, "name part"},
		"an instance label's value":  {ingress(`{ instance_labels = { a = "b c" } }`), []string{`network.ingress.rule.instance_labels["a"]`}, "b c"},
		"an applies_to that is null": {from(`applies_to = { a = null }`), []string{`network.ingress.rule.applies_to["a"]`}, "null"},
		"no CIDR":                    {ingress(`{ cidr = "ten" }`), []string{"network.ingress.rule.cidr"}, "a range of addresses"},
		"an address":                 {ingress(`{ cidr = "10.0.0.1" }`), []string{"network.ingress.rule.cidr"}, "write 10.0.0.1/32"},
		"an IPv6 address":            {ingress(`{ cidr = "2001:db8::1" }`), []string{"network.ingress.rule.cidr"}, "write 2001:db8::1/128"},
		"host bits":                  {ingress(`{ cidr = "10.0.0.1/8" }`), []string{"network.ingress.rule.cidr"}, "write 10.0.0.0/8 for the range, or 10.0.0.1/32"},
		"IPv4 in IPv6":               {ingress(`{ cidr = "::ffff:10.0.0.0/104" }`), []string{"network.ingress.rule.cidr"}, "in IPv4 notation"},
		"except without cidr":        {from(`except = ["10.0.0.0/8"]`), []string{"network.ingress.rule.except"}, "has no cidr"},
		"except no CIDR":             {cidr(`except = ["10.9/16"]`), []string{`network.ingress.rule.except[Value("10.9/16")]`}, "a range of addresses"},
		"except outside":             {cidr(`except = ["10.9.0.0/16", "11.0.0.0/16"]`), []string{`network.ingress.rule.except[Value("11.0.0.0/16")]`}, "isn't within"},
		"except all":                 {cidr(`except = ["10.0.0.0/8"]`), []string{`network.ingress.rule.except[Value("10.0.0.0/8")]`}, "nobody through"},
		"except more":                {cidr(`except = ["0.0.0.0/0"]`), []string{`network.ingress.rule.except[Value("0.0.0.0/0")]`}, "isn't within"},
		"except of the other family": {cidr(`except = ["2001:db8::/32"]`), []string{`network.ingress.rule.except[Value("2001:db8::/32")]`}, "isn't within"},
		"port 0":                     {from(`ports = ["0"]`), []string{`network.ingress.rule.ports[Value("0")]`}, "from 1 to 65535"},
		"port 65536":                 {from(`ports = ["65536"]`), []string{`network.ingress.rule.ports[Value("65536")]`}, "from 1 to 65535"},
		"a leading zero":             {from(`ports = ["080"]`), []string{`network.ingress.rule.ports[Value("080")]`}, "from 1 to 65535"},
		"a range upside down":        {from(`ports = ["8100-8000"]`), []string{`network.ingress.rule.ports[Value("8100-8000")]`}, "8000-8100"},
		"a range without end":        {from(`ports = ["8000-"]`), []string{`network.ingress.rule.ports[Value("8000-")]`}, "from 1 to 65535"},
		"a range that is too long":   {from(`ports = ["8000-70000"]`), []string{`network.ingress.rule.ports[Value("8000-70000")]`}, "from 1 to 65535"},
		"a range of a name":          {from(`ports = ["http--https"]`), []string{`network.ingress.rule.ports[Value("http--https")]`}, "a range of numbers"},
		"a long name":                {from(`ports = ["sixteen-letters-"]`), []string{`network.ingress.rule.ports[Value("sixteen-letters-")]`}, "15"},
		"a name in capitals":         {from(`ports = ["HTTP"]`), []string{`network.ingress.rule.ports[Value("HTTP")]`}, "port's name"},
		"another protocol":           {from(`ports = ["80/ICMP"]`), []string{`network.ingress.rule.ports[Value("80/ICMP")]`}, "TCP, UDP or SCTP"},
		"a protocol in small":        {from(`ports = ["80/udp"]`), []string{`network.ingress.rule.ports[Value("80/udp")]`}, "in capitals"},
		"no port":                    {from(`ports = [""]`), []string{`network.ingress.rule.ports[Value("")]`}, "from 1 to 65535"},
		"the other direction": {
			`network = { egress = { default = "deny", rules = [{ clusters = ["a"], ports = ["0"] }, {}] } }`,
			[]string{`network.egress.rule.ports[Value("0")]`, "network.egress.rule"},
			"",
		},
	} {
		var paths []string
		diags := network.Validate(t.Context(), networkOf(t, c.written))
		for _, d := range diags {
			paths = append(paths, rulePath.ReplaceAllString(pathOf(t, d), "rule"))
			if c.says != "" && !contains(d.Detail(), c.says) {
				t.Errorf("%s: %q lacks %q", name, d.Detail(), c.says)
			}
		}
		if diff := cmp.Diff(c.paths, paths); diff != "" {
			t.Errorf("%s: -want +got\n%s\n%v", name, diff, diags)
		}
	}
}

// withUnknowns are networks in which one value each isn't known yet, by its path.
func withUnknowns(t *testing.T, network types.Object) map[string]types.Object {
	t.Helper()
	whole, err := network.ToTerraformValue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]types.Object{}
	if err := tftypes.Walk(whole, func(at *tftypes.AttributePath, _ tftypes.Value) (bool, error) {
		changed, err := tftypes.Transform(whole, func(p *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
			if p.Equal(at) {
				return tftypes.NewValue(v.Type(), tftypes.UnknownValue), nil
			}
			return v, nil
		})
		if err != nil {
			return false, err
		}
		value, err := network.Type(t.Context()).ValueFromTerraform(t.Context(), changed)
		if object, ok := value.(types.Object); ok {
			all[at.String()] = object
		}
		return true, err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestValidateNetwork_unknownContradictsNothing(t *testing.T) {
	for _, name := range networkCases() {
		_, _, networking := networkCase(t, name)
		for at, partly := range withUnknowns(t, networking) {
			if diags := network.Validate(t.Context(), partly); len(diags) > 0 {
				t.Errorf("%s, unknown %s: %v", name, at, diags)
			}
		}
	}
	// What isn't named may yet be.
	networkRule := networkOf(t, `network = { ingress = { default = "deny", rules = [{ ports = ["80"] }] } }`)
	for _, attribute := range []string{"clusters", "cluster_labels", "instance_labels", "cidr", "anywhere"} {
		values := network.RulesIn(network.DirectionIn(networkRule, networkingv1.PolicyTypeIngress))[0].Attributes()
		unknown, err := network.RuleTypes()[attribute].ValueFromTerraform(t.Context(), tftypes.NewValue(network.RuleTypes()[attribute].TerraformType(t.Context()), tftypes.UnknownValue))
		if err != nil {
			t.Fatal(err)
		}
		values[attribute] = unknown
		networking := types.ObjectValueMust(network.Types(), map[string]attr.Value{
			"egress": types.ObjectNull(network.EgressTypes()), "instance_to_instance": types.BoolNull(),
			"ingress": types.ObjectValueMust(network.IngressTypes(), map[string]attr.Value{
				"default": types.StringValue("deny"),
				"rules":   types.SetValueMust(network.RulesType().ElemType, []attr.Value{types.ObjectValueMust(network.RuleTypes(), values)}),
			}),
		})
		if diags := network.Validate(t.Context(), networking); len(diags) > 0 {
			t.Errorf("unknown %s: %v", attribute, diags)
		}
	}
}

func TestParseCIDR_takesWhatTheServerTakes(t *testing.T) {
	for _, text := range []string{
		"10.0.0.0/8", "0.0.0.0/0", "192.0.2.7/32", "::/0", "2001:db8::/32", "2001:DB8::/32", "FE80:0abc:0:0:0:0:0:0/64",
		"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "010.0.0.0/8", "10.0.0.1/8", "10.0.0.0/-1", "10.0.0/8", "2001:db8::1/32", "2001:db8::/129",
		"::ffff:10.0.0.0/104", "fe80::%eth0/64", "fe80::1%eth0", " 10.0.0.0/8", "a.b.c.d/8",
	} {
		_, err := network.ParseCIDR(text)
		faults := validation.IsValidCIDRForLegacyField(field.NewPath("cidr"), text, true, nil)
		if (err == nil) != (len(faults) == 0) {
			t.Errorf("%q: %v; the server says %v", text, err, faults)
		}
	}
}

func TestParsePort(t *testing.T) {
	for text, want := range map[string]string{
		"80": "80/TCP", "80/TCP": "80/TCP", "53/UDP": "53/UDP", "9/SCTP": "9/SCTP", "8000-8100": "8000-8100/TCP", "1-65535/UDP": "1-65535/UDP",
		"80-80": "80/TCP", "http": "http/TCP", "dns/UDP": "dns/UDP", "http-8080": "http-8080/TCP", "8web": "8web/TCP",
	} {
		port, err := network.ParsePort(text)
		if got := network.PortText(port); err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", text, got, err, want)
		}
		if again, err := network.ParsePort(network.PortText(port)); err != nil || network.PortText(again) != want {
			t.Errorf("%q: its own text %q isn't read the same: %v", text, want, err)
		}
	}
	if text := network.PortText(networkingv1.NetworkPolicyPort{}); text != "*/TCP" {
		t.Errorf("every port of a protocol: %s", text)
	} else if _, err := network.ParsePort(text); err == nil {
		t.Error(fmt.Errorf("%s was taken", text))
	}
}
