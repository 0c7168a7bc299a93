package cluster

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// observedQuota reads all of a quota: a key that somebody added is drift too. One
// that counts only a part of the instances isn't what quota means, and so is as
// good as missing, and so is one that limits nothing.
func observedQuota(quota *corev1.ResourceQuota) types.Object {
	if quota == nil || isScoped(quota) || len(quota.Spec.Hard) == 0 {
		return types.ObjectNull(quotaTypes())
	}
	return types.ObjectValueMust(quotaTypes(), limitsOf(quota.Spec.Hard))
}

func isScoped(quota *corev1.ResourceQuota) bool { return len(requirementsOf(quota.Spec)) > 0 }

// limitsOf are a quota's attributes for a spec.hard.
func limitsOf(hard corev1.ResourceList) map[string]attr.Value {
	known := map[corev1.ResourceName]quotaKey{}
	for _, k := range quotaKeys() {
		known[k.Key] = k
	}
	values := fw.Nulls(quotaTypes())
	extra := map[string]attr.Value{}
	for key, quantity := range hard {
		k, ok := known[inFull(key, hard)]
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

// observedScopedQuotas reads our further quotas. Of none it is what prior says
// that with: an empty map, or null.
func observedScopedQuotas(quotas map[string]*corev1.ResourceQuota, prior types.Map) types.Map {
	seen := map[string]attr.Value{}
	for name, quota := range quotas {
		if key, ok := strings.CutPrefix(name, scopedQuotaPrefix); ok {
			before, _ := prior.Elements()[key].(types.Object)
			seen[key] = observedScopedQuota(quota.Spec, before)
		}
	}
	return mapOf(scopedQuotaType(), seen, prior)
}

func observedScopedQuota(spec corev1.ResourceQuotaSpec, prior types.Object) types.Object {
	values := limitsOf(spec.Hard)
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
	values["scopes"] = setOf(scopes, nil)
	values["priority_classes"] = setOf(classes, prior.Attributes()["priority_classes"])
	return types.ObjectValueMust(scopedQuotaType().AttrTypes, values)
}

func mapOf(element attr.Type, values map[string]attr.Value, prior types.Map) types.Map {
	if len(values) == 0 && (prior.IsNull() || prior.IsUnknown()) {
		return types.MapNull(element)
	}
	return types.MapValueMust(element, values)
}
