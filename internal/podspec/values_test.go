package podspec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// text is the attribute as a text.
func text(s string) types.Dynamic { return types.DynamicValue(types.StringValue(s)) }

// hcl is the attribute as the object that HCL would have for a YAML text.
// "(unknown)" is a value that isn't known yet.
func hcl(tb testing.TB, s string) types.Dynamic {
	tb.Helper()
	var tree any
	data, err := yaml.YAMLToJSON([]byte(s))
	if err != nil {
		tb.Fatal(err)
	}
	numbers := json.NewDecoder(bytes.NewReader(data))
	numbers.UseNumber()
	if err := numbers.Decode(&tree); err != nil {
		tb.Fatal(err)
	}
	return types.DynamicValue(value(tb, tree))
}

func value(tb testing.TB, tree any) attr.Value {
	tb.Helper()
	return asValue(tree)
}

func asValue(tree any) attr.Value {
	switch v := tree.(type) {
	case map[string]any:
		fields, kinds := map[string]attr.Value{}, map[string]attr.Type{}
		for name, inner := range v {
			fields[name] = asValue(inner)
			kinds[name] = fields[name].Type(context.Background())
		}
		return types.ObjectValueMust(kinds, fields)
	case []any:
		elements, kinds := []attr.Value{}, []attr.Type{}
		for _, inner := range v {
			elements = append(elements, asValue(inner))
			kinds = append(kinds, elements[len(elements)-1].Type(context.Background()))
		}
		return types.TupleValueMust(kinds, elements)
	case string:
		if v == "(unknown)" {
			return types.DynamicUnknown()
		}
		return types.StringValue(v)
	case bool:
		return types.BoolValue(v)
	case float64:
		return types.NumberValue(big.NewFloat(v).SetPrec(512))
	case json.Number:
		f, _, err := big.ParseFloat(v.String(), 10, 512, big.ToNearestEven)
		if err != nil {
			panic(err)
		}
		return types.NumberValue(f)
	}
	return types.DynamicNull()
}

// decoded is what a value declares, which has to be faultless.
func decoded(tb testing.TB, v types.Dynamic) podspec.Declared {
	tb.Helper()
	d, faults := podspec.Decode(v)
	for _, f := range faults {
		tb.Fatalf("%s: %s", f.Where, f.Message)
	}
	return d
}

func declared(tb testing.TB, s string) podspec.Declared {
	tb.Helper()
	return decoded(tb, hcl(tb, s))
}

// flatly is what the flat attributes of a small instance mean.
func flatly(tb testing.TB) corev1.PodSpec {
	tb.Helper()
	return specFrom(tb, `
restartPolicy: Always
automountServiceAccountToken: false
securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
containers:
- name: app
  image: registry.example.com/web:1
  command: [/bin/web]
  env: [{name: B, value: "1"}, {name: A, value: $(B)}]
  ports: [{name: http, containerPort: 8080, protocol: TCP}]
  livenessProbe: {httpGet: {path: /live, port: 8080}, periodSeconds: 5}
  resources: {limits: {memory: 64Mi}, requests: {memory: 64Mi}}
  securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
  volumeMounts: [{name: data, mountPath: /data}]
volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
`)
}

func nothing() types.Dynamic { return types.DynamicNull() }
func unknown() types.Dynamic { return types.DynamicUnknown() }

func yamlMap(s string) (map[string]any, error) {
	var tree map[string]any
	data, err := yaml.YAMLToJSON([]byte(s))
	if err != nil {
		return nil, err
	}
	return tree, json.Unmarshal(data, &tree)
}
