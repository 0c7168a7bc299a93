package cluster

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/store"
)

// What the acceptance tests, in a package of their own, need of the pure part.

func NetworkCases() []string { return networkCases() }

func NetworkCase(t *testing.T, name string) types.Object {
	t.Helper()
	_, _, network := networkCase(t, name)
	return network
}

func DesiredNetwork(t *testing.T, namespace string, networking types.Object) []*networkingv1.NetworkPolicy {
	t.Helper()
	policies, diags := network.Desired(context.Background(), namespace, networking)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return policies
}

func ObservedNetwork(policies []networkingv1.NetworkPolicy, prior types.Object) types.Object {
	return network.Observed(context.Background(), policies, prior)
}

func InOrder(want, live *networkingv1.NetworkPolicy) bool {
	return network.Step(want, live) == child.Keep
}

func SurplusRulesPatch(want, live *networkingv1.NetworkPolicy) ([]byte, error) {
	patch, _, err := network.SurplusPatch(want, live)
	return patch, err
}

func Configuration(t *testing.T, policy *networkingv1.NetworkPolicy) *networkingv1ac.NetworkPolicyApplyConfiguration {
	t.Helper()
	config, err := store.Configuration[networkingv1ac.NetworkPolicyApplyConfiguration](policy)
	if err != nil {
		t.Fatal(err)
	}
	return config
}
