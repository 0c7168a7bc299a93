package fw_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	dschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	rschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func TestComputedAttributes_haveTheResourcesTypes(t *testing.T) {
	attributes := map[string]rschema.Attribute{
		"name":  rschema.StringAttribute{Required: true, MarkdownDescription: "a name"},
		"cpu":   rschema.StringAttribute{Optional: true, CustomType: fwtypes.QuantityType{}},
		"flag":  rschema.BoolAttribute{Optional: true},
		"n":     rschema.Int64Attribute{Optional: true},
		"n32":   rschema.Int32Attribute{Optional: true},
		"list":  rschema.ListAttribute{Optional: true, ElementType: types.StringType},
		"set":   rschema.SetAttribute{Optional: true, ElementType: types.StringType},
		"map":   rschema.MapAttribute{Optional: true, ElementType: fwtypes.QuantityType{}},
		"one":   rschema.SingleNestedAttribute{Optional: true, Attributes: map[string]rschema.Attribute{"a": rschema.StringAttribute{Required: true}}},
		"many":  rschema.MapNestedAttribute{Optional: true, NestedObject: rschema.NestedAttributeObject{Attributes: map[string]rschema.Attribute{"a": rschema.BoolAttribute{Optional: true}}}},
		"bunch": rschema.SetNestedAttribute{Optional: true, NestedObject: rschema.NestedAttributeObject{Attributes: map[string]rschema.Attribute{"a": rschema.BoolAttribute{Optional: true}}}},
	}
	computed := fw.ComputedAttributes(attributes, "name")
	for name, want := range attributes {
		got := computed[name]
		if !got.GetType().Equal(want.GetType()) {
			t.Errorf("%s: %s instead of %s", name, got.GetType(), want.GetType())
		}
		if got.IsRequired() != (name == "name") || got.IsComputed() == got.IsRequired() || got.IsOptional() {
			t.Errorf("%s: required %t, computed %t, optional %t", name, got.IsRequired(), got.IsComputed(), got.IsOptional())
		}
		if got.GetMarkdownDescription() != want.GetMarkdownDescription() {
			t.Errorf("%s lost its description", name)
		}
	}
}

func texts(m map[string]string) types.Map {
	values := map[string]attr.Value{}
	for key, value := range m {
		values[key] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, values)
}

func TestLabelsAll(t *testing.T) {
	defaults := map[string]string{"team": "a", "env": "test"}
	for name, c := range map[string]struct {
		declared, want types.Map
	}{
		"none declared":    {types.MapNull(types.StringType), texts(defaults)},
		"declared wins":    {texts(map[string]string{"team": "b"}), texts(map[string]string{"team": "b", "env": "test"})},
		"unknown":          {types.MapUnknown(types.StringType), types.MapUnknown(types.StringType)},
		"an unknown value": {types.MapValueMust(types.StringType, map[string]attr.Value{"x": types.StringUnknown()}), types.MapUnknown(types.StringType)},
	} {
		if got := fw.LabelsAll(defaults, c.declared); !got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestObservedLabels(t *testing.T) {
	live := map[string]string{"team": "b", "other": "x"}
	for name, c := range map[string]struct{ declared, want types.Map }{
		"null stays null":       {types.MapNull(types.StringType), types.MapNull(types.StringType)},
		"empty stays empty":     {texts(nil), texts(nil)},
		"changed and removed":   {texts(map[string]string{"team": "a", "gone": "y"}), texts(map[string]string{"team": "b"})},
		"others' are theirs":    {texts(map[string]string{"team": "b"}), texts(map[string]string{"team": "b"})},
		"unknown reads as null": {types.MapUnknown(types.StringType), types.MapNull(types.StringType)},
	} {
		if got := fw.ObservedLabels(c.declared, live); !got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestImportedLabels(t *testing.T) {
	system := func(key string) bool { return key == "sys" }
	if got := fw.ImportedLabels(map[string]string{"sys": "1", "a": "b"}, system); !got.Equal(texts(map[string]string{"a": "b"})) {
		t.Errorf("got %v", got)
	}
	if got := fw.ImportedLabels(map[string]string{"sys": "1"}, system); !got.IsNull() {
		t.Errorf("got %v", got)
	}
}

func TestNulls(t *testing.T) {
	nested := map[string]attr.Type{"s": types.StringType, "q": fwtypes.QuantityType{}, "m": types.MapType{ElemType: types.StringType}, "set": types.SetType{ElemType: types.StringType}, "o": types.ObjectType{AttrTypes: map[string]attr.Type{"x": types.BoolType}}}
	if o, diags := types.ObjectValue(nested, fw.Nulls(nested)); diags.HasError() || !o.Attributes()["o"].IsNull() {
		t.Errorf("got %v, %v", o, diags)
	}
}

func TestListArguments(t *testing.T) {
	arguments := fw.ListArguments(map[string]dschema.Attribute{
		"cluster": dschema.StringAttribute{Required: true, MarkdownDescription: "where"},
		"all":     dschema.BoolAttribute{Optional: true},
		"found":   dschema.ListAttribute{Computed: true, ElementType: types.StringType},
	})
	if len(arguments) != 2 || !arguments["cluster"].IsRequired() || arguments["cluster"].GetMarkdownDescription() != "where" || !arguments["all"].IsOptional() {
		t.Errorf("got %v", arguments)
	}
}
