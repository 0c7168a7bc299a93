package instance

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func faults(diags diag.Diagnostics) string {
	var all []string
	for _, d := range diags {
		at := ""
		if p, ok := d.(diag.DiagnosticWithPath); ok {
			at = p.Path().String()
		}
		all = append(all, at+": "+d.Summary())
	}
	return strings.Join(all, "; ")
}

func TestRequestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*resourceModel)
		want   string
	}{
		"none":         {func(*resourceModel) {}, ""},
		"equal":        {func(m *resourceModel) { m.Requests = quantities("cpu", "1000m", "memory", "1024Mi") }, ""},
		"above cpu":    {func(m *resourceModel) { m.Requests = quantities("cpu", "1001m") }, `requests["cpu"]: Request above the limit`},
		"above memory": {func(m *resourceModel) { m.Requests = quantities("memory", "2Gi") }, `requests["memory"]: Request above the limit`},
		"above another": {func(m *resourceModel) {
			m.Limits, m.Requests = quantities("ephemeral-storage", "1Gi"), quantities("ephemeral-storage", "2Gi")
		}, `requests["ephemeral-storage"]: Request above the limit`},
		"of what has no limit": {func(m *resourceModel) { m.Requests = quantities("ephemeral-storage", "2Gi") }, ""},
		"unknown limit":        {func(m *resourceModel) { m.CPU, m.Requests = fwtypes.NewQuantityUnknown(), quantities("cpu", "9") }, ""},
		"unknown request": {func(m *resourceModel) {
			m.Requests = types.MapValueMust(fwtypes.QuantityType{}, map[string]attr.Value{"cpu": fwtypes.NewQuantityUnknown()})
		}, ""},
		"unknown requests": {func(m *resourceModel) { m.Requests = types.MapUnknown(fwtypes.QuantityType{}) }, ""},
	} {
		m := sized(t, "1", "1Gi")
		c.change(&m)
		if got := faults(requestFaults(m.model)); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestSecurityFaults(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*securityModel)
		want   string
	}{
		"defaults": {func(*securityModel) {}, ""},
		"nothing said": {func(s *securityModel) {
			*s = securityModel{CapabilitiesAdd: s.CapabilitiesAdd, CapabilitiesDrop: types.SetNull(types.StringType), SELinux: s.SELinux}
		}, ""},
		"root":            {func(s *securityModel) { s.RunAsUser = types.Int64Value(0) }, "security.run_as_user: User 0 is root"},
		"root by default": {func(s *securityModel) { s.RunAsUser, s.RunAsNonRoot = types.Int64Value(0), types.BoolNull() }, "security.run_as_user: User 0 is root"},
		"root, allowed":   {func(s *securityModel) { s.RunAsUser, s.RunAsNonRoot = types.Int64Value(0), types.BoolValue(false) }, ""},
		"root, not known": {func(s *securityModel) { s.RunAsUser, s.RunAsNonRoot = types.Int64Value(0), types.BoolUnknown() }, ""},
		"SYS_ADMIN":       {func(s *securityModel) { s.CapabilitiesAdd = textSet("SYS_ADMIN") }, ""},
		"CAP_SYS_ADMIN": {
			func(s *securityModel) { s.CapabilitiesAdd = textSet("CAP_SYS_ADMIN") },
			"security.capabilities_add: Contradicts allow_privilege_escalation; security.capabilities_add: Unknown capability",
		},
		"CAP_SYS_ADMIN, escalates": {func(s *securityModel) {
			s.CapabilitiesAdd, s.AllowPrivilegeEscalation = textSet("CAP_SYS_ADMIN"), types.BoolValue(true)
		}, "security.capabilities_add: Unknown capability"},
		"prefixed":            {func(s *securityModel) { s.CapabilitiesDrop = textSet("cap_chown") }, "security.capabilities_drop: Unknown capability"},
		"small letters":       {func(s *securityModel) { s.CapabilitiesAdd = textSet("chown") }, ""},
		"a file outside":      {func(s *securityModel) { s.SeccompProfile = types.StringValue("Localhost/../a") }, "security.seccomp_profile: Invalid profile"},
		"an absolute file":    {func(s *securityModel) { s.SeccompProfile = types.StringValue("Localhost//a") }, "security.seccomp_profile: Invalid profile"},
		"a profile's padding": {func(s *securityModel) { s.AppArmorProfile = types.StringValue("Localhost/a ") }, "security.app_armor_profile: Invalid profile"},
		"added and dropped": {func(s *securityModel) {
			s.CapabilitiesAdd, s.CapabilitiesDrop = textSet("CHOWN"), textSet("CHOWN", "KILL")
		}, "security.capabilities_add: Capability both added and dropped"},
		"all but one": {func(s *securityModel) { s.CapabilitiesAdd = textSet("CHOWN") }, ""},
	} {
		s := newSecurity()
		c.change(&s)
		if got := faults(securityFaults(t.Context(), s.object())); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	for _, o := range []types.Object{types.ObjectNull(securityTypes()), types.ObjectUnknown(securityTypes())} {
		if got := faults(securityFaults(t.Context(), o)); got != "" {
			t.Errorf("%s: got %q", o, got)
		}
	}
}

func TestWaitFaults(t *testing.T) {
	for _, c := range []struct {
		waitFor, policy types.String
		refused         bool
	}{
		{types.StringValue(waitSucceeded), types.StringNull(), true},
		{types.StringValue(waitSucceeded), types.StringValue("Always"), true},
		{types.StringValue(waitSucceeded), types.StringValue("Never"), false},
		{types.StringValue(waitSucceeded), types.StringUnknown(), false},
		{types.StringNull(), types.StringNull(), false},
		{types.StringUnknown(), types.StringNull(), false},
	} {
		got := waitFaults(resourceModel{WaitFor: c.waitFor, model: model{RestartPolicy: c.policy}})
		if got.HasError() != c.refused {
			t.Errorf("%s with %s: got %q", c.waitFor, c.policy, faults(got))
		}
	}
}

func TestPortFaults(t *testing.T) {
	ports := func(a, b portModel) types.Map {
		return types.MapValueMust(portType(), map[string]attr.Value{"a": a.object(), "b": b.object()})
	}
	port := func(number types.Int64, protocol types.String) portModel {
		return portModel{Port: number, Protocol: protocol}
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
		{types.MapNull(portType()), ""},
		{types.MapUnknown(portType()), ""},
	} {
		if got := faults(portFaults(t.Context(), c.ports)); got != c.want {
			t.Errorf("%s: got %q", c.ports, got)
		}
	}
}
