package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestNewServer_hasEveryPartOfTheProtocol(t *testing.T) {
	s, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.(tfprotov6.ActionServer); !ok {
		t.Error("actions have vanished")
	}
	if _, ok := s.(tfprotov6.ListResourceServer); !ok {
		t.Error("list resources have vanished")
	}
	schema, err := s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || hasError(schema.Diagnostics) {
		t.Fatalf("no schema: %v, %v", err, schema.Diagnostics)
	}
	for _, kind := range []string{"mar_cluster", "mar_instance"} {
		if schema.ResourceSchemas[kind] == nil || schema.DataSourceSchemas[kind] == nil {
			t.Errorf("%s isn't served", kind)
		}
		if schema.ListResourceSchemas[kind] == nil {
			t.Errorf("%s can't be listed", kind)
		}
	}
	for _, action := range []string{"mar_instance_start", "mar_instance_stop", "mar_instance_restart"} {
		if schema.ActionSchemas[action] == nil {
			t.Errorf("the action %s isn't served", action)
		}
	}
	if schema.EphemeralResourceSchemas["mar_cluster_credentials"] == nil {
		t.Error("mar_cluster_credentials isn't served")
	}
}

// The tests of a provider in a Pod give it another folder, so nothing else would notice.
func TestNewServer_findsItsPodsCredentials(t *testing.T) {
	made, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	const folder = "/var/run/secrets/kubernetes.io/serviceaccount"
	if s, ok := made.(*server); !ok || s.mar.serviceAccountFolder != folder {
		t.Errorf("the server is %+v, want one that looks into %s", made, folder)
	}
}

// OpenTofu sends null as nothing at all, which the plugin library can't read.
func TestCallFunction_takesNothingForNull(t *testing.T) {
	s, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	none, err := tfprotov6.NewDynamicValue(tftypes.DynamicPseudoType, tftypes.NewValue(tftypes.Tuple{ElementTypes: []tftypes.Type{}}, []tftypes.Value{}))
	if err != nil {
		t.Fatal(err)
	}
	for name, quota := range map[string]*tfprotov6.DynamicValue{"an empty value": {}, "no value": nil} {
		resp, err := s.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: "quota_fits", Arguments: []*tfprotov6.DynamicValue{quota, &none}})
		if err != nil || resp.Error != nil {
			t.Errorf("%s: %v, %+v", name, err, resp.Error)
		}
	}
}

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
