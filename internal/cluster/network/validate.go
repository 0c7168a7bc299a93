package network

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// Validate checks what the API server would refuse, and what would mean
// nothing or more than it says. Unknown values contradict nothing.
func Validate(ctx context.Context, network types.Object) diag.Diagnostics {
	if !child.IsDeclared(network) {
		return nil
	}
	var diags diag.Diagnostics
	at := path.Root("network")
	if together, ok := network.Attributes()["instance_to_instance"].(types.Bool); ok && together.ValueBool() && limitsNothing(network) {
		diags.AddAttributeError(at.AtName("instance_to_instance"), "A network without ingress and egress",
			"Without ingress and egress nothing is limited, so instance_to_instance has no effect. Set one of the two (default = \"deny\" without rules lets nothing through), or leave instance_to_instance out.")
	}
	for _, direction := range directions() {
		if object := DirectionIn(network, direction); child.IsDeclared(object) {
			diags.Append(validateDirection(ctx, at.AtName(directionAttribute(direction)), object)...)
		}
	}
	return diags
}

func validateDirection(ctx context.Context, at path.Path, direction types.Object) diag.Diagnostics {
	var diags diag.Diagnostics
	preset, _ := direction.Attributes()["default"].(types.String)
	if !preset.IsUnknown() && preset.ValueString() != defaultAllow && preset.ValueString() != defaultDeny {
		diags.AddAttributeError(at.AtName("default"), "Invalid default",
			fmt.Sprintf("default is %q: write \"deny\" to let through only what a rule names, or \"allow\" to let everything through.", preset.ValueString()))
	}
	allow := preset.ValueString() == defaultAllow
	if rules := networkRulesSet(direction); allow && len(rules.Elements()) > 0 {
		diags.AddAttributeError(at.AtName("rules"), "Rules under a default of allow",
			"Rules only allow more, and a default of allow already lets everything through: these rules would have no effect. Set default = \"deny\", or leave rules out.")
	}
	if dns, ok := direction.Attributes()["dns"].(types.Bool); ok && allow && !dns.IsNull() && !dns.IsUnknown() && !dns.ValueBool() {
		diags.AddAttributeError(at.AtName("dns"), "DNS can't be denied under a default of allow",
			"A default of allow lets everything through, and policies can't take anything away: dns = false would have no effect. Set default = \"deny\", or leave dns out.")
	}
	for _, element := range networkRulesSet(direction).Elements() {
		diags.Append(validateRule(ctx, at.AtName("rules").AtSetValue(element), element)...)
	}
	return diags
}

func networkRulesSet(direction types.Object) types.Set {
	set, _ := direction.Attributes()["rules"].(types.Set)
	return set
}

func validateRule(ctx context.Context, at path.Path, element attr.Value) diag.Diagnostics {
	var diags diag.Diagnostics
	if element.IsUnknown() {
		return nil
	}
	object, ok := element.(types.Object)
	if !ok || object.IsNull() {
		diags.AddAttributeError(at, "A rule that is null", "The rule is null. Leave it out instead.")
		return diags
	}
	var m networkRuleModel
	diags.Append(object.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	if diags.HasError() {
		return diags
	}
	diags.Append(validatePeers(at, m)...)
	diags.Append(validateCIDR(at, m)...)
	diags.Append(validateTexts(at, "clusters", m.Clusters, "Without a name the rule would match no cluster", clusterFault)...)
	diags.Append(validateTexts(at, "ports", m.Ports, "An empty set means all ports in Kubernetes. If you mean all ports, leave ports out", portFault)...)
	diags.Append(validateSelector(at.AtName("cluster_labels"), m.ClusterLabels, "An empty map means all clusters in Kubernetes, and everything in them")...)
	diags.Append(validateSelector(at.AtName("instance_labels"), m.InstanceLabels, "An empty map means all instances in Kubernetes. If you mean all, use instance_to_instance, or clusters without instance_labels")...)
	diags.Append(validateSelector(at.AtName("applies_to"), m.AppliesTo, "An empty map means all instances in Kubernetes. If you mean all, leave applies_to out")...)
	return diags
}

// validatePeers checks that a rule names its peers in exactly one way.
func validatePeers(at path.Path, m networkRuleModel) diag.Diagnostics {
	var diags diag.Diagnostics
	var named []string
	unknown := m.Anywhere.IsUnknown()
	for _, kind := range []struct {
		name  string
		value attr.Value
	}{
		{"clusters", m.Clusters},
		{"cluster_labels", m.ClusterLabels},
		{"instance_labels", m.InstanceLabels},
		{"cidr", m.CIDR},
	} {
		unknown = unknown || kind.value.IsUnknown()
		if !kind.value.IsNull() && !kind.value.IsUnknown() {
			named = append(named, kind.name)
		}
	}
	if m.Anywhere.ValueBool() {
		named = append(named, "anywhere")
	}
	switch {
	case len(named) == 0 && !unknown:
		diags.AddAttributeError(at, "A rule that names nobody",
			"It has none of clusters, cluster_labels, instance_labels, cidr and anywhere = true. Kubernetes would let everyone through. Set one of them; anywhere = true lets everyone through.")
	case len(named) > 1 && !narrowed(named):
		diags.AddAttributeError(at, "A rule that names its peers twice",
			fmt.Sprintf("It has %s. A rule has either clusters or cluster_labels, each with or without instance_labels, or instance_labels alone, or cidr, or anywhere = true. Write one rule for each: rules add up.", strings.Join(named, " and ")))
	}
	return diags
}

// narrowed reports whether two ways to name peers are one: instances of certain
// clusters.
func narrowed(named []string) bool {
	return len(named) == 2 && named[1] == "instance_labels"
}

func validateCIDR(at path.Path, m networkRuleModel) diag.Diagnostics {
	var diags diag.Diagnostics
	if m.CIDR.IsNull() && !fw.IsNothing(m.Except) && !m.Except.IsUnknown() {
		diags.AddAttributeError(at.AtName("except"), "Exceptions without a range",
			"except removes ranges from cidr, and this rule has no cidr. Set cidr; 0.0.0.0/0 and ::/0 are all addresses.")
	}
	var outer netip.Prefix
	if !m.CIDR.IsNull() && !m.CIDR.IsUnknown() {
		var err error
		if outer, err = ParseCIDR(m.CIDR.ValueString()); err != nil {
			diags.AddAttributeError(at.AtName("cidr"), "Invalid range of addresses", err.Error()+".")
		}
	}
	diags.Append(validateTexts(at, "except", m.Except, "", func(text string) string {
		inner, err := ParseCIDR(text)
		switch {
		case err != nil:
			return err.Error()
		case outer.IsValid() && inner == outer:
			return fmt.Sprintf("%q is all of cidr, so the rule would let nobody through", text)
		case outer.IsValid() && !isWithin(inner, outer):
			return fmt.Sprintf("%q isn't within cidr, %s, so it has no effect", text, outer)
		}
		return ""
	})...)
	return diags
}

// validateTexts checks each element of a set, and that there are some, unless ifEmpty is empty.
func validateTexts(rule path.Path, name string, set types.Set, ifEmpty string, fault func(string) string) diag.Diagnostics {
	var diags diag.Diagnostics
	at := rule.AtName(name)
	if set.IsNull() || set.IsUnknown() {
		return nil
	}
	if len(set.Elements()) == 0 && ifEmpty != "" {
		diags.AddAttributeError(at, "Empty set", ifEmpty+".")
	}
	for _, element := range set.Elements() {
		text, ok := element.(types.String)
		switch {
		case element.IsUnknown():
		case !ok || text.IsNull():
			diags.AddAttributeError(at.AtSetValue(element), "Invalid element of "+name, "The element is null; leave it out instead.")
		default:
			if detail := fault(text.ValueString()); detail != "" {
				diags.AddAttributeError(at.AtSetValue(element), "Invalid element of "+name, detail+".")
			}
		}
	}
	return diags
}

// clusterFault takes Kubernetes' own namespaces too: a rule may well let the
// Ingress controller in kube-system through.
func clusterFault(name string) string {
	if faults := validation.IsDNS1123Label(name); len(faults) > 0 {
		return fmt.Sprintf("%q can't be a cluster's name: %s", name, validate.Plain(faults))
	}
	return ""
}

func portFault(text string) string {
	if _, err := ParsePort(text); err != nil {
		return err.Error()
	}
	return ""
}

// validateSelector checks labels that are looked for. Those that the provider or
// Kubernetes sets may be among them, unlike in a map of labels to set.
func validateSelector(at path.Path, labels types.Map, ifEmpty string) diag.Diagnostics {
	var diags diag.Diagnostics
	if labels.IsNull() || labels.IsUnknown() {
		return nil
	}
	if len(labels.Elements()) == 0 {
		diags.AddAttributeError(at, "Empty map", ifEmpty+".")
	}
	for _, key := range slices.Sorted(maps.Keys(labels.Elements())) {
		element := labels.Elements()[key]
		faults := validation.IsQualifiedName(key)
		value, ok := element.(types.String)
		switch {
		case element.IsUnknown():
		case !ok || value.IsNull():
			faults = append(faults, "its value is null; leave the key out instead")
		default:
			faults = append(faults, validation.IsValidLabelValue(value.ValueString())...)
		}
		if len(faults) > 0 {
			diags.AddAttributeError(at.AtMapKey(key), "Invalid label", fmt.Sprintf("%q = %q can't be a label: %s.", key, value.ValueString(), validate.Plain(faults)))
		}
	}
	return diags
}
