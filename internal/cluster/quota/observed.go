package quota

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Observed reads all of a quota: a key that somebody added is drift too. One
// that counts only a part of the instances isn't what quota means, and so is as
// good as missing, and so is one that limits nothing.
func Observed(quota *corev1.ResourceQuota) types.Object {
	if quota == nil || IsScoped(quota) || len(quota.Spec.Hard) == 0 {
		return types.ObjectNull(Types())
	}
	return types.ObjectValueMust(Types(), LimitsOf(quota.Spec.Hard))
}

func IsScoped(quota *corev1.ResourceQuota) bool { return len(requirementsOf(quota.Spec)) > 0 }

// LimitsOf are a quota's attributes for a spec.hard.
func LimitsOf(hard corev1.ResourceList) map[string]attr.Value {
	known := map[corev1.ResourceName]Key{}
	for _, k := range Keys() {
		known[k.Key] = k
	}
	values := fw.Nulls(Types())
	extra := map[string]attr.Value{}
	for key, quantity := range hard {
		k, ok := known[InFull(key, hard)]
		switch {
		case !ok:
			extra[string(key)] = fwtypes.NewQuantity(quantity.String())
		case k.Counts:
			values[k.Attribute] = types.Int64Value(quantity.Value())
		default:
			values[k.Attribute] = fwtypes.NewQuantity(quantity.String())
		}
	}
	if len(extra) > 0 {
		values["extra"] = types.MapValueMust(fwtypes.QuantityType{}, extra)
	}
	return values
}

// ObservedScoped reads our further quotas. Of none it is what prior says
// that with: an empty map, or null.
func ObservedScoped(quotas map[string]*corev1.ResourceQuota, prior types.Map) types.Map {
	seen := map[string]attr.Value{}
	for name, quota := range quotas {
		if key, ok := strings.CutPrefix(name, child.ScopedQuotaPrefix); ok {
			before, _ := prior.Elements()[key].(types.Object)
			seen[key] = ObservedScopedQuota(quota.Spec, before)
		}
	}
	return child.MapOf(ScopedType(), seen, prior)
}

func ObservedScopedQuota(spec corev1.ResourceQuotaSpec, prior types.Object) types.Object {
	values := LimitsOf(spec.Hard)
	var scopes, classes []string
	for _, requirement := range requirementsOf(spec) {
		switch {
		case requirement.Operator == corev1.ScopeSelectorOpExists:
			scopes = append(scopes, string(requirement.ScopeName))
		case requirement.Operator == corev1.ScopeSelectorOpIn && requirement.ScopeName == corev1.ResourceQuotaScopePriorityClass:
			scopes = append(scopes, string(requirement.ScopeName))
			classes = append(classes, requirement.Values...)
		}
		// Any other operator has no attribute, so its scope is missing here: drift.
	}
	values["scopes"] = child.SetOf(scopes, nil)
	values["priority_classes"] = child.SetOf(classes, prior.Attributes()["priority_classes"])
	return types.ObjectValueMust(ScopedType().AttrTypes, values)
}
