package instance

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func TestRepeatedVariables(t *testing.T) {
	literals := texted("A", "1", "B", "2")
	sources := entries(variableType(), map[string]variableModel{"B": {Field: str("status.podIP")}, "C": {Field: str("status.podIP")}})
	if got, want := faults(repeatedVariables(variables{"env", literals}, variables{"env_value_from", sources})), `env_value_from["B"]: Variable declared twice`; got != want {
		t.Errorf("got %q", got)
	}
	third := faults(repeatedVariables(variables{"env", literals}, variables{"env_value_from", types.MapUnknown(variableType())}, variables{"third", texted("A", "x")}))
	if want := `third["A"]: Variable declared twice`; third != want {
		t.Errorf("got %q", third)
	}
	if got := faults(repeatedVariables(variables{"env", types.MapNull(types.StringType)}, variables{"env_value_from", sources})); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestSourceFaults(t *testing.T) {
	for name, c := range map[string]struct {
		variable variableModel
		want     string
	}{
		"a secret's key":       {variableModel{Secret: str("db"), Key: str("a")}, ""},
		"a resource":           {variableModel{Resource: str("limits.cpu"), Divisor: fwtypes.NewQuantity("1000m")}, ""},
		"none":                 {variableModel{}, `env_value_from["A"]: No source in env_value_from`},
		"two":                  {variableModel{Field: str("status.podIP"), Resource: str("limits.cpu")}, `env_value_from["A"].resource: More than one source in env_value_from`},
		"no key":               {variableModel{ConfigMap: str("db")}, `env_value_from["A"].config_map: Missing key`},
		"a key of nothing":     {variableModel{Field: str("status.podIP"), Key: str("a")}, `env_value_from["A"].key: Attribute without effect`},
		"optional field":       {variableModel{Field: str("status.podIP"), Optional: types.BoolValue(true)}, `env_value_from["A"].optional: Attribute without effect`},
		"a field's divisor":    {variableModel{Field: str("status.podIP"), Divisor: fwtypes.NewQuantity("1m")}, `env_value_from["A"].divisor: Attribute without effect`},
		"a field's defaults":   {variableModel{Field: str("status.podIP"), Optional: types.BoolValue(false), Divisor: fwtypes.NewQuantity("1000m")}, ""},
		"a divisor too fine":   {variableModel{Resource: str("limits.memory"), Divisor: fwtypes.NewQuantity("1m")}, `env_value_from["A"].divisor: Invalid divisor`},
		"a divisor of 2":       {variableModel{Resource: str("requests.cpu"), Divisor: fwtypes.NewQuantity("2")}, `env_value_from["A"].divisor: Invalid divisor`},
		"unknown source":       {variableModel{Secret: types.StringUnknown(), Key: str("a")}, ""},
		"perhaps two":          {variableModel{Secret: types.StringUnknown(), Key: str("a"), Field: str("status.podIP")}, ""},
		"unknown key":          {variableModel{Secret: str("db"), Key: types.StringUnknown()}, ""},
		"unknown key of field": {variableModel{Field: str("status.podIP"), Key: types.StringUnknown()}, ""},
		"unknown resource":     {variableModel{Resource: types.StringUnknown(), Divisor: fwtypes.NewQuantity("1m")}, ""},
		"unknown divisor":      {variableModel{Resource: str("limits.cpu"), Divisor: fwtypes.NewQuantityUnknown()}, ""},
	} {
		if got := faults(sourceFaults(entries(variableType(), map[string]variableModel{"A": c.variable}))); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestCheckFaults(t *testing.T) {
	named := types.MapValueMust(portType(), map[string]attr.Value{"http": portModel{Port: types.Int64Unknown()}.object()})
	for name, c := range map[string]struct {
		key   string
		edit  func(*checkModel)
		ports types.Map
		want  string
	}{
		"by number":          {checkLiveness, func(c *checkModel) { c.TCPPort = str("80") }, types.MapNull(portType()), ""},
		"by name":            {checkLiveness, func(c *checkModel) { c.HTTPPath, c.HTTPPort = str("/"), str("http") }, named, ""},
		"by another's name":  {checkLiveness, func(c *checkModel) { c.TCPPort = str("web") }, named, `health_checks["liveness"].tcp_port: No such port`},
		"by a name of none":  {checkLiveness, func(c *checkModel) { c.TCPPort = str("web") }, types.MapNull(portType()), `health_checks["liveness"].tcp_port: No such port`},
		"unknown ports":      {checkLiveness, func(c *checkModel) { c.TCPPort = str("web") }, types.MapUnknown(portType()), ""},
		"unknown port":       {checkLiveness, func(c *checkModel) { c.HTTPPath, c.HTTPPort = str("/"), types.StringUnknown() }, named, ""},
		"nothing at all":     {checkLiveness, func(*checkModel) {}, named, ""},
		"no handler":         {checkLiveness, func(c *checkModel) { c.Period = types.Int64Value(5) }, named, `health_checks["liveness"]: No way to check in health_checks`},
		"two handlers":       {checkStartup, func(c *checkModel) { c.TCPPort, c.Command = str("80"), list("a") }, named, `health_checks["startup"].command: More than one way to check in health_checks`},
		"HTTP and gRPC":      {checkStartup, func(c *checkModel) { c.HTTPPath, c.HTTPPort, c.GRPCPort = str("/"), str("80"), types.Int64Value(1) }, named, `health_checks["startup"].grpc_port: More than one way to check in health_checks`},
		"perhaps two":        {checkStartup, func(c *checkModel) { c.TCPPort, c.Command = str("80"), types.ListUnknown(types.StringType) }, named, ""},
		"a path alone":       {checkLiveness, func(c *checkModel) { c.HTTPPath = str("/") }, named, `health_checks["liveness"].http_path: Missing http_port`},
		"a port alone":       {checkLiveness, func(c *checkModel) { c.HTTPPort = str("80") }, named, `health_checks["liveness"].http_port: Missing http_path`},
		"HTTPS of nothing":   {checkLiveness, func(c *checkModel) { c.TCPPort, c.HTTPS = str("80"), types.BoolValue(true) }, named, `health_checks["liveness"].https: Attribute without effect`},
		"TCP's defaults":     {checkLiveness, func(c *checkModel) { c.TCPPort, c.HTTPS, c.GRPCService = str("80"), types.BoolValue(false), str("") }, named, ""},
		"a service by TCP":   {checkLiveness, func(c *checkModel) { c.TCPPort, c.GRPCService = str("80"), str("a") }, named, `health_checks["liveness"].grpc_service: Attribute without effect`},
		"ready twice":        {checkReadiness, func(c *checkModel) { c.TCPPort, c.SuccessThreshold = str("80"), types.Int64Value(2) }, named, ""},
		"alive twice":        {checkLiveness, func(c *checkModel) { c.TCPPort, c.SuccessThreshold = str("80"), types.Int64Value(2) }, named, `health_checks["liveness"].success_threshold: Invalid success_threshold`},
		"started twice":      {checkStartup, func(c *checkModel) { c.TCPPort, c.SuccessThreshold = str("80"), types.Int64Value(2) }, named, `health_checks["startup"].success_threshold: Invalid success_threshold`},
		"alive, not known":   {checkLiveness, func(c *checkModel) { c.TCPPort, c.SuccessThreshold = str("80"), types.Int64Unknown() }, named, ""},
		"a handler unknown":  {checkLiveness, func(c *checkModel) { c.GRPCPort = types.Int64Unknown() }, named, ""},
		"a service unproved": {checkLiveness, func(c *checkModel) { c.GRPCPort, c.GRPCService = types.Int64Unknown(), str("a") }, named, ""},
	} {
		check := newCheck()
		c.edit(&check)
		if got := faults(checkFaults(entries(checkType(), map[string]checkModel{c.key: check}), c.ports)); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestVolumeFaults(t *testing.T) {
	claim := func(path string) volumeModel {
		return mounted(path, func(v *volumeModel) { v.Claim = str("a") })
	}
	for name, c := range map[string]struct {
		volumes map[string]volumeModel
		want    string
	}{
		"two":                {map[string]volumeModel{"a": claim("/a"), "b": claim("/a/b")}, ""},
		"one path":           {map[string]volumeModel{"a": claim("/a"), "b": claim("/x"), "c": claim("//a/")}, `volumes["c"].mount_path: Two volumes with one mount path`},
		"no source":          {map[string]volumeModel{"a": mounted("/a", func(*volumeModel) {})}, `volumes["a"]: No source in volumes`},
		"two sources":        {map[string]volumeModel{"a": mounted("/a", func(v *volumeModel) { v.EmptyDir, v.HostPath = str("Disk"), str("/a") })}, `volumes["a"].host_path: More than one source in volumes`},
		"perhaps two":        {map[string]volumeModel{"a": mounted("/a", func(v *volumeModel) { v.EmptyDir, v.Claim = str("Disk"), types.StringUnknown() })}, ""},
		"a claim's size":     {map[string]volumeModel{"a": mounted("/a", func(v *volumeModel) { v.Claim, v.Size = str("a"), fwtypes.NewQuantity("1") })}, `volumes["a"].size: Attribute without effect`},
		"a claim's mode":     {map[string]volumeModel{"a": mounted("/a", func(v *volumeModel) { v.Claim, v.Mode = str("a"), str("0640") })}, `volumes["a"].mode: Attribute without effect`},
		"a claim's defaults": {map[string]volumeModel{"a": mounted("/a", func(v *volumeModel) { v.Claim, v.Mode, v.Optional = str("a"), str("644"), types.BoolValue(false) })}, ""},
		"optional scratch":   {map[string]volumeModel{"a": mounted("/a", func(v *volumeModel) { v.EmptyDir, v.Optional = str("Disk"), types.BoolValue(true) })}, `volumes["a"].optional: Attribute without effect`},
		"a claim's items":    {map[string]volumeModel{"a": mounted("/a", func(v *volumeModel) { v.Claim, v.Items = str("a"), texted("a", "b") })}, `volumes["a"].items: Attribute without effect`},
		"perhaps a secret":   {map[string]volumeModel{"a": mounted("/a", func(v *volumeModel) { v.Secret, v.Mode = types.StringUnknown(), str("0644") })}, ""},
	} {
		if got := faults(volumeFaults(entries(volumeType(), c.volumes))); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	somewhere := mounted("/a", func(v *volumeModel) { v.Claim, v.MountPath = str("a"), types.StringUnknown() })
	if got := faults(volumeFaults(entries(volumeType(), map[string]volumeModel{"a": somewhere, "b": somewhere}))); got != "" {
		t.Errorf("unknown paths: got %q", got)
	}
	unknown := types.MapValueMust(volumeType(), map[string]attr.Value{"a": types.ObjectUnknown(volumeType().AttrTypes)})
	if got := faults(volumeFaults(unknown)) + faults(volumeFaults(types.MapUnknown(volumeType()))); got != "" {
		t.Errorf("unknown volumes: got %q", got)
	}
}
