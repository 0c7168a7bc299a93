package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func noChanges() objects.Changes {
	return objects.Changes{
		Quotas: map[string]child.Step{}, LimitRanges: map[string]child.Step{}, Policies: map[string]child.Step{}, ServiceAccounts: map[string]child.Step{}, Roles: map[string]child.Step{}, Bindings: map[string]child.Step{},
	}
}

func TestChanges(t *testing.T) {
	base := configurations()["children"]
	entries := func(m types.Map, edit func(map[string]attr.Value)) types.Map {
		values := m.Elements()
		edit(values)
		return types.MapValueMust(m.ElementType(t.Context()), values)
	}
	for name, c := range map[string]struct {
		edit func(*model.Cluster)
		want func(*objects.Changes)
	}{
		"nothing":        {func(*model.Cluster) {}, func(*objects.Changes) {}},
		"region":         {func(m *model.Cluster) { m.Region = types.StringValue("eu") }, func(c *objects.Changes) { c.Namespace = child.Apply }},
		"a label":        {func(m *model.Cluster) { m.LabelsAll = texts(map[string]string{"a": "b"}) }, func(c *objects.Changes) { c.Namespace = child.Apply }},
		"an annotation":  {func(m *model.Cluster) { m.AnnotationsAll = texts(map[string]string{"a": "b"}) }, func(c *objects.Changes) { c.Namespace = child.Apply }},
		"no annotations": {func(m *model.Cluster) { m.AnnotationsAll = texts(nil) }, func(*objects.Changes) {}},
		"pod security": {func(m *model.Cluster) {
			m.PodSecurity = object(podsecurity.Types(), map[string]attr.Value{"enforce": types.StringValue("privileged")})
		}, func(c *objects.Changes) { c.Namespace = child.Apply }},
		"quota gone":      {func(m *model.Cluster) { m.Quota = types.ObjectNull(quota.Types()) }, func(c *objects.Changes) { c.Quotas["mar-quota"] = child.Remove }},
		"quota changed":   {func(m *model.Cluster) { m.Quota = quotaWith(map[string]attr.Value{"instances": types.Int64Value(1)}) }, func(c *objects.Changes) { c.Quotas["mar-quota"] = child.Apply }},
		"quota respelled": {func(m *model.Cluster) { m.Quota = respelled(m.Quota) }, func(*objects.Changes) {}},
		"limits gone":     {func(m *model.Cluster) { m.LimitRange = types.ObjectNull(limits.Types()) }, func(c *objects.Changes) { c.LimitRanges["mar-limits"] = child.Remove }},
		"limits changed": {func(m *model.Cluster) {
			m.LimitRange = limitRange(map[string]attr.Value{"instance": object(limits.InstanceLimitsTypes(), map[string]attr.Value{"max": amounts(map[string]string{"cpu": "9"})})})
		}, func(c *objects.Changes) { c.LimitRanges["mar-limits"] = child.Apply }},
		"a scoped quota gone": {func(m *model.Cluster) {
			m.ScopedQuotas = entries(m.ScopedQuotas, func(all map[string]attr.Value) { delete(all, "batch") })
		}, func(c *objects.Changes) { c.Quotas["mar-quota-batch"] = child.Remove }},
		"a scoped quota's scopes": {func(m *model.Cluster) {
			m.ScopedQuotas = entries(m.ScopedQuotas, func(all map[string]attr.Value) {
				all["batch"] = object(quota.ScopedType().AttrTypes, map[string]attr.Value{"scopes": textSet("NotTerminating"), "instances": types.Int64Value(5)})
			})
		}, func(c *objects.Changes) { c.Quotas["mar-quota-batch"] = child.Apply }},
		"network gone": {func(m *model.Cluster) { m.Network = types.ObjectNull(network.Types()) }, func(c *objects.Changes) {
			c.Policies["mar-egress"], c.Policies["mar-egress-dns"], c.Policies["mar-instance-to-instance"] = child.Remove, child.Remove, child.Remove
		}},
		"network allowed": {func(m *model.Cluster) {
			m.Network = object(network.Types(), map[string]attr.Value{
				"egress":               object(network.EgressTypes(), map[string]attr.Value{"default": types.StringValue("allow"), "dns": types.BoolValue(true)}),
				"instance_to_instance": types.BoolValue(true),
			})
		}, func(c *objects.Changes) {
			c.Policies["mar-egress"], c.Policies["mar-egress-dns"], c.Policies["mar-instance-to-instance"] = child.Apply, child.Remove, child.Remove
		}},
		"another role": {func(m *model.Cluster) {
			m.Access = entries(m.Access, func(all map[string]attr.Value) {
				all["readers"] = accessWith(map[string]attr.Value{"role": types.StringValue("edit"), "users": textSet("jane", "joe")})
			})
		}, func(c *objects.Changes) { c.Bindings["mar-readers"] = child.Replace }},
		"another user": {func(m *model.Cluster) {
			m.Access = entries(m.Access, func(all map[string]attr.Value) {
				all["readers"] = accessWith(map[string]attr.Value{"role": types.StringValue("view"), "users": textSet("jane", "jim")})
			})
		}, func(c *objects.Changes) { c.Bindings["mar-readers"] = child.Apply }},
		"rules become a role": {func(m *model.Cluster) {
			m.Access = entries(m.Access, func(all map[string]attr.Value) {
				all["ops"] = accessWith(map[string]attr.Value{"role": types.StringValue("edit"), "groups": textSet("ops"), "service_accounts": textSet("prod/deployer")})
			})
		}, func(c *objects.Changes) { c.Bindings["mar-ops"], c.Roles["mar-ops"] = child.Replace, child.Remove }},
		"a service account more": {func(m *model.Cluster) { m.ServiceAccounts = textSet("deployer", "robot") }, func(c *objects.Changes) { c.ServiceAccounts["robot"] = child.Apply }},
		"a service account gone": {func(m *model.Cluster) { m.ServiceAccounts = types.SetNull(types.StringType) }, func(c *objects.Changes) { c.ServiceAccounts["deployer"] = child.Remove }},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := objects.DesiredOf(t.Context(), base, child.Adopted{})
			plan := base
			c.edit(&plan)
			want, _ := objects.DesiredOf(t.Context(), plan, child.Adopted{})
			expected := noChanges()
			c.want(&expected)
			if diff := cmp.Diff(expected, objects.ChangesBetween(want, served(t, before), objects.Dropped{})); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func respelled(q types.Object) types.Object {
	values := q.Attributes()
	values["cpu"] = fwtypes.NewQuantity("2")
	values["memory"] = fwtypes.NewQuantity("4Gi")
	return types.ObjectValueMust(quota.Types(), values)
}

func TestLacksDefaults(t *testing.T) {
	both := quotaWith(map[string]attr.Value{"cpu": fwtypes.NewQuantity("1"), "memory": fwtypes.NewQuantity("1Gi")})
	requests := quotaWith(map[string]attr.Value{"requests_cpu": fwtypes.NewQuantity("1"), "requests_memory": fwtypes.NewQuantity("1Gi")})
	for name, c := range map[string]struct {
		quota, limitRange types.Object
		want              []string
	}{
		"no quota":          {types.ObjectNull(quota.Types()), types.ObjectNull(limits.Types()), nil},
		"counts only":       {quotaWith(map[string]attr.Value{"instances": types.Int64Value(1)}), types.ObjectNull(limits.Types()), nil},
		"no limit range":    {both, types.ObjectNull(limits.Types()), []string{"cpu", "memory"}},
		"a default for one": {both, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "1"})})}), []string{"memory"}},
		"max is a default":  {both, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"max": amounts(map[string]string{"cpu": "1", "memory": "1Gi"})})}), nil},
		"requests":          {requests, types.ObjectNull(limits.Types()), []string{"requests_cpu", "requests_memory"}},
		"a default request": {requests, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default_request": amounts(map[string]string{"cpu": "1"})})}), []string{"requests_memory"}},
		"from other limits": {requests, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"min": amounts(map[string]string{"cpu": "1"}), "default": amounts(map[string]string{"memory": "1Gi"})})}), nil},
		"a request is none": {both, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default_request": amounts(map[string]string{"cpu": "1", "memory": "1Gi"})})}), []string{"cpu", "memory"}},
		"not known yet":     {both, types.ObjectUnknown(limits.Types()), nil},
	} {
		m := model.NewCluster("dev")
		m.Quota, m.LimitRange = c.quota, c.limitRange
		if diff := cmp.Diff(c.want, limits.LacksDefaults(t.Context(), m.Quota, m.LimitRange)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}
