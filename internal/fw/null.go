package fw

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Nulls returns a typed null for each attribute of an object type, for the caller to fill in. It
// panics on a type that no nested object has yet.
func Nulls(attributes map[string]attr.Type) map[string]attr.Value {
	values := make(map[string]attr.Value, len(attributes))
	for name, t := range attributes {
		values[name] = null(t)
	}
	return values
}

func null(t attr.Type) attr.Value {
	switch t := t.(type) {
	case basetypes.StringType:
		return types.StringNull()
	case basetypes.Int64Type:
		return types.Int64Null()
	case basetypes.BoolType:
		return types.BoolNull()
	case fwtypes.QuantityType:
		return fwtypes.NewQuantityNull()
	case basetypes.MapType:
		return types.MapNull(t.ElemType)
	case basetypes.SetType:
		return types.SetNull(t.ElemType)
	case basetypes.ObjectType:
		return types.ObjectNull(t.AttrTypes)
	}
	panic(fmt.Sprintf("no null is known for %s", t))
}
