package podspec

import (
	"context"
	"math/big"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// value is the attribute's value as it was written, with what differs in it
// replaced. It keeps the types as far as they fit.
func (s *seen) value() attr.Value {
	source, _ := s.node.source.(attr.Value)
	if !s.differs {
		return source
	}
	if s.leaf != nil {
		return likeSource(source, s.leaf)
	}
	switch v := source.(type) {
	case types.Object:
		return objectOf(s.fields(v.Attributes()))
	case types.Map:
		fields := s.fields(v.Elements())
		if m, diags := types.MapValue(v.ElementType(noContext()), fields); !diags.HasError() {
			return m
		}
		return objectOf(fields)
	case types.List:
		elements := s.elements(v.Elements())
		if l, diags := types.ListValue(v.ElementType(noContext()), elements); !diags.HasError() {
			return l
		}
		return tupleOf(elements)
	case types.Tuple:
		return tupleOf(s.elements(v.Elements()))
	case types.Set:
		return tupleOf(s.elements(v.Elements()))
	}
	return source
}

// fields changes those of the source; nulls stay.
func (s *seen) fields(all map[string]attr.Value) map[string]attr.Value {
	for i, m := range s.node.members {
		switch part := s.parts[i]; {
		case part.gone:
			delete(all, m.name)
		case part.differs:
			all[m.name] = part.value()
		}
	}
	return all
}

func (s *seen) elements(all []attr.Value) []attr.Value {
	if s.order != nil {
		return s.reordered()
	}
	gone := make([]bool, len(all))
	for _, part := range s.parts {
		if gone[part.node.index] = part.gone; !part.gone && part.differs {
			all[part.node.index] = part.value()
		}
	}
	kept := make([]attr.Value, 0, len(all))
	for i, element := range all {
		if !gone[i] {
			kept = append(kept, element)
		}
	}
	return kept
}

// reordered are the elements in the live Pod's order.
func (s *seen) reordered() []attr.Value {
	elements := make([]attr.Value, 0, len(s.parts))
	for _, part := range s.inOrder() {
		elements = append(elements, part.value())
	}
	return elements
}

// likeSource is a value in the way in which the author wrote another: a number as
// a text where that was one.
func likeSource(source attr.Value, leaf any) attr.Value {
	if dynamic, ok := source.(types.Dynamic); ok {
		source = dynamic.UnderlyingValue()
	}
	if items, ok := leaf.([]any); ok {
		return listLike(source, items)
	}
	if _, wasText := source.(types.String); wasText {
		switch v := leaf.(type) {
		case int64:
			return types.StringValue(strconv.FormatInt(v, 10))
		case bool:
			return types.StringValue(strconv.FormatBool(v))
		}
	}
	if _, wasNumber := source.(types.Number); wasNumber {
		if s, isText := leaf.(string); isText {
			if f, _, err := big.ParseFloat(s, 10, 512, big.ToNearestEven); err == nil {
				return types.NumberValue(f)
			}
		}
	}
	return plainValue(leaf)
}

func listLike(source attr.Value, items []any) attr.Value {
	values := make([]attr.Value, 0, len(items))
	for _, item := range items {
		values = append(values, plainValue(item))
	}
	if l, ok := source.(types.List); ok {
		if same, diags := types.ListValue(l.ElementType(noContext()), values); !diags.HasError() {
			return same
		}
	}
	return tupleOf(values)
}

// plainValue is a tree as HCL would have it.
func plainValue(tree any) attr.Value {
	switch v := tree.(type) {
	case map[string]any:
		fields := make(map[string]attr.Value, len(v))
		for name, value := range v {
			fields[name] = plainValue(value)
		}
		return objectOf(fields)
	case []any:
		elements := make([]attr.Value, 0, len(v))
		for _, item := range v {
			elements = append(elements, plainValue(item))
		}
		return tupleOf(elements)
	case string:
		return types.StringValue(v)
	case bool:
		return types.BoolValue(v)
	case int64:
		return types.NumberValue(new(big.Float).SetPrec(512).SetInt64(v))
	}
	return types.DynamicNull()
}

func objectOf(fields map[string]attr.Value) attr.Value {
	kinds := make(map[string]attr.Type, len(fields))
	for name, value := range fields {
		kinds[name] = value.Type(noContext())
	}
	return types.ObjectValueMust(kinds, fields)
}

func tupleOf(elements []attr.Value) attr.Value {
	kinds := make([]attr.Type, 0, len(elements))
	for _, element := range elements {
		kinds = append(kinds, element.Type(noContext()))
	}
	return types.TupleValueMust(kinds, elements)
}

// noContext is for the types of built-in values, which take one and don't use it.
func noContext() context.Context { return context.Background() }
