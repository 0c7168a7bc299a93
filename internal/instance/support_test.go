package instance

import (
	"embed"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// goldenYAML compares an object with a file, or writes that with -update.
func goldenYAML(t *testing.T, name string, object any) {
	t.Helper()
	got, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	assert.Check(t, golden.String(string(got), name))
}

//go:embed testdata/pods
var pods embed.FS

// podNames returns the names of all Pods that podFrom can read.
func podNames(t *testing.T) []string {
	t.Helper()
	files, err := pods.ReadDir("testdata/pods")
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file.Name(), ".yaml"))
	}
	return names
}

// podFrom reads a Pod as the API server has it.
func podFrom(t *testing.T, name string) *corev1.Pod {
	t.Helper()
	data, err := pods.ReadFile("testdata/pods/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	var pod corev1.Pod
	if err := yaml.UnmarshalStrict(data, &pod); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return &pod
}

// planned is the plan of an instance with nothing but an image and its names.
func planned() model {
	m := newModel()
	m.ID = types.StringValue("dev/web")
	m.Cluster = types.StringValue("dev")
	m.Name = types.StringValue("web")
	m.Image = types.StringValue("registry.example.com/web:1")
	m.CPU, m.Memory = fwtypes.NewQuantityUnknown(), fwtypes.NewQuantityUnknown()
	m.RestartPolicy = types.StringValue("Always")
	m.Security = newSecurity().object()
	m.LabelsAll = types.MapValueMust(types.StringType, map[string]attr.Value{})
	m.AnnotationsAll = m.LabelsAll
	m.UID, m.Status, m.Node, m.IP = types.StringUnknown(), types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	return m
}

// plannedFull is the plan of an instance with everything set.
func plannedFull() model {
	m := planned()
	m.Command = list("/bin/web")
	m.Args = list("--port", "8080")
	m.Env = texted("URL", "http://$(HOST):$(PORT)/$$(HOST)", "HOST", "db", "PORT", "5432", "A_FIRST", "$(URL)")
	m.CPU, m.Memory = fwtypes.NewQuantity("2000m"), fwtypes.NewQuantity("4096Mi")
	m.Limits = quantities("nvidia.com/gpu", "1", "ephemeral-storage", "10Gi")
	m.Requests = quantities("cpu", "0.5", "ephemeral-storage", "1Gi")
	m.Ports = types.MapValueMust(portType(), map[string]attr.Value{
		"http": portModel{Port: types.Int64Value(8080), Protocol: types.StringValue("TCP")}.object(),
		"dns":  portModel{Port: types.Int64Value(5353), Protocol: types.StringValue("UDP")}.object(),
	})
	m.RestartPolicy = types.StringValue("OnFailure")
	s := newSecurity()
	s.CapabilitiesAdd = textSet("NET_BIND_SERVICE")
	s.SeccompProfile = types.StringValue("Localhost/profiles/web.json")
	s.AppArmorProfile = types.StringValue("RuntimeDefault")
	s.SELinux = texted("level", "s0:c123,c456")
	s.RunAsUser, s.RunAsGroup, s.FSGroup = types.Int64Value(1000), types.Int64Value(1001), types.Int64Value(2000)
	m.Security = s.object()
	m.Labels = texted("team", "shop", "app", "web")
	m.LabelsAll = texted("team", "shop", "app", "web", "stage", "dev")
	m.Annotations = texted("example.com/owner", "shop@example.com")
	m.AnnotationsAll = m.Annotations
	return m
}

// plannedOpen is the plan of an instance whose every secure default is off.
func plannedOpen() model {
	m := planned()
	m.Security = securityModel{
		RunAsNonRoot:             types.BoolValue(false),
		ReadOnlyRootFilesystem:   types.BoolValue(false),
		AllowPrivilegeEscalation: types.BoolValue(true),
		CapabilitiesDrop:         textSet(),
		CapabilitiesAdd:          textSet("SYS_ADMIN"),
		SeccompProfile:           types.StringValue("Unconfined"),
		AppArmorProfile:          types.StringValue("Localhost/web"),
		SELinux:                  types.MapNull(types.StringType),
	}.object()
	m.Env = texted()
	return m
}

func resourceOf(t *testing.T, m model) resourceModel {
	t.Helper()
	r := newResourceModel(t.Context())
	r.model = m
	return r
}

// stateful is the state of the instance that planned became.
func stateful(t *testing.T, m model) resourceModel {
	t.Helper()
	m.UID, m.Status = types.StringValue("uid-1"), types.StringValue(statusRunning)
	m.Node, m.IP = types.StringValue("node-1"), types.StringValue("10.0.0.1")
	if m.CPU.IsUnknown() {
		m.CPU = fwtypes.NewQuantityNull()
	}
	if m.Memory.IsUnknown() {
		m.Memory = fwtypes.NewQuantityNull()
	}
	return resourceOf(t, m)
}

func list(texts ...string) types.List {
	return types.ListValueMust(types.StringType, textValues(texts))
}

// texted makes a map of keys and values in turn.
func texted(pairs ...string) types.Map {
	values := map[string]attr.Value{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = types.StringValue(pairs[i+1])
	}
	return types.MapValueMust(types.StringType, values)
}

func quantities(pairs ...string) types.Map {
	values := map[string]attr.Value{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = fwtypes.NewQuantity(pairs[i+1])
	}
	return types.MapValueMust(fwtypes.QuantityType{}, values)
}

func secured(security types.Object, name string, value attr.Value) types.Object {
	values := security.Attributes()
	values[name] = value
	return types.ObjectValueMust(securityTypes(), values)
}
