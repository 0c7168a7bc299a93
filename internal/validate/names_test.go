package validate_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func TestStringRules(t *testing.T) {
	for _, c := range []struct {
		rule   validator.String
		accept []string
		refuse map[string]string
	}{
		{
			rule:   validate.ClusterName(),
			accept: []string{"dev", "prod-us-east", "a", "0x", strings.Repeat("a", 63)},
			refuse: map[string]string{
				"Dev": "lower case", strings.Repeat("a", 64): "63", "a.b": "dots", "": "empty text", "-a": "RFC 1123",
				"kube-system": "belongs to Kubernetes", "kube-anything": "belongs to Kubernetes", "default": "belongs to Kubernetes",
			},
		},
		{
			rule:   validate.InstanceName(),
			accept: []string{"mar-i-92a1", "default"},
			refuse: map[string]string{"Web": "lower case", strings.Repeat("a", 64): "63", "a.b": "dots"},
		},
		{
			rule:   validate.FieldManager(),
			accept: []string{"terraform-team-a", "Team A / prod", strings.Repeat("a", 128)},
			refuse: map[string]string{strings.Repeat("a", 129): "128", "a\tb": "invalid character"},
		},
		{
			rule:   validate.LabelValue(),
			accept: []string{"", "eu-west_1.a"},
			refuse: map[string]string{"a b": "label", strings.Repeat("a", 64): "63"},
		},
		{
			rule:   validate.LabelSelector(),
			accept: []string{"", "team=payments", "stage in (staging, prod),!legacy", "example.com/team!=a"},
			refuse: map[string]string{"team==a=b": "found '='", "stage in prod": "expected: '('", "team=a b": "found 'b'", "-=a": "name part"},
		},
	} {
		check := func(value types.String) string {
			var resp validator.StringResponse
			c.rule.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: value}, &resp)
			return details(resp.Diagnostics.Errors())
		}
		for _, value := range c.accept {
			if got := check(types.StringValue(value)); got != "" {
				t.Errorf("%q was refused: %s", value, got)
			}
		}
		for value, want := range c.refuse {
			if got := check(types.StringValue(value)); !strings.Contains(got, want) {
				t.Errorf("%q: got %q, want a refusal with %q", value, got, want)
			}
		}
		if got := check(types.StringUnknown()) + check(types.StringNull()); got != "" {
			t.Errorf("unknown or null was refused: %s", got)
		}
	}
}

func TestKeyRules(t *testing.T) {
	for name, c := range map[string]struct {
		rule   validator.Map
		accept []string
		refuse map[string]string
	}{
		"labels": {
			rule:   validate.Labels(mar.NamespaceLabels)[0],
			accept: []string{"team", "example.com/team"},
			refuse: map[string]string{"a b": "name part", "instance-id": "the provider sets it", "topology.kubernetes.io/region": "`region`", "/x": "prefix part", "": "empty text"},
		},
		"annotations": {
			rule:   validate.Annotations(mar.PodAnnotations)[0],
			accept: []string{"example.com/Note", "Example.com/note"},
			refuse: map[string]string{"mar.headgym.com/create-nonce": "own records", "a b": "name part"},
		},
		"env": {
			rule:   validate.EnvVarNames(),
			accept: []string{"PATH", "my.var", "my-var", "Logging:LogLevel:Default", "1A", "A B"},
			refuse: map[string]string{"": "empty text", "A=B": "environment variable", "é": "environment variable"},
		},
		"secret env": {
			rule:   validate.SecretVariableNames(),
			accept: []string{"PATH", "my.var", "my-var"},
			refuse: map[string]string{"": "empty text", "A=B": "environment variable", "1A": "environment variable", "A B": "environment variable", "A:B": "environment variable"},
		},
		"ports": {
			rule:   validate.PortNames(),
			accept: []string{"http", "a-1"},
			refuse: map[string]string{"1234": "letter", "sixteen-letters-": "15", "HTTP": "alpha-numeric"},
		},
		"limits": {
			rule:   validate.LimitedResources(),
			accept: []string{"cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "nvidia.com/gpu"},
			refuse: map[string]string{"storage": "must be one of", "pods": "must be one of", "requests.nvidia.com/gpu": "the resource itself, nvidia.com/gpu", "a b": "name part"},
		},
		"an instance's limits": {
			rule:   validate.ResourceNames("a key of limits", map[string]string{"cpu": "the limit on CPU is the attribute cpu"}),
			accept: []string{"ephemeral-storage", "hugepages-2Mi", "nvidia.com/gpu"},
			refuse: map[string]string{"cpu": "the attribute cpu", "foo": "must be one of", "storage": "must be one of", "requests.nvidia.com/gpu": "the resource itself, nvidia.com/gpu"},
		},
		"quota": {
			rule:   validate.QuotaKeys(map[string]string{"pods": "use the attribute `instances`"}),
			accept: []string{"count/jobs.batch", "requests.nvidia.com/gpu", "gold.storageclass.storage.k8s.io/requests.storage", "cpu", "hugepages-2Mi", "requests.hugepages-1Gi", "count/pods", "count/widgets.example.com", "gpu.deviceclass.resource.k8s.io/devices"},
			refuse: map[string]string{
				"pods": "`instances`", "oranges": "must be one of", "a b": "name part", "request.cpu": `perhaps "requests.cpu" is meant`,
				"nvidia.com/gpu": `write "requests.nvidia.com/gpu"`, "limits.nvidia.com/gpu": `write "requests.nvidia.com/gpu"`,
				"count/jobs": `write "count/jobs.batch"`, "count/deployment": `write "count/deployments.apps"`, "count/deployment.apps": `write "count/deployments.apps"`,
				"count/pod": `perhaps "count/pods" is meant`, "count/widgets": "written with their group",
				"gold.storageclass.storage.k8s.io/storage": "gold.storageclass.storage.k8s.io/requests.storage and",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(key string) string {
				var resp validator.MapResponse
				c.rule.ValidateMap(t.Context(), validator.MapRequest{
					Path:        path.Root("x"),
					ConfigValue: types.MapValueMust(types.StringType, map[string]attr.Value{key: types.StringUnknown()}),
				}, &resp)
				for _, d := range resp.Diagnostics {
					if at, ok := d.(interface{ Path() path.Path }); !ok || !at.Path().Equal(path.Root("x").AtMapKey(key)) {
						t.Errorf("%q: the error isn't on its key: %v", key, d)
					}
				}
				return details(resp.Diagnostics.Errors())
			}
			for _, key := range c.accept {
				if got := check(key); got != "" {
					t.Errorf("%q was refused: %s", key, got)
				}
			}
			for key, want := range c.refuse {
				if got := check(key); !strings.Contains(got, want) {
					t.Errorf("%q: got %q, want a refusal with %q", key, got, want)
				}
			}
		})
	}
}
