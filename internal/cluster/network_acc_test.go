package cluster_test

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	networkingv1client "k8s.io/client-go/kubernetes/typed/networking/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/cluster"
)

func listedPolicies(t *testing.T, policies networkingv1client.NetworkPolicyInterface) []networkingv1.NetworkPolicy {
	t.Helper()
	list, err := policies.List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// The API server takes the policies of each case and gives them back as what was
// written.
func TestAccCluster_networkPoliciesAreReadBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	namespace := acctest.Namespace(t)
	policies := acctest.Client(t).NetworkingV1().NetworkPolicies(namespace)
	for _, name := range cluster.NetworkCases() {
		network := cluster.NetworkCase(t, name)
		for _, want := range cluster.DesiredNetwork(t, namespace, network) {
			written, err := policies.Apply(t.Context(), cluster.Configuration(t, want), metav1.ApplyOptions{FieldManager: "test"})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !cluster.InOrder(want, written) {
				t.Errorf("%s: the server made something else of %s: %+v", name, written.Name, written.Spec)
			}
		}
		if got := cluster.ObservedNetwork(listedPolicies(t, policies), network); !got.Equal(network) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, network)
		}
		if err := policies.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever somebody edits into a policy, an apply and the patch set it right.
func TestAccCluster_editedNetworkPolicyIsSetRight(t *testing.T) {
	namespace := acctest.Namespace(t)
	policies := acctest.Client(t).NetworkingV1().NetworkPolicies(namespace)
	force := metav1.ApplyOptions{FieldManager: "test", Force: true}
	for _, name := range []string{"ingress-deny", "clusters", "isolated"} {
		network := cluster.NetworkCase(t, name)
		for _, want := range cluster.DesiredNetwork(t, namespace, network) {
			live, err := policies.Apply(t.Context(), cluster.Configuration(t, want), force)
			if err != nil {
				t.Fatal(err)
			}
			live.Spec = networkingv1.NetworkPolicySpec{
				PodSelector: metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "a", Operator: metav1.LabelSelectorOpExists}}},
				PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress, networkingv1.PolicyTypeIngress},
				Ingress:     []networkingv1.NetworkPolicyIngressRule{{}, {}},
				Egress:      []networkingv1.NetworkPolicyEgressRule{{}, {}},
			}
			if _, err := policies.Update(t.Context(), live, metav1.UpdateOptions{FieldManager: "somebody"}); err != nil {
				t.Fatal(err)
			}
			if cluster.InOrder(want, live) {
				t.Errorf("%s: %s is found in order as %+v", name, live.Name, live.Spec)
			}
			written, err := policies.Apply(t.Context(), cluster.Configuration(t, want), force)
			if err != nil {
				t.Fatal(err)
			}
			patch, err := cluster.SurplusRulesPatch(want, written)
			if err != nil {
				t.Fatal(err)
			}
			if patch != nil {
				if written, err = policies.Patch(t.Context(), written.Name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			if !cluster.InOrder(want, written) {
				t.Errorf("%s: %s is still %+v", name, written.Name, written.Spec)
			}
		}
		if got := cluster.ObservedNetwork(listedPolicies(t, policies), network); !got.Equal(network) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, network)
		}
		if err := policies.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}
