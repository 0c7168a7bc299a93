package protocol

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// resourceSchema is what the server has to know of a resource's schema.
type resourceSchema struct {
	Version int64
	// WriteOnly names the attributes that are write-only or have such a one within.
	WriteOnly []string
}

// resourceSchemas are those of all resources, by type.
func resourceSchemas(ctx context.Context, of tfprotov6.ProviderServer) (map[string]resourceSchema, error) {
	all, err := of.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	schemas := map[string]resourceSchema{}
	for typeName, schema := range all.ResourceSchemas {
		known := resourceSchema{Version: schema.Version}
		for _, attribute := range schema.Block.Attributes {
			if hasWriteOnly(attribute) {
				known.WriteOnly = append(known.WriteOnly, attribute.Name)
			}
		}
		schemas[typeName] = known
	}
	return schemas, nil
}

func hasWriteOnly(a *tfprotov6.SchemaAttribute) bool {
	return a.WriteOnly || a.NestedType != nil && slices.ContainsFunc(a.NestedType.Attributes, hasWriteOnly)
}
