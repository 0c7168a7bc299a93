package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// warning is what a plan says beside what it does.
type warning struct {
	At              path.Path
	Summary, Detail string
}

// letGo warns of what an import took over and the configuration doesn't declare.
func letGo(state, plan model, a adopted) []warning {
	var warnings []warning
	for _, child := range []struct {
		name, kind, attribute string
		before, after         attr.Value
	}{
		{a.Quota, kindQuota, "quota", state.Quota, plan.Quota},
		{a.LimitRange, kindLimitRange, "limit_range", state.LimitRange, plan.LimitRange},
	} {
		if child.name != "" && !child.before.IsNull() && child.after.IsNull() {
			object := childRef(child.kind, state.Name.ValueString(), child.name)
			warnings = append(warnings, warning{
				At: path.Root(child.attribute), Summary: "An imported " + child.kind + " stays",
				Detail: fmt.Sprintf("%s existed before the cluster was imported, so an apply doesn't delete it. Terraform no longer manages it, and it stays in effect. To manage it, declare `%s`. To remove it, delete it by other means.", object, child.attribute),
			})
		}
	}
	return warnings
}

// unlabelled warns that the provider's own label isn't on the Namespace any more.
func unlabelled(o observed) warning {
	return warning{
		At: path.Root("labels_all"), Summary: "Cluster lacks a label that the provider needs",
		Detail: fmt.Sprintf("Something removed or changed the label %s of %s.\nThe provider recognizes its clusters by it. Apply sets it again, in place.", kube.LabelManagedBy, ref(o.Namespace.Name)),
	}
}

// namesake warns that the Namespace isn't the one that the state has.
func namesake(o observed) warning {
	return warning{
		At: path.Root("uid"), Summary: "Cluster's Namespace was recreated by something else",
		Detail: fmt.Sprintf("The cluster's own %s is gone, with everything in it. Something else created another one with its name at %s.\nAn apply takes that one as the cluster: it creates there what is declared, and leaves everything else alone. Until then a destroy doesn't touch it. To keep Terraform away from it, take this resource out of the state with terraform state rm, and give the cluster another name.",
			ref(o.Namespace.Name), o.Namespace.CreationTimestamp.UTC().Format(time.RFC3339)),
	}
}

// endingChildren warns of children that are being deleted and aren't gone.
func endingChildren(o observed, lines []string) warning {
	return warning{
		At: path.Empty(), Summary: "A part of the cluster is being deleted",
		Detail: fmt.Sprintf("In %s these parts of the cluster are being deleted. They stay in effect until they are gone:\n\n  %s\n\nAn apply waits until they are gone, and then recreates what is declared. A finalizer is removed by the controller that set it.", ref(o.Namespace.Name), strings.Join(lines, "\n  ")),
	}
}

// plannedRemoval are the labels and annotations of the Namespace that a plan
// removes. What isn't known yet counts as staying.
func plannedRemoval(ctx context.Context, state, plan model, defaults fw.Defaults) kube.Keys {
	known, _ := settledPlan(ctx, state, plan)
	after := desiredNamespace(known)
	if plan.LabelsAll.IsUnknown() {
		after.Labels = maps.Clone(after.Labels)
		for key := range fw.StringMap(state.LabelsAll) {
			delete(after.Labels, key)
		}
		maps.Copy(after.Labels, fw.PlannedKeys(defaults.Labels, plan.Labels, state.LabelsAll))
	}
	if plan.AnnotationsAll.IsUnknown() {
		after.Annotations = fw.PlannedKeys(defaults.Annotations, plan.Annotations, state.AnnotationsAll)
	}
	return kube.DroppedKeys(desiredNamespace(state), after)
}

// attributeOfKey tells which attribute declares a key of the Namespace.
func attributeOfKey(state model) func(isLabel bool, key string) string {
	return func(isLabel bool, key string) string {
		switch {
		case isLabel && key == kube.LabelRegion:
			return "region"
		case isLabel && isPodSecurityLabel(key) && !state.PodSecurity.IsNull():
			return "pod_security"
		}
		return fw.MapOfKey(isLabel, key)
	}
}

// lowered are the amounts that a plan sets below those of the state, or sets at
// all where there were none, by the quota's name and key.
func lowered(state, plan model, a adopted) map[string]corev1.ResourceList {
	quotasOf := func(m model) map[string]*corev1ac.ResourceQuotaApplyConfiguration {
		return desiredQuotas(m.Name.ValueString(), m.Quota, m.ScopedQuotas, a)
	}
	before, after := quotasOf(state), quotasOf(plan)
	all := map[string]corev1.ResourceList{}
	for name, quota := range after {
		for key, amount := range *quota.Spec.Hard {
			if old, ok := before[name]; ok {
				if limit, limited := (*old.Spec.Hard)[key]; limited && limit.Cmp(amount) <= 0 {
					continue
				}
			}
			if all[name] == nil {
				all[name] = corev1.ResourceList{}
			}
			all[name][key] = amount
		}
	}
	return all
}

// belowUse warns of amounts that are less than what is used now, once a quota: of
// warnings with one summary core shows the first only.
func belowUse(amounts map[string]corev1.ResourceList, quotas map[string]*corev1.ResourceQuota, a adopted) []warning {
	var warnings []warning
	for _, name := range slices.Sorted(maps.Keys(amounts)) {
		quota, ok := quotas[name]
		if !ok {
			continue
		}
		object := childRef(kindQuota, quota.Namespace, name)
		at := attributeOf(object, a)
		var places []path.Path
		var figures []string
		for _, key := range slices.Sorted(maps.Keys(amounts[name])) {
			amount := amounts[name][key]
			if used, counted := allInFull(quota.Status.Used)[key]; counted && amount.Cmp(used) < 0 {
				places = append(places, attributeAt(at, key))
				figures = append(figures, fmt.Sprintf("  %s: %s, and %s used", key, amount.String(), used.String()))
			}
		}
		if len(figures) == 0 {
			continue
		}
		if len(places) == 1 {
			at = places[0]
		}
		warnings = append(warnings, warning{
			At: at, Summary: fmt.Sprintf("%s is set below what is used", object),
			Detail: fmt.Sprintf("It would allow less than is used now:\n\n%s\n\nAn apply sets it and removes nothing. Kubernetes refuses anything that would use more, until the use is below the limit.", strings.Join(figures, "\n")),
		})
	}
	return warnings
}

// attributeAt is where a quota declares a key of spec.hard.
func attributeAt(quota path.Path, key corev1.ResourceName) path.Path {
	for _, k := range quotaKeys() {
		if k.Key == key {
			return quota.AtName(k.Attribute)
		}
	}
	return quota.AtName("extra").AtMapKey(string(key))
}
