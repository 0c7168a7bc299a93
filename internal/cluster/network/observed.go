package network

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Observed reads our policies. What they mean doesn't depend on prior, the
// state or plan, and null on import: that only gives the spelling where both mean
// the same. Policies that can't be said, or aren't as they would be written, make
// their direction's default read as edited, and never pass in silence.
func Observed(ctx context.Context, policies []networkingv1.NetworkPolicy, prior types.Object) types.Object {
	if !child.IsDeclared(prior) {
		prior = types.ObjectNull(Types())
	}
	live := ourPolicies(policies)
	values := map[string]attr.Value{}
	var concerned, denied []networkingv1.PolicyType
	for _, direction := range directions() {
		object := observedDirection(ctx, direction, live, prior)
		values[directionAttribute(direction)] = object
		if preset, ok := object.Attributes()["default"].(types.String); ok {
			concerned = append(concerned, direction)
			if preset.ValueString() != defaultAllow {
				denied = append(denied, direction)
			}
		}
	}
	if len(concerned) == 0 && (prior.IsNull() || !limitsNothing(prior)) {
		return types.ObjectNull(Types())
	}
	values["instance_to_instance"] = observedTogether(live, denied, prior)
	return types.ObjectValueMust(Types(), values)
}

// limitsNothing reports whether a network declares no direction.
func limitsNothing(network types.Object) bool {
	return DirectionIn(network, networkingv1.PolicyTypeIngress).IsNull() && DirectionIn(network, networkingv1.PolicyTypeEgress).IsNull()
}

// observedDirection is null where no policy of ours has to do with it.
func observedDirection(ctx context.Context, direction networkingv1.PolicyType, live []networkingv1.NetworkPolicy, network types.Object) types.Object {
	own, concerned := policiesFor(direction, live)
	if !concerned {
		return types.ObjectNull(directionTypes(direction))
	}
	prior := DirectionIn(network, direction)
	if meansPolicies(ctx, prior, direction, own) {
		return prior
	}
	l, rules := readLimits(direction, own, spellingsOf(ctx, direction, prior))
	preset := defaultDeny
	if l.allow {
		preset = defaultAllow
	}
	dns := observedDNS(l, own)
	l.dns = dns.ValueBool()
	if dns.IsNull() {
		own = withoutPolicy(own, dnsPolicyName)
	}
	if !sameTexts(policiesOf(direction, l), own) {
		preset = defaultEdited
	}
	values := map[string]attr.Value{"default": types.StringValue(preset), "rules": networkRulesValue(rules, prior)}
	if direction == networkingv1.PolicyTypeEgress {
		values["dns"] = dns
	}
	return types.ObjectValueMust(directionTypes(direction), values)
}

// meansPolicies reports whether a direction of the state or plan is what a configuration
// may say, and these policies are what it means.
func meansPolicies(ctx context.Context, prior types.Object, direction networkingv1.PolicyType, own []Policy) bool {
	if !child.IsDeclared(prior) {
		return false
	}
	preset, _ := prior.Attributes()["default"].(types.String)
	if preset.ValueString() != defaultAllow && preset.ValueString() != defaultDeny {
		return false
	}
	if dns, ok := prior.Attributes()["dns"].(types.Bool); ok && (dns.IsNull() || dns.IsUnknown()) {
		return false
	}
	l, err := directionLimitsOf(ctx, prior)
	return err == nil && sameTexts(policiesOf(direction, l), own)
}

// policiesFor are the policies that limit a direction or are named after it, but
// for the one between instances, which has an attribute of its own. A direction is
// concerned by that one too.
func policiesFor(direction networkingv1.PolicyType, live []networkingv1.NetworkPolicy) (own []Policy, concerned bool) {
	base := PolicyName(direction, nil)
	for _, p := range live {
		touches := false
		for _, t := range p.Spec.PolicyTypes {
			touches = touches || t == direction
		}
		isOwn := p.Name != instanceToInstanceName && (touches || p.Name == base || strings.HasPrefix(p.Name, base+"-"))
		if isOwn {
			own = append(own, Policy{name: p.Name, Spec: p.Spec})
		}
		concerned = concerned || isOwn || touches
	}
	return own, concerned
}

// readLimits reads what can be said of a direction's policies, and the rules as
// values.
func readLimits(direction networkingv1.PolicyType, own []Policy, spellings map[string][]attr.Value) (directionLimits, []attr.Value) {
	var l directionLimits
	var values []attr.Value
	base := PolicyName(direction, nil)
	everything := policiesOf(direction, directionLimits{allow: true})
	seen := map[string]bool{}
	for _, p := range own {
		l.allow = l.allow || sameTexts([]Policy{p}, everything)
	}
	for _, p := range own {
		if p.name == base && l.allow {
			continue
		}
		for _, r := range rulesOfPolicy(direction, p) {
			value, ok := networkRuleValue(r)
			key := r.key(direction)
			if !ok || seen[key] {
				continue
			}
			seen[key] = true
			l.rules = append(l.rules, r)
			if spelt, ok := spellings[key]; ok {
				values = append(values, spelt...)
			} else {
				values = append(values, value)
			}
		}
	}
	return l, values
}

// rulesOfPolicy are the rules of a policy whose name says that it holds rules: that of
// the direction, or that of the Pods that it selects.
func rulesOfPolicy(direction networkingv1.PolicyType, p Policy) []Rule {
	appliesTo := p.Spec.PodSelector.MatchLabels
	if p.name != PolicyName(direction, nil) && p.name != PolicyName(direction, appliesTo) {
		return nil
	}
	var rules []Rule
	for _, permit := range permitsIn(p.Spec, direction) {
		rules = append(rules, Rule{appliesTo: appliesTo, networkPermit: permit})
	}
	return rules
}

// spellingsOf are the rules of the state or plan by what they mean.
func spellingsOf(ctx context.Context, direction networkingv1.PolicyType, prior types.Object) map[string][]attr.Value {
	spellings := map[string][]attr.Value{}
	for _, object := range RulesIn(prior) {
		if r, err := networkRuleOf(ctx, object); err == nil {
			key := r.key(direction)
			spellings[key] = append(spellings[key], object)
		}
	}
	return spellings
}

// key is the same for two rules of a direction that mean the same.
func (r Rule) key(direction networkingv1.PolicyType) string {
	return PolicyName(direction, r.appliesTo) + " " + r.text()
}

// observedDNS is null where the policy is there and isn't as it would be written,
// or isn't wanted at all because everything is allowed.
func observedDNS(l directionLimits, own []Policy) types.Bool {
	for _, p := range own {
		if p.name != dnsPolicyName {
			continue
		}
		if l.allow || !sameTexts([]Policy{p}, []Policy{DNSPolicy()}) {
			return types.BoolNull()
		}
		return types.BoolValue(true)
	}
	return types.BoolValue(l.allow)
}

// observedTogether reads instance_to_instance: null where the policy is there and
// isn't as it would be written.
func observedTogether(live []networkingv1.NetworkPolicy, denied []networkingv1.PolicyType, prior types.Object) types.Bool {
	for _, p := range live {
		if p.Name != instanceToInstanceName {
			continue
		}
		if sameTexts([]Policy{{name: p.Name, Spec: p.Spec}}, []Policy{InstanceToInstance(denied)}) {
			return types.BoolValue(true)
		}
		return types.BoolNull()
	}
	// Where nothing is denied, true and false mean the same: no policy.
	if was, ok := prior.Attributes()["instance_to_instance"].(types.Bool); ok && len(denied) == 0 && !was.IsNull() && !was.IsUnknown() {
		return was
	}
	return types.BoolValue(false)
}

// networkRuleValue is false for a rule that can't be said.
func networkRuleValue(r Rule) (types.Object, bool) {
	values := map[string]attr.Value{
		"clusters": setOfTexts(nil), "cluster_labels": labelMap(nil), "instance_labels": labelMap(nil),
		"cidr": types.StringNull(), "except": setOfTexts(nil), "anywhere": types.BoolNull(),
		"applies_to": labelMap(r.appliesTo),
	}
	var ports []string
	for _, port := range r.ports {
		text := PortText(port)
		if _, err := ParsePort(text); err != nil {
			return types.Object{}, false
		}
		ports = append(ports, strings.TrimSuffix(text, "/TCP"))
	}
	values["ports"] = setOfTexts(sortedUnique(ports))
	switch len(r.peers) {
	case 0:
		values["anywhere"] = types.BoolValue(true)
	case 1:
		if !peerValues(r.peers[0], values) {
			return types.Object{}, false
		}
	default:
		return types.Object{}, false
	}
	return types.ObjectValueMust(RuleTypes(), values), true
}

func peerValues(peer networkingv1.NetworkPolicyPeer, values map[string]attr.Value) bool {
	if peer.IPBlock != nil {
		block, err := blockOf(peer.IPBlock.CIDR, peer.IPBlock.Except)
		if err != nil {
			return false
		}
		values["cidr"] = types.StringValue(block.CIDR)
		values["except"] = setOfTexts(block.Except)
		return true
	}
	if clusters := peer.NamespaceSelector; clusters != nil {
		names, named := namesOf(*clusters)
		switch {
		case named:
			values["clusters"] = setOfTexts(names)
		case labelsOnly(*clusters):
			values["cluster_labels"] = labelMap(clusters.MatchLabels)
		default:
			return false
		}
	}
	if instances := peer.PodSelector; instances != nil {
		if !labelsOnly(*instances) {
			return false
		}
		values["instance_labels"] = labelMap(instances.MatchLabels)
	}
	return true
}

// namesOf are the Namespaces that a selector names, and nothing else.
func namesOf(selector metav1.LabelSelector) ([]string, bool) {
	if len(selector.MatchLabels) > 0 || len(selector.MatchExpressions) != 1 {
		return nil, false
	}
	names := selector.MatchExpressions[0]
	if names.Key != mar.LabelNamespaceName || names.Operator != metav1.LabelSelectorOpIn {
		return nil, false
	}
	return knownTexts(setOfTexts(names.Values)), true
}

func labelsOnly(selector metav1.LabelSelector) bool {
	return len(selector.MatchLabels) > 0 && len(selector.MatchExpressions) == 0
}

// networkRulesValue keeps an empty set where that was written and none is there.
func networkRulesValue(rules []attr.Value, prior types.Object) types.Set {
	if len(rules) > 0 {
		return types.SetValueMust(RulesType().ElemType, rules)
	}
	if was, ok := prior.Attributes()["rules"].(types.Set); ok && !was.IsNull() && !was.IsUnknown() && len(was.Elements()) == 0 {
		return was
	}
	return types.SetNull(RulesType().ElemType)
}

func labelMap(labels map[string]string) types.Map {
	if len(labels) == 0 {
		return types.MapNull(types.StringType)
	}
	values := make(map[string]attr.Value, len(labels))
	for key, value := range labels {
		values[key] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, values)
}

func withoutPolicy(policies []Policy, name string) []Policy {
	var rest []Policy
	for _, p := range policies {
		if p.name != name {
			rest = append(rest, p)
		}
	}
	return rest
}
