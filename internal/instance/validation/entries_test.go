package validation

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func TestRepeatedVariables(t *testing.T) {
	literals := fixture.Texted("A", "1", "B", "2")
	sources := fixture.Entries(model.VariableType(), map[string]model.Variable{"B": {Field: fixture.Str("status.podIP")}, "C": {Field: fixture.Str("status.podIP")}})
	if got, want := fixture.Faults(RepeatedVariables(Variables{"env", literals}, Variables{"env_value_from", sources})), `env_value_from["B"]: Variable declared twice`; got != want {
		t.Errorf("got %q", got)
	}
	third := fixture.Faults(RepeatedVariables(Variables{"env", literals}, Variables{"env_value_from", types.MapUnknown(model.VariableType())}, Variables{"third", fixture.Texted("A", "x")}))
	if want := `third["A"]: Variable declared twice`; third != want {
		t.Errorf("got %q", third)
	}
	if got := fixture.Faults(RepeatedVariables(Variables{"env", types.MapNull(types.StringType)}, Variables{"env_value_from", sources})); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestEnvValueFrom(t *testing.T) {
	for name, c := range map[string]struct {
		variable model.Variable
		want     string
	}{
		"a secret's key":       {model.Variable{Secret: fixture.Str("db"), Key: fixture.Str("a")}, ""},
		"a resource":           {model.Variable{Resource: fixture.Str("limits.cpu"), Divisor: fwtypes.NewQuantity("1000m")}, ""},
		"none":                 {model.Variable{}, `env_value_from["A"]: No source in env_value_from`},
		"two":                  {model.Variable{Field: fixture.Str("status.podIP"), Resource: fixture.Str("limits.cpu")}, `env_value_from["A"].resource: More than one source in env_value_from`},
		"no key":               {model.Variable{ConfigMap: fixture.Str("db")}, `env_value_from["A"].config_map: Missing key`},
		"a key of nothing":     {model.Variable{Field: fixture.Str("status.podIP"), Key: fixture.Str("a")}, `env_value_from["A"].key: Attribute without effect`},
		"optional field":       {model.Variable{Field: fixture.Str("status.podIP"), Optional: types.BoolValue(true)}, `env_value_from["A"].optional: Attribute without effect`},
		"a field's divisor":    {model.Variable{Field: fixture.Str("status.podIP"), Divisor: fwtypes.NewQuantity("1m")}, `env_value_from["A"].divisor: Attribute without effect`},
		"a field's defaults":   {model.Variable{Field: fixture.Str("status.podIP"), Optional: types.BoolValue(false), Divisor: fwtypes.NewQuantity("1000m")}, ""},
		"a divisor too fine":   {model.Variable{Resource: fixture.Str("limits.memory"), Divisor: fwtypes.NewQuantity("1m")}, `env_value_from["A"].divisor: Invalid divisor`},
		"a divisor of 2":       {model.Variable{Resource: fixture.Str("requests.cpu"), Divisor: fwtypes.NewQuantity("2")}, `env_value_from["A"].divisor: Invalid divisor`},
		"unknown source":       {model.Variable{Secret: types.StringUnknown(), Key: fixture.Str("a")}, ""},
		"perhaps two":          {model.Variable{Secret: types.StringUnknown(), Key: fixture.Str("a"), Field: fixture.Str("status.podIP")}, ""},
		"unknown key":          {model.Variable{Secret: fixture.Str("db"), Key: types.StringUnknown()}, ""},
		"unknown key of field": {model.Variable{Field: fixture.Str("status.podIP"), Key: types.StringUnknown()}, ""},
		"unknown resource":     {model.Variable{Resource: types.StringUnknown(), Divisor: fwtypes.NewQuantity("1m")}, ""},
		"unknown divisor":      {model.Variable{Resource: fixture.Str("limits.cpu"), Divisor: fwtypes.NewQuantityUnknown()}, ""},
	} {
		if got := fixture.Faults(EnvValueFrom(fixture.Entries(model.VariableType(), map[string]model.Variable{"A": c.variable}))); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestHealthChecks(t *testing.T) {
	named := types.MapValueMust(model.PortType(), map[string]attr.Value{"http": model.Port{Port: types.Int64Unknown()}.Object()})
	for name, c := range map[string]struct {
		key   string
		edit  func(*model.Check)
		ports types.Map
		want  string
	}{
		"by number":         {model.CheckLiveness, func(c *model.Check) { c.TCPPort = fixture.Str("80") }, types.MapNull(model.PortType()), ""},
		"by name":           {model.CheckLiveness, func(c *model.Check) { c.HTTPPath, c.HTTPPort = fixture.Str("/"), fixture.Str("http") }, named, ""},
		"by another's name": {model.CheckLiveness, func(c *model.Check) { c.TCPPort = fixture.Str("web") }, named, `health_checks["liveness"].tcp_port: No such port`},
		"by a name of none": {model.CheckLiveness, func(c *model.Check) { c.TCPPort = fixture.Str("web") }, types.MapNull(model.PortType()), `health_checks["liveness"].tcp_port: No such port`},
		"unknown ports":     {model.CheckLiveness, func(c *model.Check) { c.TCPPort = fixture.Str("web") }, types.MapUnknown(model.PortType()), ""},
		"unknown port":      {model.CheckLiveness, func(c *model.Check) { c.HTTPPath, c.HTTPPort = fixture.Str("/"), types.StringUnknown() }, named, ""},
		"nothing at all":    {model.CheckLiveness, func(*model.Check) {}, named, ""},
		"no handler":        {model.CheckLiveness, func(c *model.Check) { c.Period = types.Int64Value(5) }, named, `health_checks["liveness"]: No way to check in health_checks`},
		"two handlers":      {model.CheckStartup, func(c *model.Check) { c.TCPPort, c.Command = fixture.Str("80"), fixture.List("a") }, named, `health_checks["startup"].command: More than one way to check in health_checks`},
		"HTTP and gRPC": {model.CheckStartup, func(c *model.Check) {
			c.HTTPPath, c.HTTPPort, c.GRPCPort = fixture.Str("/"), fixture.Str("80"), types.Int64Value(1)
		}, named, `health_checks["startup"].grpc_port: More than one way to check in health_checks`},
		"perhaps two":      {model.CheckStartup, func(c *model.Check) { c.TCPPort, c.Command = fixture.Str("80"), types.ListUnknown(types.StringType) }, named, ""},
		"a path alone":     {model.CheckLiveness, func(c *model.Check) { c.HTTPPath = fixture.Str("/") }, named, `health_checks["liveness"].http_path: Missing http_port`},
		"a port alone":     {model.CheckLiveness, func(c *model.Check) { c.HTTPPort = fixture.Str("80") }, named, `health_checks["liveness"].http_port: Missing http_path`},
		"HTTPS of nothing": {model.CheckLiveness, func(c *model.Check) { c.TCPPort, c.HTTPS = fixture.Str("80"), types.BoolValue(true) }, named, `health_checks["liveness"].https: Attribute without effect`},
		"TCP's defaults": {model.CheckLiveness, func(c *model.Check) {
			c.TCPPort, c.HTTPS, c.GRPCService = fixture.Str("80"), types.BoolValue(false), fixture.Str("")
		}, named, ""},
		"a service by TCP":   {model.CheckLiveness, func(c *model.Check) { c.TCPPort, c.GRPCService = fixture.Str("80"), fixture.Str("a") }, named, `health_checks["liveness"].grpc_service: Attribute without effect`},
		"ready twice":        {model.CheckReadiness, func(c *model.Check) { c.TCPPort, c.SuccessThreshold = fixture.Str("80"), types.Int64Value(2) }, named, ""},
		"alive twice":        {model.CheckLiveness, func(c *model.Check) { c.TCPPort, c.SuccessThreshold = fixture.Str("80"), types.Int64Value(2) }, named, `health_checks["liveness"].success_threshold: Invalid success_threshold`},
		"started twice":      {model.CheckStartup, func(c *model.Check) { c.TCPPort, c.SuccessThreshold = fixture.Str("80"), types.Int64Value(2) }, named, `health_checks["startup"].success_threshold: Invalid success_threshold`},
		"alive, not known":   {model.CheckLiveness, func(c *model.Check) { c.TCPPort, c.SuccessThreshold = fixture.Str("80"), types.Int64Unknown() }, named, ""},
		"a handler unknown":  {model.CheckLiveness, func(c *model.Check) { c.GRPCPort = types.Int64Unknown() }, named, ""},
		"a service unproved": {model.CheckLiveness, func(c *model.Check) { c.GRPCPort, c.GRPCService = types.Int64Unknown(), fixture.Str("a") }, named, ""},
	} {
		check := model.NewCheck()
		c.edit(&check)
		if got := fixture.Faults(HealthChecks(fixture.Entries(model.CheckType(), map[string]model.Check{c.key: check}), c.ports)); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestVolumes(t *testing.T) {
	claim := func(path string) model.Volume {
		return fixture.Mounted(path, func(v *model.Volume) { v.Claim = fixture.Str("a") })
	}
	for name, c := range map[string]struct {
		volumes map[string]model.Volume
		want    string
	}{
		"two":            {map[string]model.Volume{"a": claim("/a"), "b": claim("/a/b")}, ""},
		"one path":       {map[string]model.Volume{"a": claim("/a"), "b": claim("/x"), "c": claim("//a/")}, `volumes["c"].mount_path: Two volumes with one mount path`},
		"no source":      {map[string]model.Volume{"a": fixture.Mounted("/a", func(*model.Volume) {})}, `volumes["a"]: No source in volumes`},
		"two sources":    {map[string]model.Volume{"a": fixture.Mounted("/a", func(v *model.Volume) { v.EmptyDir, v.HostPath = fixture.Str("Disk"), fixture.Str("/a") })}, `volumes["a"].host_path: More than one source in volumes`},
		"perhaps two":    {map[string]model.Volume{"a": fixture.Mounted("/a", func(v *model.Volume) { v.EmptyDir, v.Claim = fixture.Str("Disk"), types.StringUnknown() })}, ""},
		"a claim's size": {map[string]model.Volume{"a": fixture.Mounted("/a", func(v *model.Volume) { v.Claim, v.Size = fixture.Str("a"), fwtypes.NewQuantity("1") })}, `volumes["a"].size: Attribute without effect`},
		"a claim's mode": {map[string]model.Volume{"a": fixture.Mounted("/a", func(v *model.Volume) { v.Claim, v.Mode = fixture.Str("a"), fixture.Str("0640") })}, `volumes["a"].mode: Attribute without effect`},
		"a claim's defaults": {map[string]model.Volume{"a": fixture.Mounted("/a", func(v *model.Volume) {
			v.Claim, v.Mode, v.Optional = fixture.Str("a"), fixture.Str("644"), types.BoolValue(false)
		})}, ""},
		"optional scratch": {map[string]model.Volume{"a": fixture.Mounted("/a", func(v *model.Volume) { v.EmptyDir, v.Optional = fixture.Str("Disk"), types.BoolValue(true) })}, `volumes["a"].optional: Attribute without effect`},
		"a claim's items":  {map[string]model.Volume{"a": fixture.Mounted("/a", func(v *model.Volume) { v.Claim, v.Items = fixture.Str("a"), fixture.Texted("a", "b") })}, `volumes["a"].items: Attribute without effect`},
		"perhaps a secret": {map[string]model.Volume{"a": fixture.Mounted("/a", func(v *model.Volume) { v.Secret, v.Mode = types.StringUnknown(), fixture.Str("0644") })}, ""},
	} {
		if got := fixture.Faults(Volumes(fixture.Entries(model.VolumeType(), c.volumes))); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	somewhere := fixture.Mounted("/a", func(v *model.Volume) { v.Claim, v.MountPath = fixture.Str("a"), types.StringUnknown() })
	if got := fixture.Faults(Volumes(fixture.Entries(model.VolumeType(), map[string]model.Volume{"a": somewhere, "b": somewhere}))); got != "" {
		t.Errorf("unknown paths: got %q", got)
	}
	unknown := types.MapValueMust(model.VolumeType(), map[string]attr.Value{"a": types.ObjectUnknown(model.VolumeType().AttrTypes)})
	if got := fixture.Faults(Volumes(unknown)) + fixture.Faults(Volumes(types.MapUnknown(model.VolumeType()))); got != "" {
		t.Errorf("unknown volumes: got %q", got)
	}
}
