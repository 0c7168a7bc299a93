package functions

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// plain returns a value without the wrapper of a dynamic type.
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

// membersOf returns the members of a known object or map.
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

// itemsOf returns the elements of a known list, tuple, set, map or object.
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

// textOf returns a known text, or a number as Terraform converts it to text.
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
