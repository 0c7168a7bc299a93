package limits

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Observed reads our limit range, less what the server filled in by
// itself. Declared are the items of the state or plan, nil on import. One with
// limits that can't be said isn't what limit_range means, and so is as good as
// missing, and so are items without a limit.
func Observed(lr *corev1.LimitRange, declared []corev1.LimitRangeItem) types.Object {
	if lr == nil || UnsaidOf(lr) != "" {
		return types.ObjectNull(Types())
	}
	values := fw.Nulls(Types())
	limits := limiting(lr.Spec.Limits)
	if len(limits) == 0 {
		return types.ObjectNull(Types())
	}
	for _, item := range limits {
		switch item.Type {
		case corev1.LimitTypeContainer:
			own := withoutDefaults(item, itemOf(declared, item.Type))
			values["container"] = types.ObjectValueMust(ContainerLimitsTypes(), map[string]attr.Value{
				"default":                 amountsOf(own.Default),
				"default_request":         amountsOf(own.DefaultRequest),
				"min":                     amountsOf(own.Min),
				"max":                     amountsOf(own.Max),
				"max_limit_request_ratio": amountsOf(own.MaxLimitRequestRatio),
			})
		case corev1.LimitTypePod:
			values["instance"] = types.ObjectValueMust(InstanceLimitsTypes(), map[string]attr.Value{
				"min": amountsOf(item.Min), "max": amountsOf(item.Max), "max_limit_request_ratio": amountsOf(item.MaxLimitRequestRatio),
			})
		case corev1.LimitTypePersistentVolumeClaim:
			values["volume"] = types.ObjectValueMust(VolumeLimitsTypes(), map[string]attr.Value{
				"min": storageOf(item.Min), "max": storageOf(item.Max),
			})
		}
	}
	return types.ObjectValueMust(Types(), values)
}

// limiting are the items that limit something.
func limiting(items []corev1.LimitRangeItem) []corev1.LimitRangeItem {
	return slices.DeleteFunc(slices.Clone(items), func(item corev1.LimitRangeItem) bool {
		return len(item.Default)+len(item.DefaultRequest)+len(item.Min)+len(item.Max)+len(item.MaxLimitRequestRatio) == 0
	})
}

// UnsaidOf names what limit_range has no words for, if a limit range has any such
// thing: written anew, it would lose that.
func UnsaidOf(lr *corev1.LimitRange) string {
	for _, item := range lr.Spec.Limits {
		switch item.Type {
		case corev1.LimitTypeContainer, corev1.LimitTypePod:
		case corev1.LimitTypePersistentVolumeClaim:
			if len(item.Default)+len(item.DefaultRequest)+len(item.MaxLimitRequestRatio) > 0 || !onlyOfStorage(item.Min) || !onlyOfStorage(item.Max) {
				return "more limits for volumes than the smallest and the largest size"
			}
		default:
			return fmt.Sprintf("limits for %s", item.Type)
		}
	}
	return ""
}

func onlyOfStorage(list corev1.ResourceList) bool {
	for key := range list {
		if key != corev1.ResourceStorage {
			return false
		}
	}
	return true
}

// withoutDefaults leaves out the defaults that nobody declared and that the
// server derives: from this item, or from the declared one, whose derivation
// stays behind when somebody edits only part of it.
func withoutDefaults(live, declared corev1.LimitRangeItem) corev1.LimitRangeItem {
	own := live
	own.Default = less(live.Default, declared.Default, derivedDefaults(live), derivedDefaults(declared))
	own.DefaultRequest = less(live.DefaultRequest, declared.DefaultRequest, derivedRequests(live), derivedRequests(withDefaults(declared)))
	return own
}

func less(live, declared corev1.ResourceList, derived ...corev1.ResourceList) corev1.ResourceList {
	own := maps.Clone(live)
	for key, quantity := range live {
		if _, ok := declared[key]; ok {
			continue
		}
		for _, list := range derived {
			if filled, ok := list[key]; ok && filled.Cmp(quantity) == 0 {
				delete(own, key)
			}
		}
	}
	return own
}

// derivedDefaults and derivedRequests are the API server's defaulting of a
// container's item (SetDefaults_LimitRangeItem in pkg/apis/core/v1): a limit
// defaults to the maximum, a request to the default limit, else to the minimum.
func derivedDefaults(item corev1.LimitRangeItem) corev1.ResourceList { return item.Max }

func derivedRequests(item corev1.LimitRangeItem) corev1.ResourceList {
	derived := maps.Clone(item.Min)
	if derived == nil {
		derived = corev1.ResourceList{}
	}
	maps.Copy(derived, item.Default)
	return derived
}

func withDefaults(item corev1.LimitRangeItem) corev1.LimitRangeItem {
	filled := corev1.ResourceList{}
	maps.Copy(filled, derivedDefaults(item))
	maps.Copy(filled, item.Default)
	item.Default = filled
	return item
}

func itemOf(items []corev1.LimitRangeItem, kind corev1.LimitType) corev1.LimitRangeItem {
	for _, item := range items {
		if item.Type == kind {
			return item
		}
	}
	return corev1.LimitRangeItem{}
}

func amountsOf(list corev1.ResourceList) types.Map {
	if len(list) == 0 {
		return types.MapNull(fwtypes.QuantityType{})
	}
	values := make(map[string]attr.Value, len(list))
	for key, quantity := range list {
		values[string(key)] = fwtypes.NewQuantity(quantity.String())
	}
	return types.MapValueMust(fwtypes.QuantityType{}, values)
}

func storageOf(list corev1.ResourceList) fwtypes.Quantity {
	if quantity, ok := list[corev1.ResourceStorage]; ok {
		return fwtypes.NewQuantity(quantity.String())
	}
	return fwtypes.NewQuantityNull()
}
