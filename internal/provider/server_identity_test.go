package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestUpgradeResourceIdentity_neverFails holds that a state can be used whatever it has for
// an identity: nothing, as older versions of Terraform and OpenTofu leave it, one of another
// provider, or something that can't be read.
func TestUpgradeResourceIdentity_neverFails(t *testing.T) {
	s, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	for _, typeName := range []string{"mar_cluster", "mar_instance"} {
		for name, raw := range map[string]*tfprotov6.RawState{
			"no value":           nil,
			"no text":            {},
			"an empty text":      {JSON: []byte("")},
			"null":               {JSON: []byte("null")},
			"an empty object":    {JSON: []byte("{}")},
			"null attributes":    {JSON: []byte(`{"cluster": null, "name": null}`)},
			"a part of it":       {JSON: []byte(`{"name": "web"}`)},
			"its own":            {JSON: []byte(`{"cluster": "dev", "name": "web"}`)},
			"another provider's": {JSON: []byte(`{"api_version": "v1", "kind": "Pod", "name": "web", "namespace": "dev"}`)},
			"a list":             {JSON: []byte(`[1]`)},
			"what isn't JSON":    {JSON: []byte(`{`)},
		} {
			for version := range int64(2) {
				resp, err := s.UpgradeResourceIdentity(t.Context(), &tfprotov6.UpgradeResourceIdentityRequest{TypeName: typeName, Version: version, RawIdentity: raw})
				if err != nil || len(resp.Diagnostics) > 0 {
					t.Errorf("%s, %s of version %d: %v, %v", typeName, name, version, err, resp)
					continue
				}
				// OpenTofu takes a missing value for a bug of the provider.
				if resp.UpgradedIdentity == nil || resp.UpgradedIdentity.IdentityData == nil {
					t.Errorf("%s, %s of version %d: no value", typeName, name, version)
					continue
				}
				object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String}}
				if value, err := resp.UpgradedIdentity.IdentityData.Unmarshal(object); err != nil || !value.IsNull() {
					t.Errorf("%s, %s of version %d: %v, %v", typeName, name, version, value, err)
				}
			}
		}
	}
}
