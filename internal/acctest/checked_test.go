package acctest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// planner is a provider that applies all, and whose next plan is what it says.
type planner struct {
	wholeServer
	marked string
	plan   tfprotov6.PlanResourceChangeResponse
}

func (p *planner) ApplyResourceChange(_ context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	private, err := json.Marshal(map[string][]byte{"unchanged": []byte(p.marked)})
	return &tfprotov6.ApplyResourceChangeResponse{NewState: req.PlannedState, Private: private}, err
}

func (p *planner) PlanResourceChange(context.Context, *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &p.plan, nil
}

// What the acceptance tests prove of every apply would be seen if it weren't so.
func TestProven_seesAPlanThatIsNotEmpty(t *testing.T) {
	schema := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{{Name: "a", Type: tftypes.String}}}}
	state := func(a string) *tfprotov6.DynamicValue {
		value, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), map[string]tftypes.Value{"a": tftypes.NewValue(tftypes.String, a)}))
		if err != nil {
			t.Fatal(err)
		}
		return &value
	}
	empty := tfprotov6.PlanResourceChangeResponse{PlannedState: state("1")}
	changing := tfprotov6.PlanResourceChangeResponse{PlannedState: state("2")}
	replacing := tfprotov6.PlanResourceChangeResponse{PlannedState: state("1"), RequiresReplace: []*tftypes.AttributePath{tftypes.NewAttributePath().WithAttributeName("a")}}
	saying := tfprotov6.PlanResourceChangeResponse{PlannedState: state("1"), Diagnostics: []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "Take care"}}}
	for name, c := range map[string]struct {
		marked string
		plan   tfprotov6.PlanResourceChangeResponse
		says   string
	}{
		"empty":                         {`"read.plan"`, empty, ""},
		"a change":                      {`"read.plan"`, changing, "finds another state"},
		"a replacement":                 {`"read.plan"`, replacing, "replaces it"},
		"a warning":                     {`"read.plan"`, saying, "Take care"},
		"a change of what isn't marked": {`"read."`, changing, ""},
		"a change without any mark":     {`""`, changing, ""},
	} {
		server := &proven{wholeServer: &planner{marked: c.marked, plan: c.plan}, schemas: map[string]*tfprotov6.Schema{"thing": schema}}
		_, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{TypeName: "thing", PlannedState: state("1")})
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
