package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/keycheck"
)

// The check reads attributes alone, and not the provider block, so neither blocks within
// blocks nor objects in the provider block may come in without it.
func TestUnknownKeys_areLookedForWhereverThereAreObjects(t *testing.T) {
	t.Parallel()
	made, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	all, err := made.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for kind, schemas := range keycheck.SchemasOf(all) {
		for typeName, schema := range schemas {
			for _, block := range schema.Block.BlockTypes {
				t.Errorf("%s %s has the block %s, in which no key is looked for", kind, typeName, block.TypeName)
			}
		}
	}
	attributes := all.Provider.Block.Attributes
	for _, block := range all.Provider.Block.BlockTypes {
		attributes = append(attributes, block.Block.Attributes...)
	}
	for _, attribute := range attributes {
		if attribute.NestedType != nil {
			t.Errorf("the provider block's attribute %s has keys that aren't looked at", attribute.Name)
		}
	}
}
