package fw_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func amounts(spellings map[string]string) types.Map {
	values := map[string]attr.Value{}
	for name, spelling := range spellings {
		values[name] = fwtypes.NewQuantity(spelling)
	}
	return types.MapValueMust(fwtypes.QuantityType{}, values)
}

func limits(cpu attr.Value, more attr.Value) types.Object {
	kinds := map[string]attr.Type{"cpu": fwtypes.QuantityType{}, "more": types.MapType{ElemType: fwtypes.QuantityType{}}}
	return types.ObjectValueMust(kinds, map[string]attr.Value{"cpu": cpu, "more": more})
}

func TestSame(t *testing.T) {
	none := types.MapNull(fwtypes.QuantityType{})
	for name, c := range map[string]struct {
		a, b attr.Value
		want bool
	}{
		"null and empty":         {none, amounts(nil), true},
		"nothing and an object":  {limits(fwtypes.NewQuantityNull(), amounts(nil)), types.ObjectNull(map[string]attr.Type{}), true},
		"amounts":                {amounts(map[string]string{"cpu": "1"}), amounts(map[string]string{"cpu": "1000m"}), true},
		"other amounts":          {amounts(map[string]string{"cpu": "1"}), amounts(map[string]string{"cpu": "1001m"}), false},
		"another key":            {amounts(map[string]string{"cpu": "1"}), amounts(map[string]string{"memory": "1"}), false},
		"an object":              {limits(fwtypes.NewQuantity("1"), none), limits(fwtypes.NewQuantity("1000m"), amounts(nil)), true},
		"unknown":                {types.StringUnknown(), types.StringUnknown(), false},
		"unknown and nothing":    {types.MapUnknown(types.StringType), types.MapNull(types.StringType), false},
		"a text that is empty":   {types.StringValue(""), types.StringNull(), false},
		"a number that is zero":  {types.Int64Value(0), types.Int64Null(), false},
		"a list in other order":  {types.ListValueMust(types.StringType, []attr.Value{types.StringValue("a"), types.StringValue("b")}), types.ListValueMust(types.StringType, []attr.Value{types.StringValue("b"), types.StringValue("a")}), false},
		"an entry of null":       {types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringNull()}), types.MapNull(types.StringType), true},
		"null and empty, a list": {types.ListNull(types.StringType), types.ListValueMust(types.StringType, nil), true},
	} {
		if got := fw.Same(c.a, c.b); got != c.want || fw.Same(c.b, c.a) != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestAsPrior_isWhatTerraformTakes(t *testing.T) {
	none := types.MapNull(fwtypes.QuantityType{})
	one, other := limits(fwtypes.NewQuantity("1"), amounts(map[string]string{"a": "1"})), limits(fwtypes.NewQuantity("1000m"), amounts(map[string]string{"a": "2"}))
	for name, c := range map[string]struct{ prior, config, want attr.Value }{
		"the same amount":              {fwtypes.NewQuantity("1"), fwtypes.NewQuantity("1000m"), fwtypes.NewQuantity("1")},
		"another":                      {fwtypes.NewQuantity("1"), fwtypes.NewQuantity("2"), fwtypes.NewQuantity("2")},
		"from null":                    {none, amounts(nil), amounts(nil)},
		"to null":                      {amounts(nil), none, none},
		"an attribute of an object":    {one, other, limits(fwtypes.NewQuantity("1"), amounts(map[string]string{"a": "2"}))},
		"a map that is the same":       {amounts(map[string]string{"a": "1"}), amounts(map[string]string{"a": "1000m"}), amounts(map[string]string{"a": "1"})},
		"a map of which a part is so":  {amounts(map[string]string{"a": "1", "b": "1"}), amounts(map[string]string{"a": "1000m", "b": "2"}), amounts(map[string]string{"a": "1000m", "b": "2"})},
		"what isn't known yet":         {fwtypes.NewQuantity("1"), fwtypes.NewQuantityUnknown(), fwtypes.NewQuantityUnknown()},
		"an object that became unsaid": {one, types.ObjectNull(one.AttributeTypes(t.Context())), types.ObjectNull(one.AttributeTypes(t.Context()))},
	} {
		if got := fw.AsPrior(t.Context(), c.prior, c.config, c.config, fw.Same); !got.Equal(c.want) {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestSayingNothingAs_keepsTheAuthorsWords(t *testing.T) {
	none := types.MapNull(fwtypes.QuantityType{})
	for name, c := range map[string]struct{ prior, seen, want attr.Value }{
		"empty":          {amounts(nil), none, amounts(nil)},
		"null":           {none, none, none},
		"something":      {amounts(nil), amounts(map[string]string{"a": "1"}), amounts(map[string]string{"a": "1"})},
		"within":         {limits(fwtypes.NewQuantity("1"), amounts(nil)), limits(fwtypes.NewQuantity("2"), none), limits(fwtypes.NewQuantity("2"), amounts(nil))},
		"what has gone":  {amounts(map[string]string{"a": "1"}), none, none},
		"unknown before": {types.MapUnknown(fwtypes.QuantityType{}), none, none},
	} {
		if got := fw.SayingNothingAs(t.Context(), c.prior, c.seen); !got.Equal(c.want) {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
