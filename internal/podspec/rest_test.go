package podspec_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// yamlOf is an attribute's object as YAML.
func yamlOf(tb testing.TB, v types.Dynamic) string {
	tb.Helper()
	if v.IsNull() {
		return "null\n"
	}
	data, err := yaml.Marshal(plain(v.UnderlyingValue()))
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func plain(v attr.Value) any {
	switch v := v.(type) {
	case types.Object:
		fields := map[string]any{}
		for name, inner := range v.Attributes() {
			fields[name] = plain(inner)
		}
		return fields
	case types.Tuple:
		items := []any{}
		for _, inner := range v.Elements() {
			items = append(items, plain(inner))
		}
		return items
	case types.Number:
		return json.Number(v.ValueBigFloat().Text('f', -1))
	case types.Bool:
		return v.ValueBool()
	case types.String:
		return v.ValueString()
	}
	value, _ := v.ToTerraformValue(context.Background())
	return value.String()
}

// TestRest_isWhatWasDeclared imports what the documents make, with all that
// Kubernetes adds: no default and no addition is in it.
func TestRest_isWhatWasDeclared(t *testing.T) {
	base := flatly(t)
	for name, yamlText := range documents(t) {
		t.Run(name, func(t *testing.T) {
			live := withToken(lived(t, merged(t, base, declared(t, yamlText))))
			rest := podspec.Rest(live, base, "app")
			assert.Check(t, golden.String(yamlOf(t, rest), "rest/"+name+".yaml"))
			if d := decoded(t, rest); !podspec.Equal(d, declared(t, yamlText), base) {
				t.Errorf("it differs from what was declared: %v", podspec.ChangedPaths(d, declared(t, yamlText), base))
			}
		})
	}
}

// withToken mounts the service account's token as admission does.
func withToken(spec corev1.PodSpec) corev1.PodSpec {
	spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "kube-api-access-abcde", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}})
	for _, containers := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
		for i := range containers {
			containers[i].VolumeMounts = append(containers[i].VolumeMounts, corev1.VolumeMount{Name: "kube-api-access-abcde", MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true})
		}
	}
	return spec
}

func TestRest_isNullWhereNothingIsLeft(t *testing.T) {
	if rest := podspec.Rest(lived(t, flatly(t)), flatly(t), "app"); !rest.IsNull() {
		t.Errorf("got %s", rest)
	}
	said := flatly(t)
	said.AutomountServiceAccountToken = ptr.To(true)
	if rest := podspec.Rest(withToken(lived(t, said)), said, "app"); !rest.IsNull() {
		t.Errorf("with a token: got %s", rest)
	}
}

func TestRest_ofAForeignPod(t *testing.T) {
	live := withToken(lived(t, specFrom(t, `
hostNetwork: true
containers:
- {name: injected, image: mesh, resources: {limits: {cpu: 1}}}
- {name: web, image: "web:1", stdin: true, imagePullPolicy: Always, ports: [{containerPort: 80}], resources: {limits: {memory: 1Gi}, claims: [{name: a}]}, securityContext: {privileged: true, runAsUser: 0}}
ephemeralContainers: [{name: debugger, image: busybox}]
resourceClaims: [{name: a, resourceClaimName: a}]
volumes: [{name: a, downwardAPI: {items: [{path: a, resourceFieldRef: {containerName: web, resource: limits.cpu}}, {path: b, resourceFieldRef: {containerName: injected, resource: limits.cpu}}]}}]
resources: {limits: {memory: 2Gi}}
affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a, matchLabelKeys: [app], labelSelector: {matchLabels: {b: c}, matchExpressions: [{key: app, operator: In, values: [mar]}]}}]}}
runtimeClassName: kata
overhead: {cpu: 250m}
priority: 1000
priorityClassName: high
nodeName: node-1
`)))
	said := specFrom(t, `{automountServiceAccountToken: false, containers: [{name: app, image: "web:1", ports: [{containerPort: 80}], resources: {limits: {memory: 1Gi}, requests: {memory: 1Gi}}, securityContext: {runAsUser: 0}}]}`)
	rest := podspec.Rest(live, said, "web")
	assert.Check(t, golden.String(yamlOf(t, rest), "rest_foreign.yaml"))
	if !podspec.Holds(decoded(t, rest), live, "web") {
		t.Error("it doesn't hold on the Pod that it was read from")
	}
}
