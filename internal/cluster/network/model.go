package network

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// The values of a direction's default. defaultEdited is read only: the policies
// are there and mean neither of the others together with rules that can be said.
const (
	defaultAllow  = "allow"
	defaultDeny   = "deny"
	defaultEdited = "edited"
)

type networkRuleModel struct {
	Clusters       types.Set    `tfsdk:"clusters"`
	ClusterLabels  types.Map    `tfsdk:"cluster_labels"`
	InstanceLabels types.Map    `tfsdk:"instance_labels"`
	CIDR           types.String `tfsdk:"cidr"`
	Except         types.Set    `tfsdk:"except"`
	Anywhere       types.Bool   `tfsdk:"anywhere"`
	Ports          types.Set    `tfsdk:"ports"`
	AppliesTo      types.Map    `tfsdk:"applies_to"`
}

// directionLimits are what one direction declares. Rules only mean something without
// allow.
type directionLimits struct {
	allow bool
	dns   bool
	rules []Rule
}

// Rule is a permit for the instances with these labels, or for all.
type Rule struct {
	appliesTo map[string]string
	networkPermit
}

// networkPermit is a rule of a NetworkPolicy, the same for ingress and egress: no peers
// are everyone, no ports are all.
type networkPermit struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

// directionLimitsOf reads a declared direction.
func directionLimitsOf(ctx context.Context, direction types.Object) (directionLimits, error) {
	var l directionLimits
	if err := knownInWhole(ctx, direction); err != nil {
		return l, err
	}
	values := direction.Attributes()
	if preset, ok := values["default"].(types.String); ok {
		l.allow = preset.ValueString() == defaultAllow
	}
	if dns, ok := values["dns"].(types.Bool); ok {
		l.dns = dns.ValueBool()
	}
	var errs []error
	for _, element := range RulesIn(direction) {
		r, err := networkRuleOf(ctx, element)
		l.rules = append(l.rules, r)
		errs = append(errs, err)
	}
	return l, errors.Join(errs...)
}

// knownInWhole is an error for a value of which anything isn't known yet: read as what
// it lacks, it would mean something else.
func knownInWhole(ctx context.Context, object types.Object) error {
	value, err := object.ToTerraformValue(ctx)
	if err == nil && (value.IsNull() || !value.IsFullyKnown()) {
		err = fmt.Errorf("%s isn't known in whole", object)
	}
	return err
}

// RulesIn are the elements of a direction's rules.
func RulesIn(direction types.Object) []types.Object {
	set, ok := direction.Attributes()["rules"].(types.Set)
	if !ok {
		return nil
	}
	var rules []types.Object
	for _, element := range set.Elements() {
		if r, ok := element.(types.Object); ok {
			rules = append(rules, r)
		}
	}
	return rules
}

// networkRuleOf reads a rule. It is an error if that names no peers or isn't known in
// whole: to Kubernetes what is left out is everyone and everything.
func networkRuleOf(ctx context.Context, object types.Object) (Rule, error) {
	if err := knownInWhole(ctx, object); err != nil {
		return Rule{}, err
	}
	var m networkRuleModel
	if diags := object.As(ctx, &m, basetypes.ObjectAsOptions{}); diags.HasError() {
		return Rule{}, fmt.Errorf("read the rule %s: %v", object, diags)
	}
	peers, err := peersOf(m)
	if err != nil {
		return Rule{}, err
	}
	ports, err := portsOf(m.Ports)
	if err != nil {
		return Rule{}, err
	}
	return Rule{appliesTo: fw.StringMap(m.AppliesTo), networkPermit: networkPermit{peers: peers, ports: ports}}, nil
}

func peersOf(m networkRuleModel) ([]networkingv1.NetworkPolicyPeer, error) {
	var peer networkingv1.NetworkPolicyPeer
	switch {
	case m.Anywhere.ValueBool():
		return nil, nil
	case !m.CIDR.IsNull():
		block, err := blockOf(m.CIDR.ValueString(), knownTexts(m.Except))
		if err != nil {
			return nil, err
		}
		peer.IPBlock = block
		return []networkingv1.NetworkPolicyPeer{peer}, nil
	}
	if names := knownTexts(m.Clusters); len(names) > 0 {
		peer.NamespaceSelector = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{
			Key: mar.LabelNamespaceName, Operator: metav1.LabelSelectorOpIn, Values: names,
		}}}
	}
	if labels := fw.StringMap(m.ClusterLabels); len(labels) > 0 {
		peer.NamespaceSelector = &metav1.LabelSelector{MatchLabels: labels}
	}
	if labels := fw.StringMap(m.InstanceLabels); len(labels) > 0 {
		peer.PodSelector = &metav1.LabelSelector{MatchLabels: labels}
	}
	if peer.NamespaceSelector == nil && peer.PodSelector == nil {
		return nil, errors.New("a rule names nobody")
	}
	return []networkingv1.NetworkPolicyPeer{peer}, nil
}

// blockOf spells the ranges as the API server wants to see them; it warns of
// others.
func blockOf(cidr string, except []string) (*networkingv1.IPBlock, error) {
	block := networkingv1.IPBlock{}
	prefix, err := ParseCIDR(cidr)
	if err != nil {
		return nil, err
	}
	block.CIDR = prefix.String()
	for _, text := range except {
		prefix, err := ParseCIDR(text)
		if err != nil {
			return nil, err
		}
		block.Except = append(block.Except, prefix.String())
	}
	block.Except = sortedUnique(block.Except)
	return &block, nil
}

// knownTexts are the known texts of a set, sorted.
func knownTexts(set types.Set) []string {
	var all []string
	for _, element := range set.Elements() {
		if s, ok := element.(types.String); ok && !s.IsNull() && !s.IsUnknown() {
			all = append(all, s.ValueString())
		}
	}
	return sortedUnique(all)
}

func sortedUnique(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// setOfTexts is a set of texts; none is null.
func setOfTexts(all []string) types.Set {
	if len(all) == 0 {
		return types.SetNull(types.StringType)
	}
	values := make([]attr.Value, 0, len(all))
	for _, text := range all {
		values = append(values, types.StringValue(text))
	}
	return types.SetValueMust(types.StringType, values)
}
