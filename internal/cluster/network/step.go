package network

import (
	"encoding/json"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Step compares what the policies mean: their names are equal.
func Step(want, live *networkingv1.NetworkPolicy) child.Step {
	if sameTexts([]Policy{{name: live.Name, Spec: want.Spec}}, []Policy{{name: live.Name, Spec: live.Spec}}) {
		return child.Keep
	}
	return child.Apply
}

// SurplusPatch is the merge patch that removes the rules of a direction in
// which none is wanted, or nil where there are none: an apply of no rules leaves
// those that somebody else wrote. It holds for the policy as it was read.
func SurplusPatch(want, live *networkingv1.NetworkPolicy) ([]byte, []fieldpath.Path, error) {
	surplus := map[string]any{}
	var fields []fieldpath.Path
	if len(want.Spec.Ingress) == 0 && len(live.Spec.Ingress) > 0 {
		surplus["ingress"] = nil
		fields = append(fields, fieldpath.MakePathOrDie("spec", "ingress"))
	}
	if len(want.Spec.Egress) == 0 && len(live.Spec.Egress) > 0 {
		surplus["egress"] = nil
		fields = append(fields, fieldpath.MakePathOrDie("spec", "egress"))
	}
	if len(surplus) == 0 {
		return nil, nil, nil
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": live.UID, "resourceVersion": live.ResourceVersion},
		"spec":     surplus,
	})
	return patch, fields, err
}

func ourPolicies(policies []networkingv1.NetworkPolicy) []networkingv1.NetworkPolicy {
	return slices.DeleteFunc(slices.Clone(policies), func(p networkingv1.NetworkPolicy) bool { return !mar.IsOurs(&p) })
}

// sameTexts reports whether both hold the same policies, in whatever order and
// spelling.
func sameTexts(a, b []Policy) bool {
	return slices.Equal(policyTexts(a), policyTexts(b))
}

func policyTexts(policies []Policy) []string {
	texts := make([]string, 0, len(policies))
	for _, p := range policies {
		texts = append(texts, policyText(p))
	}
	slices.Sort(texts)
	return texts
}

// policyText is the same for two policies of one name that mean the same.
func policyText(p Policy) string {
	parts := []string{p.name, "for " + metav1.FormatLabelSelector(&p.Spec.PodSelector)}
	for _, direction := range directions() {
		if slices.Contains(p.Spec.PolicyTypes, direction) {
			parts = append(parts, "limits "+string(direction))
		}
		var rules []string
		for _, p := range permitsIn(p.Spec, direction) {
			rules = append(rules, string(direction)+" "+p.text())
		}
		parts = append(parts, sortedUnique(rules)...)
	}
	return strings.Join(parts, "\n")
}

// permitsIn are the rules of a policy for one direction.
func permitsIn(spec networkingv1.NetworkPolicySpec, direction networkingv1.PolicyType) []networkPermit {
	var permits []networkPermit
	switch direction {
	case networkingv1.PolicyTypeIngress:
		for _, r := range spec.Ingress {
			permits = append(permits, networkPermit{peers: r.From, ports: r.Ports})
		}
	case networkingv1.PolicyTypeEgress:
		for _, r := range spec.Egress {
			permits = append(permits, networkPermit{peers: r.To, ports: r.Ports})
		}
	}
	return permits
}

// text is the same for two rules that mean the same, in whatever order and
// spelling.
func (p networkPermit) text() string {
	var peers, ports []string
	for _, peer := range p.peers {
		peers = append(peers, peerText(peer))
	}
	for _, port := range p.ports {
		ports = append(ports, PortText(port))
	}
	return "[" + strings.Join(sortedUnique(peers), "; ") + "] on [" + strings.Join(sortedUnique(ports), "; ") + "]"
}

func peerText(peer networkingv1.NetworkPolicyPeer) string {
	var parts []string
	if peer.NamespaceSelector != nil {
		parts = append(parts, "clusters "+metav1.FormatLabelSelector(peer.NamespaceSelector))
	}
	if peer.PodSelector != nil {
		parts = append(parts, "instances "+metav1.FormatLabelSelector(peer.PodSelector))
	}
	if peer.IPBlock != nil {
		var except []string
		for _, text := range peer.IPBlock.Except {
			except = append(except, canonicalCIDR(text))
		}
		parts = append(parts, canonicalCIDR(peer.IPBlock.CIDR)+" except "+strings.Join(sortedUnique(except), ", "))
	}
	return strings.Join(parts, " and ")
}
