package fw_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// The golden file has what the user reads about keys that a plan removes.
func TestRemovedKeys_golden(t *testing.T) {
	var diags diag.Diagnostics
	fw.RemovedKeys{
		Object: kube.Ref{Kind: "Pod", Namespace: "dev", Name: "web"},
		Removal: kube.Removal{
			Kept:     []kube.AppliedKey{{IsLabel: true, Key: "team", Manager: "argocd"}, {Key: "example.com/owner", Manager: "flux"}},
			Imported: kube.Keys{Labels: []string{"stage", "tier"}, Annotations: []string{"note"}},
		},
		Attribute: fw.MapOfKey,
	}.Warn(&diags)
	var text strings.Builder
	for _, d := range diags {
		at, _ := d.(diag.DiagnosticWithPath)
		fmt.Fprintf(&text, "%s, on %s: %s\n\n%s\n\n", d.Severity(), at.Path(), d.Summary(), d.Detail())
	}
	assert.Check(t, golden.String(text.String(), "removed_keys.txt"))
}

func TestPlannedKeys(t *testing.T) {
	state := types.MapValueMust(types.StringType, map[string]attr.Value{"was": types.StringValue("1")})
	for name, c := range map[string]struct {
		declared types.Map
		want     map[string]string
	}{
		"null":             {types.MapNull(types.StringType), map[string]string{"default": "d"}},
		"an unknown value": {types.MapValueMust(types.StringType, map[string]attr.Value{"own": types.StringUnknown()}), map[string]string{"default": "d", "own": ""}},
		"unknown keys":     {types.MapUnknown(types.StringType), map[string]string{"was": "1"}},
	} {
		if diff := cmp.Diff(c.want, fw.PlannedKeys(map[string]string{"default": "d"}, c.declared, state)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
