package cluster

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
)

// What the acceptance tests, in a package of their own, need of the pure part.

func NetworkCases() []string { return networkCases() }

func NetworkCase(t *testing.T, name string) types.Object {
	t.Helper()
	_, _, network := networkCase(t, name)
	return network
}

func DesiredNetwork(t *testing.T, namespace string, networking types.Object) []*networkingv1ac.NetworkPolicyApplyConfiguration {
	t.Helper()
	configs, diags := network.Desired(context.Background(), namespace, networking)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return configs
}

func ObservedNetwork(policies []networkingv1.NetworkPolicy, prior types.Object) types.Object {
	return network.Observed(context.Background(), policies, prior)
}

func InOrder(want *networkingv1ac.NetworkPolicyApplyConfiguration, live *networkingv1.NetworkPolicy) bool {
	return network.Step(want, live) == child.Keep
}

func SurplusRulesPatch(want *networkingv1ac.NetworkPolicyApplyConfiguration, live *networkingv1.NetworkPolicy) ([]byte, error) {
	patch, _, err := network.SurplusPatch(want, live)
	return patch, err
}
