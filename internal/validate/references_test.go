package validate_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func TestReferenceRules(t *testing.T) {
	for name, c := range map[string]struct {
		rule   validator.String
		accept []string
		refuse map[string]string
	}{
		"object": {validate.ObjectName("a Secret's name"), []string{"db", "db.example.com"}, map[string]string{"Db": "lower case", "": "empty text", "a_b": "RFC 1123"}},
		"key":    {validate.DataKey(), []string{"password", "web.conf", "A_b"}, map[string]string{"a b": "valid config key", "": "empty text", "..": "must not be"}},
		"port": {
			validate.Port(),
			[]string{"1", "8080", "65535", "http", "a-1"},
			map[string]string{"0": "1 to 65535", "65536": "1 to 65535", "99999999999999999999": "1 to 65535", "080": "zeros", "sixteen-letters-": "15", "HTTP": "alpha-numeric", "": "empty text"},
		},
		"mount path": {validate.MountPath(), []string{"/a", "/a/b c"}, map[string]string{"a": "absolute", "": "empty text", "/a:b": "colon", "/": "whole file system", "/a/..": "whole file system"}},
		"absolute":   {validate.AbsolutePath("a path"), []string{"/", "/var/..log"}, map[string]string{"var": "absolute", "/var/../a": ".."}},
		"relative":   {validate.RelativePath("a path"), []string{"a", "a/b..c", "./a"}, map[string]string{"/a": "relative", "": "empty text", "..": "..", "../a": "..", "..a": "two dots", "a/..": ".."}},
		"sub path":   {validate.SubPath(), []string{"", "a"}, map[string]string{"/a": "relative", "..": ".."}},
		"mode":       {validate.FileMode(), []string{"0440", "440", "0000", "777"}, map[string]string{"": "empty text", "0888": "octal", "44": "octal", "1777": "octal", "04400": "octal", "u+r": "octal"}},
		"field": {
			validate.EnvField(),
			[]string{"status.podIP", "status.hostIPs", "metadata.labels['app']", "metadata.annotations['Example.com/Note']"},
			map[string]string{"status.phase": "status.podIP", "metadata.labels": "metadata.labels['<key>']", "metadata.labels['a b']": "name part", "metadata.labels[app]": "can hold", "": "empty text"},
		},
		"resource": {
			validate.EnvResource(),
			[]string{"limits.cpu", "requests.ephemeral-storage", "limits.hugepages-2Mi"},
			map[string]string{"cpu": "limits.cpu", "limits.nvidia.com/gpu": "can hold"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(value string) string {
				var resp validator.StringResponse
				c.rule.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: types.StringValue(value)}, &resp)
				return details(resp.Diagnostics.Errors())
			}
			for _, value := range c.accept {
				if got := check(value); got != "" {
					t.Errorf("%q was refused: %s", value, got)
				}
			}
			for value, want := range c.refuse {
				if got := check(value); !strings.Contains(got, want) {
					t.Errorf("%q: got %q, want a refusal with %q", value, got, want)
				}
			}
		})
	}
}

func TestDivisorFaults(t *testing.T) {
	for _, c := range []struct {
		divisor, resource string
		refused           bool
	}{
		{"1m", "limits.cpu", false},
		{"0.001", "requests.cpu", false},
		{"1", "limits.cpu", false},
		{"1k", "limits.cpu", true},
		{"2", "limits.cpu", true},
		{"1Mi", "limits.memory", false},
		{"1024Ki", "limits.memory", false},
		{"1m", "limits.memory", true},
		{"3Mi", "limits.ephemeral-storage", true},
		{"1Gi", "limits.hugepages-2Mi", false},
		{"0", "limits.memory", true},
	} {
		if got := validate.DivisorFaults(fwtypes.NewQuantity(c.divisor), c.resource); (len(got) > 0) != c.refused {
			t.Errorf("%s of %s: %v", c.divisor, c.resource, got)
		}
	}
	if got := validate.DivisorFaults(fwtypes.NewQuantityUnknown(), "limits.cpu"); got != nil {
		t.Errorf("unknown: %v", got)
	}
}
