package instance

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	rschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/instance/attributes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

func TestSchemas_areValid(t *testing.T) {
	var r resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &r)
	if diags := r.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
	var d datasource.SchemaResponse
	NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &d)
	if diags := d.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
}

// TestSchemas_fitTheModels holds that models made by their constructors go into
// a state and come out of it again.
func TestSchemas_fitTheModels(t *testing.T) {
	var r resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &r)
	state := tfsdk.State{Schema: r.Schema, Raw: tftypes.NewValue(r.Schema.Type().TerraformType(t.Context()), nil)}
	for _, m := range []model.Resource{model.NewResource(t.Context()), fixture.Stateful(t, fixture.PlannedFull()), fixture.ResourceOf(t, fixture.Planned())} {
		if diags := state.Set(t.Context(), m); diags.HasError() {
			t.Fatal(diags)
		}
		var back model.Resource
		if diags := state.Get(t.Context(), &back); diags.HasError() {
			t.Fatal(diags)
		}
	}

	var d datasource.SchemaResponse
	NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &d)
	data := tfsdk.State{Schema: d.Schema, Raw: tftypes.NewValue(d.Schema.Type().TerraformType(t.Context()), nil)}
	for _, name := range []string{"new", "ready", "crash-oom"} {
		if diags := data.Set(t.Context(), manifest.ObservedNow(fixture.PodFrom(t, name), nil, fixture.Then())); diags.HasError() {
			t.Fatal(diags)
		}
	}
}

func TestSchemas_agreeOnTypes(t *testing.T) {
	of := attributes.DataSource()
	for name, attribute := range attributes.Instance() {
		if !attribute.GetType().Equal(of[name].GetType()) {
			t.Errorf("%s is a %s in the resource and a %s in the data source", name, attribute.GetType(), of[name].GetType())
		}
	}
}

// TestSchemas_explainThemselves holds that every attribute says what it means
// and, where it can be set, what a change does.
func TestSchemas_explainThemselves(t *testing.T) {
	for name, attribute := range attributes.Resource(t.Context()) {
		text := attribute.GetMarkdownDescription()
		if name != "timeouts" && len(text) < 40 {
			t.Errorf("%s: %q", name, text)
		}
		settable := attribute.IsOptional() || attribute.IsRequired()
		if said := strings.Contains(text, "replaces the instance") || strings.Contains(text, "replaces it") || strings.Contains(text, "in place") ||
			strings.Contains(text, "nothing but the state") || strings.Contains(text, "change does what"); settable && !said && name != "timeouts" {
			t.Errorf("%s doesn't say what a change does: %q", name, text)
		}
	}
}

func TestSecurity_typesAreTheSchemas(t *testing.T) {
	object, ok := attributes.SecurityAttribute().(rschema.SingleNestedAttribute)
	if !ok {
		t.Fatalf("security is a %T", attributes.SecurityAttribute())
	}
	withTypes, ok := object.GetType().(attr.TypeWithAttributeTypes)
	if !ok {
		t.Fatal("security has no attribute types")
	}
	if got := model.NewSecurity().Object().Type(t.Context()); !got.Equal(withTypes) {
		t.Errorf("the model has %s, the schema %s", got, withTypes)
	}
}

func TestSurroundings_fitTheSchema(t *testing.T) {
	for name, want := range map[string]types.ObjectType{"env_value_from": model.VariableType(), "health_checks": model.CheckType(), "volumes": model.VolumeType()} {
		nested, ok := attributes.Instance()[name].(rschema.MapNestedAttribute)
		if !ok || !nested.NestedObject.Type().Equal(want) {
			t.Errorf("%s: the model has %s, the schema another type", name, want)
		}
	}
	var r resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &r)
	state := tfsdk.State{Schema: r.Schema, Raw: tftypes.NewValue(r.Schema.Type().TerraformType(t.Context()), nil)}
	for name, m := range fixture.Surrounded() {
		want := fixture.Stateful(t, m)
		var back model.Resource
		diags := state.Set(t.Context(), want)
		diags.Append(state.Get(t.Context(), &back)...)
		if diags.HasError() {
			t.Fatal(diags)
		}
		if diff := cmp.Diff(want.Instance, back.Instance); diff != "" {
			t.Errorf("%s (-set +got):\n%s", name, diff)
		}
	}
}
