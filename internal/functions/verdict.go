package functions

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// verdict is whether needs fit under limits, by the names in a quota.
type verdict struct {
	over    map[string]string
	missing map[string][]string
	// problems are over and missing in words.
	problems []string
	// unknown is set if a limit or a need isn't known yet, so there may be more.
	unknown bool
}

func judge(h hard, n needs) (verdict, error) {
	v := verdict{over: map[string]string{}, missing: map[string][]string{}, unknown: h.allUnknown}
	for key := range h.unknown {
		if _, counts := n.used[key]; counts || n.isUnknown(key) {
			v.unknown = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(h.limits)) {
		limit, name := h.limits[key], attributeOf(key)
		v.unknown = v.unknown || n.isUnknown(key)
		if used := n.used[key]; used.Cmp(limit) > 0 {
			short := fwtypes.Rat(used)
			by, err := spelt(key, short.Sub(short, fwtypes.Rat(limit)), used.Format)
			if err != nil {
				return v, err
			}
			needed, err := spelt(key, fwtypes.Rat(used), used.Format)
			if err != nil {
				return v, err
			}
			v.over[name] = by
			v.problems = append(v.problems, fmt.Sprintf("%s: the instances need %s and the quota has %s, which is %s too little.", name, needed, limit.String(), by))
		}
		if silent := n.silent[key]; len(silent) > 0 {
			v.missing[name] = silent
			v.problems = append(v.problems, fmt.Sprintf("%s: the quota limits it, so each container must set it, and these don't: %s.", name, strings.Join(silent, ", ")))
		}
	}
	return v, nil
}

// fits is false as soon as that is certain, because unknown amounts only add.
func (v verdict) fits() types.Bool {
	switch {
	case len(v.problems) > 0:
		return types.BoolValue(false)
	case v.unknown:
		return types.BoolUnknown()
	}
	return types.BoolValue(true)
}

func neededTypes() map[string]attr.Type {
	all := map[string]attr.Type{extra: types.MapType{ElemType: types.StringType}}
	for name, key := range counted() {
		all[name] = types.StringType
		if key == corev1.ResourcePods {
			all[name] = types.Int64Type
		}
	}
	return all
}

func resultTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"fits":     types.BoolType,
		"needed":   types.ObjectType{AttrTypes: neededTypes()},
		"over":     types.MapType{ElemType: types.StringType},
		"missing":  types.MapType{ElemType: types.ListType{ElemType: types.StringType}},
		"problems": types.ListType{ElemType: types.StringType},
	}
}

func result(h hard, n needs) (types.Object, error) {
	v, err := judge(h, n)
	if err != nil {
		return types.ObjectUnknown(resultTypes()), err
	}
	needed, err := neededOf(h, n)
	if err != nil {
		return types.ObjectUnknown(resultTypes()), err
	}
	list := types.ListType{ElemType: types.StringType}
	values := map[string]attr.Value{
		"fits":     v.fits(),
		"needed":   needed,
		"over":     types.MapUnknown(types.StringType),
		"missing":  types.MapUnknown(list),
		"problems": types.ListUnknown(types.StringType),
	}
	if !v.unknown {
		over, missing := map[string]attr.Value{}, map[string]attr.Value{}
		for name, by := range v.over {
			over[name] = types.StringValue(by)
		}
		for name, who := range v.missing {
			missing[name] = texts(who)
		}
		values["over"] = types.MapValueMust(types.StringType, over)
		values["missing"] = types.MapValueMust(list, missing)
		values["problems"] = texts(v.problems)
	}
	return types.ObjectValueMust(resultTypes(), values), nil
}

func texts(all []string) types.List {
	values := make([]attr.Value, 0, len(all))
	for _, text := range all {
		values = append(values, types.StringValue(text))
	}
	return types.ListValueMust(types.StringType, values)
}

// neededOf returns what is used, in the shape of a quota. What no instance sets is null.
func neededOf(h hard, n needs) (types.Object, error) {
	values := map[string]attr.Value{}
	for name, key := range counted() {
		used, says := n.used[key]
		switch {
		case key == corev1.ResourcePods && n.isUnknown(key):
			values[name] = types.Int64Unknown()
		case key == corev1.ResourcePods:
			values[name] = types.Int64Value(used.Value())
		case n.isUnknown(key):
			values[name] = types.StringUnknown()
		case says:
			text, err := spelt(key, fwtypes.Rat(used), used.Format)
			if err != nil {
				return types.ObjectUnknown(neededTypes()), err
			}
			values[name] = types.StringValue(text)
		default:
			values[name] = types.StringNull()
		}
	}
	more, err := extraOf(h, n)
	values[extra] = more
	return types.ObjectValueMust(neededTypes(), values), err
}

// extraOf returns the keys without an attribute. A key that is only another name for something is
// included if the quota uses it.
func extraOf(h hard, n needs) (types.Map, error) {
	if n.allUnknown || h.allUnknown {
		return types.MapUnknown(types.StringType), nil
	}
	values := map[string]attr.Value{}
	for key, used := range n.used {
		_, limited := h.limits[key]
		isAlias := key == keyCountPods || !strings.HasPrefix(string(key), "requests.")
		if attributeOf(key) != string(key) || isAlias && !limited && !h.unknown[key] {
			continue
		}
		if n.isUnknown(key) {
			values[string(key)] = types.StringUnknown()
			continue
		}
		text, err := spelt(key, fwtypes.Rat(used), used.Format)
		if err != nil {
			return types.MapUnknown(types.StringType), err
		}
		values[string(key)] = types.StringValue(text)
	}
	return types.MapValueMust(types.StringType, values), nil
}
