package validate_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/validate"
)

// The error for a null is on its element, with its key.
func TestNoNulls_namesTheElement(t *testing.T) {
	t.Parallel()
	values := []attr.Value{types.StringValue("a"), types.StringNull(), types.StringUnknown()}

	var ofMap validator.MapResponse
	validate.NoNulls().ValidateMap(t.Context(), validator.MapRequest{
		Path: path.Root("labels"), ConfigValue: types.MapValueMust(types.StringType, map[string]attr.Value{"a": values[0], "b": values[1], "c": values[2]}),
	}, &ofMap)
	var ofList validator.ListResponse
	validate.NoNulls().ValidateList(t.Context(), validator.ListRequest{Path: path.Root("args"), ConfigValue: types.ListValueMust(types.StringType, values)}, &ofList)
	var ofSet validator.SetResponse
	validate.NoNulls().ValidateSet(t.Context(), validator.SetRequest{Path: path.Root("scopes"), ConfigValue: types.SetValueMust(types.StringType, values)}, &ofSet)

	for name, c := range map[string]struct {
		diags diag.Diagnostics
		at    path.Path
		says  string
	}{
		"map":  {ofMap.Diagnostics, path.Root("labels").AtMapKey("b"), "The key \"b\" of `labels` is null."},
		"list": {ofList.Diagnostics, path.Root("args").AtListIndex(1), "Element 1 of `args`, counted from 0, is null."},
		"set":  {ofSet.Diagnostics, path.Root("scopes"), "An element of `scopes` is null."},
	} {
		if len(c.diags) != 1 {
			t.Fatalf("%s: %v", name, c.diags)
		}
		at, ok := c.diags[0].(interface{ Path() path.Path })
		if !ok || !at.Path().Equal(c.at) || !strings.HasPrefix(c.diags[0].Detail(), c.says) {
			t.Errorf("%s: %v", name, c.diags[0])
		}
	}
}
