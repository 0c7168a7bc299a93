package protocol

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestIsAtRisk holds that only a create that returns an object with an error is held up.
func TestIsAtRisk(t *testing.T) {
	value := func(v any) *tfprotov6.DynamicValue {
		d, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, v))
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	failed := []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError}}
	warned := []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityWarning}}
	for name, c := range map[string]struct {
		before, after any
		diagnostics   []*tfprotov6.Diagnostic
		want          bool
	}{
		"a create that fails":              {nil, "x", failed, true},
		"one that makes nothing":           {nil, nil, failed, false},
		"one that succeeds":                {nil, "x", nil, false},
		"one that succeeds with a warning": {nil, "x", warned, false},
		"an update that fails":             {"x", "y", failed, false},
		"a delete that fails":              {"x", "x", failed, false},
	} {
		req := &tfprotov6.ApplyResourceChangeRequest{PriorState: value(c.before)}
		resp := &tfprotov6.ApplyResourceChangeResponse{NewState: value(c.after), Diagnostics: c.diagnostics}
		if got := isAtRisk(req, resp); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
