package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/protocol"
)

// A number that isn't whole is an error in plain words, at its attribute, for the provider block,
// resources and actions, at the top and within objects.
func TestWholeNumbers_areAskedForInPlainWords(t *testing.T) {
	t.Parallel()
	made, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	all, err := made.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := made.(protocol.Inner)
	if !ok {
		t.Fatal("the server lacks a part of the protocol")
	}
	for name, c := range map[string]struct {
		schema *tfprotov6.Schema
		path   []string
		value  any
		// validate asks about a configuration.
		validate func(*tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error)
		want     string
	}{
		"the provider block": {all.Provider, []string{"log_lines"}, 1.5, func(config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			resp, err := s.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
			return resp.Diagnostics, err
		}, "The value is 1.5. It must be a whole number."},
		"an attribute that is validated with another": {all.ResourceSchemas["mar_instance"], []string{"min_ready_seconds"}, 1.5, func(config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			resp, err := s.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "mar_instance", Config: config})
			return resp.Diagnostics, err
		}, "The value is 1.5. It must be a whole number."},
		"within an object": {all.ResourceSchemas["mar_cluster"], []string{"quota", "instances"}, 0.5, func(config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			resp, err := s.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "mar_cluster", Config: config})
			return resp.Diagnostics, err
		}, "The value is 0.5. It must be a whole number."},
		"a number that is too large": {all.ResourceSchemas["mar_cluster"], []string{"quota", "instances"}, 1e30, func(config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			resp, err := s.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "mar_cluster", Config: config})
			return resp.Diagnostics, err
		}, "The value is 1e+30. It must be a smaller number."},
	} {
		object, ok := c.schema.ValueType().(tftypes.Object)
		if !ok {
			t.Fatalf("%s isn't an object", name)
		}
		config, err := tfprotov6.NewDynamicValue(object, valueAt(object, c.path, c.value))
		if err != nil {
			t.Fatal(err)
		}
		diagnostics, err := c.validate(&config)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, d := range diagnostics {
			if d.Detail == c.want && d.Attribute != nil {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: %v", name, details(diagnostics))
		}
	}
}

// valueAt is an object of which all is null but what is at the path.
func valueAt(of tftypes.Object, path []string, value any) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, attribute := range of.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	if inner, isObject := of.AttributeTypes[path[0]].(tftypes.Object); isObject {
		values[path[0]] = valueAt(inner, path[1:], value)
	} else {
		values[path[0]] = tftypes.NewValue(of.AttributeTypes[path[0]], value)
	}
	return tftypes.NewValue(of, values)
}

func details(diagnostics []*tfprotov6.Diagnostic) []string {
	var all []string
	for _, d := range diagnostics {
		all = append(all, d.Attribute.String()+" "+d.Summary+": "+d.Detail)
	}
	return all
}
