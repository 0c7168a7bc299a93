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
	if err != nil || len(schema.Diagnostics) > 0 {
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
func TestNewProvider_findsItsPodsCredentials(t *testing.T) {
	const folder = "/var/run/secrets/kubernetes.io/serviceaccount"
	if p := newProvider("test"); p.serviceAccountFolder != folder {
		t.Errorf("the provider is %+v, want one that looks into %s", p, folder)
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
