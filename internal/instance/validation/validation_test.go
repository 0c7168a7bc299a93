package validation

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func TestRequests(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*model.Resource)
		want   string
	}{
		"none":         {func(*model.Resource) {}, ""},
		"equal":        {func(m *model.Resource) { m.Requests = fixture.Quantities("cpu", "1000m", "memory", "1024Mi") }, ""},
		"above cpu":    {func(m *model.Resource) { m.Requests = fixture.Quantities("cpu", "1001m") }, `requests["cpu"]: Request above the limit`},
		"above memory": {func(m *model.Resource) { m.Requests = fixture.Quantities("memory", "2Gi") }, `requests["memory"]: Request above the limit`},
		"above another": {func(m *model.Resource) {
			m.Limits, m.Requests = fixture.Quantities("ephemeral-storage", "1Gi"), fixture.Quantities("ephemeral-storage", "2Gi")
		}, `requests["ephemeral-storage"]: Request above the limit`},
		"of what has no limit": {func(m *model.Resource) { m.Requests = fixture.Quantities("ephemeral-storage", "2Gi") }, ""},
		"unknown limit": {func(m *model.Resource) {
			m.CPU, m.Requests = fwtypes.NewQuantityUnknown(), fixture.Quantities("cpu", "9")
		}, ""},
		"unknown request": {func(m *model.Resource) {
			m.Requests = types.MapValueMust(fwtypes.QuantityType{}, map[string]attr.Value{"cpu": fwtypes.NewQuantityUnknown()})
		}, ""},
		"unknown requests": {func(m *model.Resource) { m.Requests = types.MapUnknown(fwtypes.QuantityType{}) }, ""},
	} {
		m := fixture.Sized(t, "1", "1Gi")
		c.change(&m)
		if got := fixture.Faults(Requests(m.Instance)); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestSecurity(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*model.Security)
		want   string
	}{
		"defaults": {func(*model.Security) {}, ""},
		"nothing said": {func(s *model.Security) {
			*s = model.Security{CapabilitiesAdd: s.CapabilitiesAdd, CapabilitiesDrop: types.SetNull(types.StringType), SELinux: s.SELinux}
		}, ""},
		"root":            {func(s *model.Security) { s.RunAsUser = types.Int64Value(0) }, "security.run_as_user: User 0 is root"},
		"root by default": {func(s *model.Security) { s.RunAsUser, s.RunAsNonRoot = types.Int64Value(0), types.BoolNull() }, "security.run_as_user: User 0 is root"},
		"root, allowed":   {func(s *model.Security) { s.RunAsUser, s.RunAsNonRoot = types.Int64Value(0), types.BoolValue(false) }, ""},
		"root, not known": {func(s *model.Security) { s.RunAsUser, s.RunAsNonRoot = types.Int64Value(0), types.BoolUnknown() }, ""},
		"SYS_ADMIN":       {func(s *model.Security) { s.CapabilitiesAdd = model.TextSet("SYS_ADMIN") }, ""},
		"CAP_SYS_ADMIN": {
			func(s *model.Security) { s.CapabilitiesAdd = model.TextSet("CAP_SYS_ADMIN") },
			"security.capabilities_add: Contradicts allow_privilege_escalation; security.capabilities_add: Unknown capability",
		},
		"CAP_SYS_ADMIN, escalates": {func(s *model.Security) {
			s.CapabilitiesAdd, s.AllowPrivilegeEscalation = model.TextSet("CAP_SYS_ADMIN"), types.BoolValue(true)
		}, "security.capabilities_add: Unknown capability"},
		"prefixed":            {func(s *model.Security) { s.CapabilitiesDrop = model.TextSet("cap_chown") }, "security.capabilities_drop: Unknown capability"},
		"small letters":       {func(s *model.Security) { s.CapabilitiesAdd = model.TextSet("chown") }, ""},
		"a file outside":      {func(s *model.Security) { s.SeccompProfile = types.StringValue("Localhost/../a") }, "security.seccomp_profile: Invalid profile"},
		"an absolute file":    {func(s *model.Security) { s.SeccompProfile = types.StringValue("Localhost//a") }, "security.seccomp_profile: Invalid profile"},
		"a profile's padding": {func(s *model.Security) { s.AppArmorProfile = types.StringValue("Localhost/a ") }, "security.app_armor_profile: Invalid profile"},
		"added and dropped": {func(s *model.Security) {
			s.CapabilitiesAdd, s.CapabilitiesDrop = model.TextSet("CHOWN"), model.TextSet("CHOWN", "KILL")
		}, "security.capabilities_add: Capability both added and dropped"},
		"all but one": {func(s *model.Security) { s.CapabilitiesAdd = model.TextSet("CHOWN") }, ""},
	} {
		s := model.NewSecurity()
		c.change(&s)
		if got := fixture.Faults(Security(t.Context(), s.Object())); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	for _, o := range []types.Object{types.ObjectNull(model.SecurityTypes()), types.ObjectUnknown(model.SecurityTypes())} {
		if got := fixture.Faults(Security(t.Context(), o)); got != "" {
			t.Errorf("%s: got %q", o, got)
		}
	}
}

func TestWaitFor(t *testing.T) {
	for _, c := range []struct {
		waitFor, policy types.String
		refused         bool
	}{
		{types.StringValue(model.WaitSucceeded), types.StringNull(), true},
		{types.StringValue(model.WaitSucceeded), types.StringValue("Always"), true},
		{types.StringValue(model.WaitSucceeded), types.StringValue("Never"), false},
		{types.StringValue(model.WaitSucceeded), types.StringUnknown(), false},
		{types.StringNull(), types.StringNull(), false},
		{types.StringUnknown(), types.StringNull(), false},
	} {
		got := WaitFor(model.Resource{WaitFor: c.waitFor, Instance: model.Instance{RestartPolicy: c.policy}})
		if got.HasError() != c.refused {
			t.Errorf("%s with %s: got %q", c.waitFor, c.policy, fixture.Faults(got))
		}
	}
}

func TestPorts(t *testing.T) {
	ports := func(a, b model.Port) types.Map {
		return types.MapValueMust(model.PortType(), map[string]attr.Value{"a": a.Object(), "b": b.Object()})
	}
	port := func(number types.Int64, protocol types.String) model.Port {
		return model.Port{Port: number, Protocol: protocol}
	}
	tcp, udp := types.StringValue("TCP"), types.StringValue("UDP")
	for _, c := range []struct {
		ports types.Map
		want  string
	}{
		{ports(port(types.Int64Value(53), tcp), port(types.Int64Value(53), udp)), ""},
		{ports(port(types.Int64Value(53), tcp), port(types.Int64Value(54), tcp)), ""},
		{ports(port(types.Int64Value(53), tcp), port(types.Int64Value(53), types.StringNull())), `ports["b"]: One port under two names`},
		{ports(port(types.Int64Value(53), udp), port(types.Int64Value(53), udp)), `ports["b"]: One port under two names`},
		{ports(port(types.Int64Value(53), tcp), port(types.Int64Unknown(), tcp)), ""},
		{ports(port(types.Int64Value(53), tcp), port(types.Int64Value(53), types.StringUnknown())), ""},
		{types.MapNull(model.PortType()), ""},
		{types.MapUnknown(model.PortType()), ""},
	} {
		if got := fixture.Faults(Ports(t.Context(), c.ports)); got != c.want {
			t.Errorf("%s: got %q", c.ports, got)
		}
	}
}
