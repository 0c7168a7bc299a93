package quota

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

// Scopes are the scopes that a quota can have, in the order in which they
// are documented.
func Scopes() []string {
	return []string{
		string(corev1.ResourceQuotaScopeTerminating), string(corev1.ResourceQuotaScopeNotTerminating),
		string(corev1.ResourceQuotaScopeBestEffort), string(corev1.ResourceQuotaScopeNotBestEffort),
		string(corev1.ResourceQuotaScopePriorityClass), string(corev1.ResourceQuotaScopeCrossNamespacePodAffinity),
		string(corev1.ResourceQuotaScopeVolumeAttributesClass),
	}
}

// ValidateShortKeys checks that a plain cpu or memory is in extra only beside the
// attribute for the key in full: a quota that others made may have both.
func ValidateShortKeys(at path.Path, quota types.Object) diag.Diagnostics {
	var diags diag.Diagnostics
	values := quota.Attributes()
	extra, _ := values["extra"].(types.Map)
	for _, key := range slices.Sorted(maps.Keys(extra.Elements())) {
		attribute, short := shortKeys()[key]
		if short && values[attribute].IsNull() {
			diags.Append(shortKey(at.AtName("extra").AtMapKey(key), key, attribute))
		}
	}
	return diags
}

func shortKey(at path.Path, key, attribute string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "A quota's key that has an attribute",
		fmt.Sprintf("In Kubernetes %q means requests.%s: use the attribute `%s`.", key, key, attribute))
}

// ValidateScoped checks what the API server would refuse of a scoped quota
// (validateScopedResourceSelectorRequirement in pkg/apis/core/validation).
func ValidateScoped(quotas types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, key := range slices.Sorted(maps.Keys(quotas.Elements())) {
		quota, ok := quotas.Elements()[key].(types.Object)
		if ok && child.IsDeclared(quota) {
			diags.Append(validateScopedQuota(path.Root("scoped_quotas").AtMapKey(key), quota.Attributes())...)
		}
	}
	return diags
}

func validateScopedQuota(at path.Path, values map[string]attr.Value) diag.Diagnostics {
	var diags diag.Diagnostics
	set, _ := values["scopes"].(types.Set)
	if set.IsUnknown() {
		return nil
	}
	scopes := child.TextsOf(set)
	for _, pair := range [][2]corev1.ResourceQuotaScope{
		{corev1.ResourceQuotaScopeBestEffort, corev1.ResourceQuotaScopeNotBestEffort},
		{corev1.ResourceQuotaScopeTerminating, corev1.ResourceQuotaScopeNotTerminating},
	} {
		if slices.Contains(scopes, string(pair[0])) && slices.Contains(scopes, string(pair[1])) {
			diags.AddAttributeError(at.AtName("scopes"), "Scopes contradict each other",
				fmt.Sprintf("Nothing is both %s and %s, so the quota would count nothing. Leave one out.", pair[0], pair[1]))
		}
	}
	someUnknown := slices.ContainsFunc(set.Elements(), func(v attr.Value) bool { return v.IsUnknown() })
	classes, _ := values["priority_classes"].(types.Set)
	if len(classes.Elements()) > 0 && !someUnknown && !slices.Contains(scopes, string(corev1.ResourceQuotaScopePriorityClass)) {
		diags.AddAttributeError(at.AtName("priority_classes"), "PriorityClasses without their scope",
			`Only the scope PriorityClass uses priority_classes: add "PriorityClass" to scopes, or leave priority_classes out.`)
	}
	for _, limited := range limitedBy(at, values) {
		if attribute, short := shortKeys()[string(limited.key)]; short {
			diags.Append(shortKey(limited.at, string(limited.key), attribute))
			continue
		}
		for _, scope := range scopes {
			if allowed := allowedBy(corev1.ResourceQuotaScope(scope)); !slices.Contains(allowed, limited.key) {
				diags.AddAttributeError(limited.at, "The scope doesn't allow this key",
					fmt.Sprintf("A quota with the scope %s can't limit %s. It allows %s.", scope, limited.key, strings.Join(attributesFor(allowed), ", ")))
				break
			}
		}
	}
	return diags
}

// limitedKey is a key of spec.hard and where it is declared.
type limitedKey struct {
	key corev1.ResourceName
	at  path.Path
}

// limitedBy are the keys that a quota's attributes limit, of those that a scope
// may not allow: the server lets count/… and the resources of vendors pass.
func limitedBy(at path.Path, values map[string]attr.Value) []limitedKey {
	var limited []limitedKey
	for _, k := range Keys() {
		if value := values[k.Attribute]; value != nil && !value.IsNull() {
			limited = append(limited, limitedKey{k.Key, at.AtName(k.Attribute)})
		}
	}
	extra, _ := values["extra"].(types.Map)
	for _, key := range slices.Sorted(maps.Keys(extra.Elements())) {
		if !strings.Contains(key, "/") {
			limited = append(limited, limitedKey{corev1.ResourceName(key), at.AtName("extra").AtMapKey(key)})
		}
	}
	return limited
}

// allowedBy are the keys that a scope allows (IsResourceQuotaScopeValidForResource
// in pkg/apis/core/helper).
func allowedBy(scope corev1.ResourceQuotaScope) []corev1.ResourceName {
	switch scope {
	case corev1.ResourceQuotaScopeBestEffort:
		return []corev1.ResourceName{corev1.ResourcePods}
	case corev1.ResourceQuotaScopeVolumeAttributesClass:
		return []corev1.ResourceName{corev1.ResourcePersistentVolumeClaims, corev1.ResourceRequestsStorage}
	}
	return []corev1.ResourceName{
		corev1.ResourcePods, corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory, corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory,
	}
}

func attributesFor(keys []corev1.ResourceName) []string {
	var names []string
	for _, k := range Keys() {
		if slices.Contains(keys, k.Key) {
			names = append(names, k.Attribute)
		}
	}
	return names
}
