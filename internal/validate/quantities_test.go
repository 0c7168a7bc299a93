package validate_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/validate"
)

func TestQuantities(t *testing.T) {
	for name, c := range map[string]struct {
		value attr.Value
		want  string
	}{
		"right":   {fwtypes.NewQuantity("500m"), ""},
		"unknown": {fwtypes.NewQuantityUnknown(), ""},
		"wrong":   {fwtypes.NewQuantity("4GB"), "is meant"},
		"null":    {fwtypes.NewQuantityNull(), "leave the key out"},
	} {
		var resp validator.MapResponse
		validate.Quantities().ValidateMap(t.Context(), validator.MapRequest{
			Path:        path.Root("limits"),
			ConfigValue: types.MapValueMust(fwtypes.QuantityType{}, map[string]attr.Value{"cpu": c.value}),
		}, &resp)
		if got := details(resp.Diagnostics.Errors()); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
