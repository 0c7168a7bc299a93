package fw

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Nulls returns a typed null for each attribute of an object type, to be filled
// in. It panics on a type that has no null, which no schema has.
func Nulls(attributes map[string]attr.Type) map[string]attr.Value {
	ctx := context.Background()
	values := make(map[string]attr.Value, len(attributes))
	for name, t := range attributes {
		null, err := t.ValueFromTerraform(ctx, tftypes.NewValue(t.TerraformType(ctx), nil))
		if err != nil {
			panic(fmt.Sprintf("the null of %s: %v", t, err))
		}
		values[name] = null
	}
	return values
}
