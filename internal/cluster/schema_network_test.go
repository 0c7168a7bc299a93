package cluster

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/fw"
)

func TestNetworkAttribute_hasTheModelsTypes(t *testing.T) {
	attributes := map[string]schema.Attribute{"network": network.Attribute()}
	want := types.ObjectType{AttrTypes: network.Types()}
	if got := network.Attribute().GetType(); !got.Equal(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := fw.ComputedAttributes(attributes)["network"].GetType(); !got.Equal(want) {
		t.Errorf("data source: got  %s\nwant %s", got, want)
	}
	if diags := (schema.Schema{Attributes: attributes}).ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
}
