package functions

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// plain is a value without the wrapping of those of any type.
func plain(v attr.Value) attr.Value {
	for {
		dynamic, ok := v.(types.Dynamic)
		if !ok || dynamic.IsNull() || dynamic.IsUnknown() {
			return v
		}
		v = dynamic.UnderlyingValue()
	}
}

func isNull(v attr.Value) bool { return v == nil || plain(v).IsNull() }

func isUnknown(v attr.Value) bool { return v != nil && plain(v).IsUnknown() }

// membersOf are those of an object or a map that is known.
func membersOf(v attr.Value) (map[string]attr.Value, bool) {
	switch v := plain(v).(type) {
	case types.Object:
		return v.Attributes(), true
	case types.Map:
		return v.Elements(), true
	}
	return nil, false
}

// item is an element of a collection, and what people call it.
type item struct {
	name  string
	value attr.Value
}

// itemsOf are those of a list, a tuple, a set, a map or an object that is known.
func itemsOf(v attr.Value) ([]item, bool) {
	if members, ok := membersOf(v); ok {
		var items []item
		for _, key := range slices.Sorted(maps.Keys(members)) {
			items = append(items, item{strconv.Quote(key), members[key]})
		}
		return items, true
	}
	var elements []attr.Value
	switch v := plain(v).(type) {
	case types.List:
		elements = v.Elements()
	case types.Tuple:
		elements = v.Elements()
	case types.Set:
		elements = v.Elements()
	default:
		return nil, false
	}
	var items []item
	for i, element := range elements {
		items = append(items, item{strconv.Itoa(i), element})
	}
	return items, true
}

// textOf is a text that is known, or a number as Terraform would make a text of it.
func textOf(v attr.Value) (string, error) {
	switch v := plain(v).(type) {
	case types.String:
		return v.ValueString(), nil
	case types.Number:
		return v.ValueBigFloat().Text('f', -1), nil
	}
	return "", fmt.Errorf("must be a quantity such as \"500m\" or \"4Gi\", but is %s", kindOf(v))
}

func kindOf(v attr.Value) string {
	switch plain(v).(type) {
	case types.String:
		return "a text"
	case types.Number:
		return "a number"
	case types.Bool:
		return "true or false"
	case types.Object, types.Map:
		return "an object"
	}
	return "a list"
}
