package fw

import (
	"fmt"
	"slices"

	dschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	rschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// ComputedAttributes turns a resource's attributes into those of a data source, with the same
// types. The ones named in required are arguments with the resource's validators, the rest are
// computed. It panics on a type of attribute that no resource has.
func ComputedAttributes(attributes map[string]rschema.Attribute, required ...string) map[string]dschema.Attribute {
	computed := make(map[string]dschema.Attribute, len(attributes))
	for name, attribute := range attributes {
		computed[name] = computedAttribute(attribute, slices.Contains(required, name))
	}
	return computed
}

func computedAttribute(attribute rschema.Attribute, required bool) dschema.Attribute {
	switch a := attribute.(type) {
	case rschema.StringAttribute:
		return dschema.StringAttribute{CustomType: a.CustomType, MarkdownDescription: a.MarkdownDescription, Required: required, Computed: !required, Validators: argumentsOnly(required, a.Validators), Sensitive: a.Sensitive}
	case rschema.BoolAttribute:
		return dschema.BoolAttribute{CustomType: a.CustomType, MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.Int64Attribute:
		return dschema.Int64Attribute{CustomType: a.CustomType, MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.Int32Attribute:
		return dschema.Int32Attribute{CustomType: a.CustomType, MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.ListAttribute:
		return dschema.ListAttribute{CustomType: a.CustomType, ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.SetAttribute:
		return dschema.SetAttribute{CustomType: a.CustomType, ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.DynamicAttribute:
		return dschema.DynamicAttribute{CustomType: a.CustomType, MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.MapAttribute:
		return dschema.MapAttribute{CustomType: a.CustomType, ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.SingleNestedAttribute:
		return dschema.SingleNestedAttribute{CustomType: a.CustomType, Attributes: ComputedAttributes(a.Attributes), MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.MapNestedAttribute:
		return dschema.MapNestedAttribute{CustomType: a.CustomType, NestedObject: dschema.NestedAttributeObject{Attributes: ComputedAttributes(a.NestedObject.Attributes)}, MarkdownDescription: a.MarkdownDescription, Computed: true}
	case rschema.SetNestedAttribute:
		return dschema.SetNestedAttribute{CustomType: a.CustomType, NestedObject: dschema.NestedAttributeObject{Attributes: ComputedAttributes(a.NestedObject.Attributes)}, MarkdownDescription: a.MarkdownDescription, Computed: true}
	}
	panic(fmt.Sprintf("no data source attribute is known for a %T", attribute))
}

func argumentsOnly(required bool, validators []validator.String) []validator.String {
	if required {
		return validators
	}
	return nil
}
