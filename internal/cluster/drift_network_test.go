package cluster

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

const (
	driftEverything = `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], ports = ["80"] }, { anywhere = true, ports = ["443"], applies_to = { role = "web" } }] }, egress = { default = "deny" }, instance_to_instance = true }`
	driftIngress    = `network = { ingress = { default = "deny", rules = [{ clusters = ["a"], ports = ["80"] }] } }`
	driftAllow      = `network = { ingress = { default = "allow" }, egress = { default = "allow" } }`
)

// editingPolicy changes the policy of that name.
func editingPolicy(name string, edit func(*networkingv1.NetworkPolicySpec)) func([]networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy {
	return func(policies []networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy {
		for i := range policies {
			if policies[i].Name == name {
				edit(&policies[i].Spec)
			}
		}
		return policies
	}
}

func deletingPolicies(names ...string) func([]networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy {
	return func(policies []networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy {
		return slices.DeleteFunc(policies, func(p networkingv1.NetworkPolicy) bool { return slices.Contains(names, p.Name) })
	}
}

// addingPolicy puts in a policy that carries our label.
func addingPolicy(name string, spec networkingv1.NetworkPolicySpec) func([]networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy {
	return func(policies []networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy {
		return append(policies, networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: child.Labels()}, Spec: spec})
	}
}

func TestObservedNetwork_driftIsShownWhereItIs(t *testing.T) {
	webPolicy := network.PolicyName(networkingv1.PolicyTypeIngress, map[string]string{"role": "web"})
	ingressOnly := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
	egressOnly := []networkingv1.PolicyType{networkingv1.PolicyTypeEgress}
	both := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	first := func(edit func(*networkingv1.NetworkPolicyIngressRule)) func([]networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy {
		return editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) { edit(&s.Ingress[0]) })
	}
	for name, c := range map[string]struct {
		written string
		edit    func([]networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy
		differ  []string
	}{
		"nothing":                      {driftEverything, deletingPolicies(), nil},
		"all policies deleted":         {driftIngress, deletingPolicies("mar-ingress"), []string{"egress", "ingress", "ingress.default", "ingress.rules", "instance_to_instance", "network"}},
		"one direction deleted":        {driftAllow, deletingPolicies("mar-ingress"), []string{"ingress", "ingress.default", "ingress.rules"}},
		"the base deleted":             {driftEverything, deletingPolicies("mar-egress"), []string{"egress.default"}},
		"the base of rules deleted":    {driftEverything, deletingPolicies("mar-ingress"), []string{"ingress.default", "ingress.rules"}},
		"a policy of rules deleted":    {driftEverything, deletingPolicies(webPolicy), []string{"ingress.rules"}},
		"dns deleted":                  {driftEverything, deletingPolicies("mar-egress-dns"), []string{"egress.dns"}},
		"instance to instance deleted": {driftEverything, deletingPolicies("mar-instance-to-instance"), []string{"instance_to_instance"}},
		"a label taken off":            {driftEverything, func(p []networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy { p[0].Labels = nil; return p }, []string{"egress.default"}},
		"a rule taken out":             {driftIngress, editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) { s.Ingress = nil }), []string{"ingress.rules"}},
		"a rule added": {driftIngress, editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) {
			s.Ingress = append(s.Ingress, networkingv1.NetworkPolicyIngressRule{From: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: "10.0.0.0/8"}}}})
		}), []string{"ingress.rules"}},
		"a port changed":           {driftIngress, first(func(r *networkingv1.NetworkPolicyIngressRule) { port := intstr.FromInt32(81); r.Ports[0].Port = &port }), []string{"ingress.rules"}},
		"the ports taken out":      {driftIngress, first(func(r *networkingv1.NetworkPolicyIngressRule) { r.Ports = nil }), []string{"ingress.rules"}},
		"every port of a protocol": {driftIngress, first(func(r *networkingv1.NetworkPolicyIngressRule) { r.Ports[0].Port = nil }), []string{"ingress.default", "ingress.rules"}},
		"the peers taken out":      {driftIngress, first(func(r *networkingv1.NetworkPolicyIngressRule) { r.From = nil }), []string{"ingress.rules"}},
		"all opened":               {driftIngress, editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) { s.Ingress = []networkingv1.NetworkPolicyIngressRule{{}} }), []string{"ingress.default", "ingress.rules"}},
		"all closed":               {driftAllow, editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) { s.Ingress = nil }), []string{"ingress.default"}},
		"another peer in the rule": {driftIngress, first(func(r *networkingv1.NetworkPolicyIngressRule) {
			r.From = append(r.From, networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{}})
		}), []string{"ingress.default", "ingress.rules"}},
		"all namespaces": {driftIngress, first(func(r *networkingv1.NetworkPolicyIngressRule) { r.From[0].NamespaceSelector = &metav1.LabelSelector{} }), []string{"ingress.default", "ingress.rules"}},
		"another operator": {driftIngress, first(func(r *networkingv1.NetworkPolicyIngressRule) {
			r.From[0].NamespaceSelector.MatchExpressions[0].Operator = metav1.LabelSelectorOpNotIn
		}), []string{"ingress.default", "ingress.rules"}},
		"host bits": {driftIngress, first(func(r *networkingv1.NetworkPolicyIngressRule) {
			r.From = []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: "10.0.0.1/8"}}}
		}), []string{"ingress.default", "ingress.rules"}},
		"another Pod selector": {driftIngress, editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) { s.PodSelector.MatchLabels = map[string]string{"a": "b"} }), []string{"ingress.default", "ingress.rules"}},
		"Pods by an expression": {driftEverything, editingPolicy(webPolicy, func(s *networkingv1.NetworkPolicySpec) {
			s.PodSelector.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: "a", Operator: metav1.LabelSelectorOpExists}}
		}), []string{"ingress.default"}},
		"limits the other direction":    {driftIngress, editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) { s.PolicyTypes = both }), []string{"egress", "egress.default", "egress.dns", "egress.rules", "ingress.default"}},
		"turned to the other direction": {driftIngress, editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) { s.PolicyTypes = egressOnly }), []string{"egress", "egress.default", "egress.dns", "egress.rules", "ingress.default"}},
		"rules of the other direction":  {driftIngress, editingPolicy("mar-ingress", func(s *networkingv1.NetworkPolicySpec) { s.Egress = []networkingv1.NetworkPolicyEgressRule{{}} }), []string{"ingress.default"}},
		"dns edited":                    {driftEverything, editingPolicy("mar-egress-dns", func(s *networkingv1.NetworkPolicySpec) { s.Egress[0].Ports = nil }), []string{"egress.dns"}},
		"dns under allow":               {driftAllow, addingPolicy("mar-egress-dns", network.DNSPolicy().Spec), []string{"egress.dns"}},
		"instance to instance edited": {driftEverything, editingPolicy("mar-instance-to-instance", func(s *networkingv1.NetworkPolicySpec) {
			s.Ingress[0].From[0].NamespaceSelector = &metav1.LabelSelector{}
		}), []string{"instance_to_instance"}},
		"instance to instance halved":   {driftEverything, editingPolicy("mar-instance-to-instance", func(s *networkingv1.NetworkPolicySpec) { s.PolicyTypes, s.Egress = ingressOnly, nil }), []string{"instance_to_instance"}},
		"instance to instance added":    {driftIngress, addingPolicy("mar-instance-to-instance", network.InstanceToInstance(ingressOnly).Spec), []string{"instance_to_instance"}},
		"and it denies the other way":   {driftIngress, addingPolicy("mar-instance-to-instance", network.InstanceToInstance(both).Spec), []string{"egress", "egress.default", "egress.dns", "egress.rules", "instance_to_instance"}},
		"instance to instance on allow": {driftAllow, addingPolicy("mar-instance-to-instance", network.InstanceToInstance(ingressOnly).Spec), []string{"instance_to_instance"}},
		"unknown name":                  {driftEverything, addingPolicy("mar-mine", networkingv1.NetworkPolicySpec{PolicyTypes: ingressOnly}), []string{"ingress.default"}},
		"unknown name, both ways":       {driftEverything, addingPolicy("other", networkingv1.NetworkPolicySpec{PolicyTypes: both}), []string{"egress.default", "ingress.default"}},
		"unknown name on allow":         {driftAllow, addingPolicy("other", networkingv1.NetworkPolicySpec{PolicyTypes: egressOnly}), []string{"egress.default"}},
		"a hash of nothing":             {driftEverything, addingPolicy("mar-ingress-0123456789", networkingv1.NetworkPolicySpec{PolicyTypes: ingressOnly}), []string{"ingress.default"}},
		"more rules for some":           {driftEverything, addingPolicy(network.PolicyName(networkingv1.PolicyTypeIngress, map[string]string{"a": "b"}), network.PolicySpec(networkingv1.PolicyTypeIngress, map[string]string{"a": "b"}, []network.Rule{{}})), []string{"ingress.rules"}},
		"policies where none is wanted": {`network = null`, addingPolicy("mar-ingress", networkingv1.NetworkPolicySpec{PolicyTypes: ingressOnly}), []string{"ingress", "ingress.default", "ingress.rules", "egress", "instance_to_instance", "network"}},
	} {
		t.Run(name, func(t *testing.T) {
			networking := plannedNetwork(networkOf(t, c.written))
			live := c.edit(servedPolicies(t, networking))
			got := network.Observed(t.Context(), live, networking)
			slices.Sort(c.differ)
			if diff := cmp.Diff(c.differ, networkDifferences(networking, got)); diff != "" {
				t.Errorf("-want +got\n%s\n%s", diff, got)
			}
			readsTheSameWhateverThePrior(t, live, networking, got)
		})
	}
}

// readsTheSameWhateverThePrior checks that a refresh that is kept doesn't hide
// what it found: the next one reads the same, and so does an import.
func readsTheSameWhateverThePrior(t *testing.T, live []networkingv1.NetworkPolicy, networking, got types.Object) {
	t.Helper()
	if again := network.Observed(t.Context(), live, got); !again.Equal(got) {
		t.Errorf("the second read differs from the first:\n%s\n%s", got, again)
	}
	imported := network.Observed(t.Context(), live, types.ObjectNull(network.Types()))
	if diff := cmp.Diff(networkDifferences(networking, got), networkDifferences(networking, imported)); diff != "" {
		t.Errorf("an import reads something else: -read +import\n%s", diff)
	}
	// A state that says "edited" is no reason to go on saying it.
	if repaired := network.Observed(t.Context(), servedPolicies(t, networking), got); len(networkDifferences(networking, repaired)) > 0 {
		t.Errorf("set right, it still differs in %v: %s", networkDifferences(networking, repaired), repaired)
	}
}

func TestObservedNetwork_policiesOfOthersUnderOurNamesAreNotRead(t *testing.T) {
	networking := plannedNetwork(networkOf(t, driftIngress))
	live := servedPolicies(t, networking)
	live[0].Labels = map[string]string{mar.LabelManagedBy: "somebody"}
	if got := network.Observed(t.Context(), live, networking); !got.IsNull() {
		t.Errorf("got %s", got)
	}
}
