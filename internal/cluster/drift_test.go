package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func noChanges() changes {
	return changes{
		Quotas: map[string]step{}, LimitRanges: map[string]step{}, Policies: map[string]step{}, ServiceAccounts: map[string]step{}, Roles: map[string]step{}, Bindings: map[string]step{},
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
		edit func(*model)
		want func(*changes)
	}{
		"nothing":        {func(*model) {}, func(*changes) {}},
		"region":         {func(m *model) { m.Region = types.StringValue("eu") }, func(c *changes) { c.Namespace = apply }},
		"a label":        {func(m *model) { m.LabelsAll = texts(map[string]string{"a": "b"}) }, func(c *changes) { c.Namespace = apply }},
		"an annotation":  {func(m *model) { m.AnnotationsAll = texts(map[string]string{"a": "b"}) }, func(c *changes) { c.Namespace = apply }},
		"no annotations": {func(m *model) { m.AnnotationsAll = texts(nil) }, func(*changes) {}},
		"pod security": {func(m *model) {
			m.PodSecurity = object(podSecurityTypes(), map[string]attr.Value{"enforce": types.StringValue("privileged")})
		}, func(c *changes) { c.Namespace = apply }},
		"quota gone":      {func(m *model) { m.Quota = types.ObjectNull(quotaTypes()) }, func(c *changes) { c.Quotas["mar-quota"] = remove }},
		"quota changed":   {func(m *model) { m.Quota = quota(map[string]attr.Value{"instances": types.Int64Value(1)}) }, func(c *changes) { c.Quotas["mar-quota"] = apply }},
		"quota respelled": {func(m *model) { m.Quota = respelled(m.Quota) }, func(*changes) {}},
		"limits gone":     {func(m *model) { m.LimitRange = types.ObjectNull(limitRangeTypes()) }, func(c *changes) { c.LimitRanges["mar-limits"] = remove }},
		"limits changed": {func(m *model) {
			m.LimitRange = limitRange(map[string]attr.Value{"instance": object(instanceLimitsTypes(), map[string]attr.Value{"max": amounts(map[string]string{"cpu": "9"})})})
		}, func(c *changes) { c.LimitRanges["mar-limits"] = apply }},
		"a scoped quota gone": {func(m *model) {
			m.ScopedQuotas = entries(m.ScopedQuotas, func(all map[string]attr.Value) { delete(all, "batch") })
		}, func(c *changes) { c.Quotas["mar-quota-batch"] = remove }},
		"a scoped quota's scopes": {func(m *model) {
			m.ScopedQuotas = entries(m.ScopedQuotas, func(all map[string]attr.Value) {
				all["batch"] = object(scopedQuotaType().AttrTypes, map[string]attr.Value{"scopes": textSet("NotTerminating"), "instances": types.Int64Value(5)})
			})
		}, func(c *changes) { c.Quotas["mar-quota-batch"] = apply }},
		"network gone": {func(m *model) { m.Network = types.ObjectNull(networkTypes()) }, func(c *changes) {
			c.Policies["mar-egress"], c.Policies["mar-egress-dns"], c.Policies["mar-instance-to-instance"] = remove, remove, remove
		}},
		"network allowed": {func(m *model) {
			m.Network = object(networkTypes(), map[string]attr.Value{
				"egress":               object(egressTypes(), map[string]attr.Value{"default": types.StringValue("allow"), "dns": types.BoolValue(true)}),
				"instance_to_instance": types.BoolValue(true),
			})
		}, func(c *changes) {
			c.Policies["mar-egress"], c.Policies["mar-egress-dns"], c.Policies["mar-instance-to-instance"] = apply, remove, remove
		}},
		"another role": {func(m *model) {
			m.Access = entries(m.Access, func(all map[string]attr.Value) {
				all["readers"] = access(map[string]attr.Value{"role": types.StringValue("edit"), "users": textSet("jane", "joe")})
			})
		}, func(c *changes) { c.Bindings["mar-readers"] = replace }},
		"another user": {func(m *model) {
			m.Access = entries(m.Access, func(all map[string]attr.Value) {
				all["readers"] = access(map[string]attr.Value{"role": types.StringValue("view"), "users": textSet("jane", "jim")})
			})
		}, func(c *changes) { c.Bindings["mar-readers"] = apply }},
		"rules become a role": {func(m *model) {
			m.Access = entries(m.Access, func(all map[string]attr.Value) {
				all["ops"] = access(map[string]attr.Value{"role": types.StringValue("edit"), "groups": textSet("ops"), "service_accounts": textSet("prod/deployer")})
			})
		}, func(c *changes) { c.Bindings["mar-ops"], c.Roles["mar-ops"] = replace, remove }},
		"a service account more": {func(m *model) { m.ServiceAccounts = textSet("deployer", "robot") }, func(c *changes) { c.ServiceAccounts["robot"] = apply }},
		"a service account gone": {func(m *model) { m.ServiceAccounts = types.SetNull(types.StringType) }, func(c *changes) { c.ServiceAccounts["deployer"] = remove }},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := desiredOf(t.Context(), base, adopted{})
			plan := base
			c.edit(&plan)
			want, _ := desiredOf(t.Context(), plan, adopted{})
			expected := noChanges()
			c.want(&expected)
			if diff := cmp.Diff(expected, changesBetween(want, served(t, before), dropped{})); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func respelled(q types.Object) types.Object {
	values := q.Attributes()
	values["cpu"] = fwtypes.NewQuantity("2")
	values["memory"] = fwtypes.NewQuantity("4Gi")
	return types.ObjectValueMust(quotaTypes(), values)
}

func TestLacksDefaults(t *testing.T) {
	both := quota(map[string]attr.Value{"cpu": fwtypes.NewQuantity("1"), "memory": fwtypes.NewQuantity("1Gi")})
	requests := quota(map[string]attr.Value{"requests_cpu": fwtypes.NewQuantity("1"), "requests_memory": fwtypes.NewQuantity("1Gi")})
	for name, c := range map[string]struct {
		quota, limitRange types.Object
		want              []string
	}{
		"no quota":          {types.ObjectNull(quotaTypes()), types.ObjectNull(limitRangeTypes()), nil},
		"counts only":       {quota(map[string]attr.Value{"instances": types.Int64Value(1)}), types.ObjectNull(limitRangeTypes()), nil},
		"no limit range":    {both, types.ObjectNull(limitRangeTypes()), []string{"cpu", "memory"}},
		"a default for one": {both, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default": amounts(map[string]string{"cpu": "1"})})}), []string{"memory"}},
		"max is a default":  {both, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"max": amounts(map[string]string{"cpu": "1", "memory": "1Gi"})})}), nil},
		"requests":          {requests, types.ObjectNull(limitRangeTypes()), []string{"requests_cpu", "requests_memory"}},
		"a default request": {requests, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default_request": amounts(map[string]string{"cpu": "1"})})}), []string{"requests_memory"}},
		"from other limits": {requests, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"min": amounts(map[string]string{"cpu": "1"}), "default": amounts(map[string]string{"memory": "1Gi"})})}), nil},
		"a request is none": {both, limitRange(map[string]attr.Value{"container": container(map[string]attr.Value{"default_request": amounts(map[string]string{"cpu": "1", "memory": "1Gi"})})}), []string{"cpu", "memory"}},
		"not known yet":     {both, types.ObjectUnknown(limitRangeTypes()), nil},
	} {
		m := newModel("dev")
		m.Quota, m.LimitRange = c.quota, c.limitRange
		if diff := cmp.Diff(c.want, lacksDefaults(t.Context(), m.Quota, m.LimitRange)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}
