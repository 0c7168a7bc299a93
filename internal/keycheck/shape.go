package keycheck

import (
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Kind is a kind of block, named by its keyword.
type Kind string

// The kinds of blocks whose first label is one of the provider's types.
const (
	Resource   Kind = "resource"
	DataSource Kind = "data"
	Ephemeral  Kind = "ephemeral"
	Action     Kind = "action"
	List       Kind = "list"
)

// Schemas are the provider's schemas, by kind and type.
type Schemas map[Kind]map[string]*tfprotov6.Schema

// SchemasOf returns the schemas in the answer to GetProviderSchema.
func SchemasOf(all *tfprotov6.GetProviderSchemaResponse) Schemas {
	actions := map[string]*tfprotov6.Schema{}
	for typeName, action := range all.ActionSchemas {
		actions[typeName] = action.Schema
	}
	return Schemas{
		Resource: all.ResourceSchemas, DataSource: all.DataSourceSchemas, Ephemeral: all.EphemeralResourceSchemas,
		Action: actions, List: all.ListResourceSchemas,
	}
}

// shape has the possible keys of a value. The zero value has no keys to check.
type shape struct {
	// object is set if the value is an object whose keys are those of attributes.
	object     bool
	attributes map[string]shape
	// element is the shape of the elements of a map, list or set, or nil.
	element *shape
	// unordered is set if elements have no position in the value, as in a set.
	unordered bool
	// scalar is set if the value is a text, a number or a bool.
	scalar bool
}

func (s shape) names() []string { return slices.Sorted(maps.Keys(s.attributes)) }

func shapes(of Schemas) map[Kind]map[string]shape {
	all := map[Kind]map[string]shape{}
	for kind, schemas := range of {
		all[kind] = map[string]shape{}
		for typeName, schema := range schemas {
			all[kind][typeName] = ofAttributes(schema.Block.Attributes)
		}
	}
	return all
}

func ofAttributes(attributes []*tfprotov6.SchemaAttribute) shape {
	s := shape{object: true, attributes: map[string]shape{}}
	for _, attribute := range attributes {
		s.attributes[attribute.Name] = ofAttribute(attribute)
	}
	return s
}

func ofAttribute(attribute *tfprotov6.SchemaAttribute) shape {
	if attribute.NestedType == nil {
		return ofType(attribute.Type)
	}
	object := ofAttributes(attribute.NestedType.Attributes)
	switch attribute.NestedType.Nesting {
	case tfprotov6.SchemaObjectNestingModeSingle:
		return object
	case tfprotov6.SchemaObjectNestingModeMap, tfprotov6.SchemaObjectNestingModeList:
		return shape{element: &object}
	case tfprotov6.SchemaObjectNestingModeSet:
		return shape{element: &object, unordered: true}
	case tfprotov6.SchemaObjectNestingModeInvalid:
	}
	return shape{}
}

func ofType(of tftypes.Type) shape {
	switch t := of.(type) {
	case tftypes.Object:
		s := shape{object: true, attributes: map[string]shape{}}
		for name, attribute := range t.AttributeTypes {
			s.attributes[name] = ofType(attribute)
		}
		return s
	case tftypes.Map:
		element := ofType(t.ElementType)
		return shape{element: &element}
	case tftypes.List:
		element := ofType(t.ElementType)
		return shape{element: &element}
	case tftypes.Set:
		element := ofType(t.ElementType)
		return shape{element: &element, unordered: true}
	}
	return shape{scalar: of != nil && (of.Is(tftypes.String) || of.Is(tftypes.Number) || of.Is(tftypes.Bool))}
}
