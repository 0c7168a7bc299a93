package quota

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

func ScopedType() types.ObjectType {
	all := Types()
	maps.Copy(all, map[string]attr.Type{"scopes": child.TextsType(), "priority_classes": child.TextsType()})
	return types.ObjectType{AttrTypes: all}
}
