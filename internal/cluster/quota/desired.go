package quota

import (
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Desired returns quota and scoped_quotas as ResourceQuotas by name.
func Desired(cluster string, quota types.Object, scopedQuotas types.Map, a child.Adopted) map[string]*corev1.ResourceQuota {
	quotas := map[string]*corev1.ResourceQuota{}
	if child.SaysSomething(quota) {
		desired := resourceQuota(cluster, a.QuotaName(), corev1.ResourceQuotaSpec{Hard: HardOf(quota.Attributes())})
		if a.Quota != "" {
			desired.Labels = nil
		}
		quotas[desired.Name] = desired
	}
	for key, value := range scopedQuotas.Elements() {
		scoped, ok := value.(types.Object)
		if !ok || !child.IsDeclared(scoped) {
			continue
		}
		name := child.ScopedQuotaPrefix + key
		quotas[name] = resourceQuota(cluster, name, corev1.ResourceQuotaSpec{
			Hard:          HardOf(scoped.Attributes()),
			ScopeSelector: scopeSelectorOf(scoped.Attributes()),
		})
	}
	return quotas
}

func resourceQuota(cluster, name string, spec corev1.ResourceQuotaSpec) *corev1.ResourceQuota {
	return &corev1.ResourceQuota{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: child.KindQuota},
		ObjectMeta: child.Meta(cluster, name),
		Spec:       spec,
	}
}

// HardOf is the spec.hard that a quota's attributes mean.
func HardOf(values map[string]attr.Value) corev1.ResourceList {
	hard := corev1.ResourceList{}
	if extra, ok := values["extra"].(types.Map); ok {
		hard = child.ResourceList(extra)
	}
	for _, k := range Keys() {
		switch value := values[k.Attribute].(type) {
		case fwtypes.Quantity:
			if quantity, ok := value.Known(); ok {
				hard[k.Key] = quantity
			}
		case types.Int64:
			if !value.IsNull() && !value.IsUnknown() {
				hard[k.Key] = *resource.NewQuantity(value.ValueInt64(), resource.DecimalSI)
			}
		}
	}
	return hard
}

// scopeSelectorOf says all scopes as a selector, for unlike spec.scopes it can be
// changed in place.
func scopeSelectorOf(values map[string]attr.Value) *corev1.ScopeSelector {
	selector := &corev1.ScopeSelector{}
	scopes, _ := values["scopes"].(types.Set)
	classes, _ := values["priority_classes"].(types.Set)
	for _, scope := range child.TextsOf(scopes) {
		requirement := corev1.ScopedResourceSelectorRequirement{
			ScopeName: corev1.ResourceQuotaScope(scope),
			Operator:  corev1.ScopeSelectorOpExists,
		}
		if names := child.TextsOf(classes); scope == string(corev1.ResourceQuotaScopePriorityClass) && len(names) > 0 {
			requirement.Operator, requirement.Values = corev1.ScopeSelectorOpIn, names
		}
		selector.MatchExpressions = append(selector.MatchExpressions, requirement)
	}
	return selector
}

// requirementsOf are the selector's requirements in a fixed order, with those
// that spec.scopes says in its shorter form.
func requirementsOf(spec corev1.ResourceQuotaSpec) []corev1.ScopedResourceSelectorRequirement {
	var all []corev1.ScopedResourceSelectorRequirement
	for _, scope := range spec.Scopes {
		all = append(all, corev1.ScopedResourceSelectorRequirement{ScopeName: scope, Operator: corev1.ScopeSelectorOpExists})
	}
	if spec.ScopeSelector != nil {
		for _, requirement := range spec.ScopeSelector.MatchExpressions {
			requirement.Values = slices.Sorted(slices.Values(requirement.Values))
			all = append(all, requirement)
		}
	}
	slices.SortFunc(all, func(a, b corev1.ScopedResourceSelectorRequirement) int {
		return slices.Compare(append([]string{string(a.ScopeName), string(a.Operator)}, a.Values...), append([]string{string(b.ScopeName), string(b.Operator)}, b.Values...))
	})
	return all
}

// SurplusPatch is the merge patch that removes keys of a quota which aren't
// wanted, or nil where there are none. It holds for the quota as it was read.
func SurplusPatch(want, live *corev1.ResourceQuota) ([]byte, []fieldpath.Path, error) {
	surplus := map[corev1.ResourceName]any{}
	var fields []fieldpath.Path
	for key := range live.Spec.Hard {
		if _, ok := want.Spec.Hard[key]; !ok {
			surplus[key] = nil
			fields = append(fields, fieldpath.MakePathOrDie("spec", "hard", string(key)))
		}
	}
	if len(surplus) == 0 {
		return nil, nil, nil
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": live.UID, "resourceVersion": live.ResourceVersion},
		"spec":     map[string]any{"hard": surplus},
	})
	return patch, fields, err
}
