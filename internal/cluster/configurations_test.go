package cluster

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func texts(m map[string]string) types.Map {
	values := map[string]attr.Value{}
	for key, value := range m {
		values[key] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, values)
}

func amounts(m map[string]string) types.Map {
	values := map[string]attr.Value{}
	for key, value := range m {
		values[key] = fwtypes.NewQuantity(value)
	}
	return types.MapValueMust(fwtypes.QuantityType{}, values)
}

func object(t map[string]attr.Type, set map[string]attr.Value) types.Object {
	values := fw.Nulls(t)
	for name, value := range set {
		values[name] = value
	}
	return types.ObjectValueMust(t, values)
}

func quotaWith(set map[string]attr.Value) types.Object { return object(quota.Types(), set) }

func limitRange(set map[string]attr.Value) types.Object { return object(limits.Types(), set) }

func containerOf(t *testing.T, limitRange types.Object) map[string]attr.Value {
	t.Helper()
	c, ok := limitRange.Attributes()["container"].(types.Object)
	if !ok {
		t.Fatalf("no container in %v", limitRange)
	}
	return c.Attributes()
}

func container(set map[string]attr.Value) types.Object {
	return object(limits.ContainerLimitsTypes(), set)
}

// configurations are what the golden files show the meaning of.
func configurations() map[string]model.Cluster {
	bare := model.NewCluster("dev")
	bare.LabelsAll = texts(nil)

	labelled := model.NewCluster("dev")
	labelled.Region = types.StringValue("us-east-1")
	labelled.Labels = texts(map[string]string{"team": "payments"})
	labelled.LabelsAll = texts(map[string]string{"team": "payments", "env": "test"})
	labelled.Annotations = texts(map[string]string{"example.com/owner": "pay@example.com"})
	labelled.AnnotationsAll = texts(map[string]string{"example.com/owner": "pay@example.com", "example.com/bill": "4711"})

	full := model.NewCluster("prod")
	full.LabelsAll = texts(nil)
	full.Quota = quotaWith(map[string]attr.Value{
		"cpu": fwtypes.NewQuantity("2000m"), "memory": fwtypes.NewQuantity("4096Mi"),
		"requests_cpu": fwtypes.NewQuantity("1"), "requests_memory": fwtypes.NewQuantity("2Gi"),
		"ephemeral_storage": fwtypes.NewQuantity("10Gi"), "storage": fwtypes.NewQuantity("1Ti"),
		"instances": types.Int64Value(10), "services": types.Int64Value(5), "load_balancers": types.Int64Value(0),
		"node_ports": types.Int64Value(0), "volumes": types.Int64Value(4), "config_maps": types.Int64Value(20), "secrets": types.Int64Value(30),
		"extra": amounts(map[string]string{"count/jobs.batch": "10", "requests.nvidia.com/gpu": "4"}),
	})
	full.LimitRange = limitRange(map[string]attr.Value{
		"container": container(map[string]attr.Value{
			"default":                 amounts(map[string]string{"cpu": "500m", "memory": "512Mi"}),
			"default_request":         amounts(map[string]string{"cpu": "250m"}),
			"min":                     amounts(map[string]string{"cpu": "100m"}),
			"max":                     amounts(map[string]string{"cpu": "4", "memory": "8Gi"}),
			"max_limit_request_ratio": amounts(map[string]string{"cpu": "4"}),
		}),
		"instance": object(limits.InstanceLimitsTypes(), map[string]attr.Value{"max": amounts(map[string]string{"cpu": "8"}), "max_limit_request_ratio": amounts(map[string]string{"memory": "2"})}),
		"volume":   object(limits.VolumeLimitsTypes(), map[string]attr.Value{"min": fwtypes.NewQuantity("1Gi"), "max": fwtypes.NewQuantity("100Gi")}),
	})
	return map[string]model.Cluster{"bare": bare, "labelled": labelled, "full": full, "children": withChildren(full)}
}

// withChildren has of each kind of child at least one.
func withChildren(m model.Cluster) model.Cluster {
	m.ScopedQuotas = types.MapValueMust(quota.ScopedType(), map[string]attr.Value{
		"batch": object(quota.ScopedType().AttrTypes, map[string]attr.Value{"scopes": textSet("Terminating"), "instances": types.Int64Value(5)}),
		"high": object(quota.ScopedType().AttrTypes, map[string]attr.Value{
			"scopes": textSet("PriorityClass", "NotBestEffort"), "priority_classes": textSet("high", "higher"), "cpu": fwtypes.NewQuantity("0.5k"),
			"extra": amounts(map[string]string{"requests.nvidia.com/gpu": "1"}),
		}),
	})
	m.Access = types.MapValueMust(access.Type(), map[string]attr.Value{
		"readers": accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": textSet("joe", "jane"), "groups": textSet()}),
		"ops": accessWith(map[string]attr.Value{
			"rules": types.SetValueMust(access.RuleType(), []attr.Value{
				object(access.RuleType().AttrTypes, map[string]attr.Value{"api_groups": textSet(""), "resources": textSet("pods", "pods/log"), "verbs": textSet("list", "get")}),
				object(access.RuleType().AttrTypes, map[string]attr.Value{"api_groups": textSet("apps"), "resources": textSet("deployments"), "resource_names": textSet("web"), "verbs": textSet("*")}),
			}),
			"groups": textSet("ops"), "service_accounts": textSet("prod/deployer"),
		}),
	})
	denied := map[string]attr.Value{"default": types.StringValue("deny"), "dns": types.BoolValue(true)}
	m.Network = object(network.Types(), map[string]attr.Value{
		"egress": object(network.EgressTypes(), denied), "instance_to_instance": types.BoolValue(true),
	})
	m.ServiceAccounts = textSet("deployer")
	m.PodSecurity = object(podsecurity.Types(), map[string]attr.Value{
		"enforce": types.StringValue("baseline"), "warn": types.StringValue("restricted"), "version": types.StringValue("v1.34"),
	})
	return m
}

func textSet(texts ...string) types.Set {
	return child.SetOf(texts, types.SetValueMust(types.StringType, nil))
}

func accessWith(set map[string]attr.Value) types.Object { return object(access.Type().AttrTypes, set) }

// served is what the API server would hold after an apply.
func served(tb testing.TB, want objects.Desired) objects.Observed {
	tb.Helper()
	o := objects.Observed{Namespace: want.Namespace.DeepCopy()}.Own(child.Adopted{})
	o.Namespace.UID = "u-1"
	servedAs(tb, want.Quotas, o.Quotas, func() *corev1.ResourceQuota { return &corev1.ResourceQuota{} })
	servedAs(tb, want.LimitRanges, o.LimitRanges, func() *corev1.LimitRange { return &corev1.LimitRange{} })
	servedAs(tb, want.Policies, o.Policies, func() *networkingv1.NetworkPolicy { return &networkingv1.NetworkPolicy{} })
	servedAs(tb, want.ServiceAccounts, o.ServiceAccounts, func() *corev1.ServiceAccount { return &corev1.ServiceAccount{} })
	servedAs(tb, want.Roles, o.Roles, func() *rbacv1.Role { return &rbacv1.Role{} })
	servedAs(tb, want.Bindings, o.Bindings, func() *rbacv1.RoleBinding { return &rbacv1.RoleBinding{} })
	for _, bounds := range o.LimitRanges {
		for i, item := range bounds.Spec.Limits {
			bounds.Spec.Limits[i] = limits.FilledIn(item)
		}
	}
	return o
}

func servedAs[C, T any](tb testing.TB, want map[string]C, have map[string]T, empty func() T) {
	tb.Helper()
	for name, config := range want {
		object := empty()
		convert(tb, config, object)
		have[name] = object
	}
}

func convert(tb testing.TB, from, to any) {
	tb.Helper()
	data, err := yaml.Marshal(from)
	if err != nil {
		tb.Fatal(err)
	}
	if err := yaml.Unmarshal(data, to); err != nil {
		tb.Fatal(err)
	}
}
