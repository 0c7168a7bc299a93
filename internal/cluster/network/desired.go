package network

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

// Names of the NetworkPolicies. A rule with applies_to is in a policy whose name
// is that of its direction and a hash of the labels.
const (
	ingressPolicyName            = "mar-ingress"
	egressPolicyName             = "mar-egress"
	dnsPolicyName                = "mar-egress-dns"
	instanceToInstanceName       = "mar-instance-to-instance"
	dnsPort                int32 = 53
)

// Policy is a NetworkPolicy without what is the same for all of them.
type Policy struct {
	name string
	Spec networkingv1.NetworkPolicySpec
}

// Desired are the policies that a known network means, sorted by name. A
// network that isn't valid is an error, for a rule that is left out or taken for
// a wider one would be no small thing.
func Desired(ctx context.Context, namespace string, network types.Object) ([]*networkingv1.NetworkPolicy, diag.Diagnostics) {
	diags := Validate(ctx, network)
	if diags.HasError() || network.IsNull() {
		return nil, diags
	}
	policies, err := networkPolicies(ctx, network)
	if err != nil {
		diags.AddAttributeError(path.Root("network"), "Invalid network", err.Error()+".")
		return nil, diags
	}
	desired := make([]*networkingv1.NetworkPolicy, 0, len(policies))
	for _, p := range policies {
		desired = append(desired, &networkingv1.NetworkPolicy{
			TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: child.KindPolicy},
			ObjectMeta: child.Meta(namespace, p.name),
			Spec:       p.Spec,
		})
	}
	return desired, diags
}

func networkPolicies(ctx context.Context, network types.Object) ([]Policy, error) {
	if err := knownInWhole(ctx, network); err != nil {
		return nil, err
	}
	var policies []Policy
	var denied []networkingv1.PolicyType
	for _, direction := range directions() {
		object := DirectionIn(network, direction)
		if !child.IsDeclared(object) {
			continue
		}
		l, err := directionLimitsOf(ctx, object)
		if err != nil {
			return nil, err
		}
		policies = append(policies, policiesOf(direction, l)...)
		if !l.allow {
			denied = append(denied, direction)
		}
	}
	together, ok := network.Attributes()["instance_to_instance"].(types.Bool)
	if ok && together.ValueBool() && len(denied) > 0 {
		policies = append(policies, InstanceToInstance(denied))
	}
	slices.SortFunc(policies, func(a, b Policy) int { return cmp.Compare(a.name, b.name) })
	return policies, nil
}

func directions() []networkingv1.PolicyType {
	return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
}

func DirectionIn(network types.Object, direction networkingv1.PolicyType) types.Object {
	object, ok := network.Attributes()[directionAttribute(direction)].(types.Object)
	if !ok {
		return types.ObjectNull(directionTypes(direction))
	}
	return object
}

// policiesOf are the policies of one direction. An explicit "allow" is a policy
// too: left to nothing, another one could limit the instances.
func policiesOf(direction networkingv1.PolicyType, l directionLimits) []Policy {
	base := PolicyName(direction, nil)
	byName := map[string][]Rule{base: nil}
	if l.allow {
		byName[base] = []Rule{{}}
	}
	appliesTo := map[string]map[string]string{}
	for _, r := range l.rules {
		name := PolicyName(direction, r.appliesTo)
		byName[name] = append(byName[name], r)
		appliesTo[name] = r.appliesTo
	}
	var policies []Policy
	for name, rules := range byName {
		policies = append(policies, Policy{name: name, Spec: PolicySpec(direction, appliesTo[name], rules)})
	}
	if direction == networkingv1.PolicyTypeEgress && l.dns && !l.allow {
		policies = append(policies, DNSPolicy())
	}
	return policies
}

func PolicyName(direction networkingv1.PolicyType, appliesTo map[string]string) string {
	name := map[networkingv1.PolicyType]string{
		networkingv1.PolicyTypeIngress: ingressPolicyName,
		networkingv1.PolicyTypeEgress:  egressPolicyName,
	}[direction]
	if len(appliesTo) == 0 {
		return name
	}
	sum := sha256.Sum256([]byte(labels.Set(appliesTo).String()))
	return name + "-" + hex.EncodeToString(sum[:5])
}

// PolicySpec has the rules in the order of their texts, so that the order in which
// they were written is no difference.
func PolicySpec(direction networkingv1.PolicyType, appliesTo map[string]string, rules []Rule) networkingv1.NetworkPolicySpec {
	spec := networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: appliesTo},
		PolicyTypes: []networkingv1.PolicyType{direction},
	}
	rules = slices.Clone(rules)
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Compare(a.text(), b.text()) })
	rules = slices.CompactFunc(rules, func(a, b Rule) bool { return a.text() == b.text() })
	for _, r := range rules {
		addPermit(&spec, direction, r.networkPermit)
	}
	return spec
}

func addPermit(spec *networkingv1.NetworkPolicySpec, direction networkingv1.PolicyType, p networkPermit) {
	switch direction {
	case networkingv1.PolicyTypeIngress:
		spec.Ingress = append(spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: p.peers, Ports: p.ports})
	case networkingv1.PolicyTypeEgress:
		spec.Egress = append(spec.Egress, networkingv1.NetworkPolicyEgressRule{To: p.peers, Ports: p.ports})
	}
}

// DNSPolicy opens port 53 of everyone: where the names are looked up differs from
// one Kubernetes to the next, and a cache on the node has no labels to select.
func DNSPolicy() Policy {
	var ports []networkingv1.NetworkPolicyPort
	for _, protocol := range []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP} {
		number := intstr.FromInt32(dnsPort)
		ports = append(ports, networkingv1.NetworkPolicyPort{Port: &number, Protocol: &protocol})
	}
	return Policy{name: dnsPolicyName, Spec: PolicySpec(networkingv1.PolicyTypeEgress, nil, []Rule{{networkPermit: networkPermit{ports: ports}}})}
}

// InstanceToInstance opens the denied directions between all Pods of the
// Namespace.
func InstanceToInstance(denied []networkingv1.PolicyType) Policy {
	spec := networkingv1.NetworkPolicySpec{PolicyTypes: denied}
	for _, direction := range denied {
		addPermit(&spec, direction, networkPermit{peers: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}})
	}
	return Policy{name: instanceToInstanceName, Spec: spec}
}
