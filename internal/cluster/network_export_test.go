package cluster

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"
)

// What the acceptance tests, in a package of their own, need of the pure part.

func NetworkCases() []string { return networkCases() }

func NetworkCase(t *testing.T, name string) types.Object {
	t.Helper()
	_, _, network := networkCase(t, name)
	return network
}

func DesiredNetwork(t *testing.T, namespace string, network types.Object) []*networkingv1ac.NetworkPolicyApplyConfiguration {
	t.Helper()
	configs, diags := desiredNetwork(context.Background(), namespace, network)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return configs
}

func ObservedNetwork(policies []networkingv1.NetworkPolicy, prior types.Object) types.Object {
	return observedNetwork(context.Background(), policies, prior)
}

func InOrder(want *networkingv1ac.NetworkPolicyApplyConfiguration, live *networkingv1.NetworkPolicy) bool {
	return networkPolicyStep(want, live) == keep
}

func SurplusRulesPatch(want *networkingv1ac.NetworkPolicyApplyConfiguration, live *networkingv1.NetworkPolicy) ([]byte, error) {
	patch, _, err := surplusRulesPatch(want, live)
	return patch, err
}
