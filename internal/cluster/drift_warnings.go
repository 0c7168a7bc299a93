package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// letGo warns of what an import took over and the configuration doesn't declare.
func letGo(state, plan model.Cluster, a child.Adopted) []child.Warning {
	var warnings []child.Warning
	for _, one := range []struct {
		name, kind, attribute string
		before, after         attr.Value
	}{
		{a.Quota, child.KindQuota, "quota", state.Quota, plan.Quota},
		{a.LimitRange, child.KindLimitRange, "limit_range", state.LimitRange, plan.LimitRange},
	} {
		if one.name != "" && !one.before.IsNull() && one.after.IsNull() {
			object := child.Ref(one.kind, state.Name.ValueString(), one.name)
			warnings = append(warnings, child.Warning{
				At: path.Root(one.attribute), Summary: "An imported " + one.kind + " stays",
				Detail: fmt.Sprintf("%s existed before the cluster was imported, so an apply doesn't delete it. Terraform no longer manages it, and it stays in effect. To manage it, declare `%s`. To remove it, delete it by other means.", object, one.attribute),
			})
		}
	}
	return warnings
}

// unlabelled warns that the provider's own label isn't on the Namespace any more.
func unlabelled(o objects.Observed) child.Warning {
	return child.Warning{
		At: path.Root("labels_all"), Summary: "Cluster lacks a label that the provider needs",
		Detail: fmt.Sprintf("Something removed or changed the label %s of %s.\nThe provider recognizes its clusters by it. Apply sets it again, in place.", mar.LabelManagedBy, child.ClusterRef(o.Namespace.Name)),
	}
}

// namesake warns that the Namespace isn't the one that the state has.
func namesake(o objects.Observed) child.Warning {
	return child.Warning{
		At: path.Root("uid"), Summary: "Cluster's Namespace was recreated by something else",
		Detail: fmt.Sprintf("The cluster's own %s is gone, with everything in it. Something else created another one with its name at %s.\nAn apply takes that one as the cluster: it creates there what is declared, and leaves everything else alone. Until then a destroy doesn't touch it. To keep Terraform away from it, take this resource out of the state with terraform state rm, and give the cluster another name.",
			child.ClusterRef(o.Namespace.Name), o.Namespace.CreationTimestamp.UTC().Format(time.RFC3339)),
	}
}

// endingChildren warns of children that are being deleted and aren't gone.
func endingChildren(o objects.Observed, lines []string) child.Warning {
	return child.Warning{
		At: path.Empty(), Summary: "A part of the cluster is being deleted",
		Detail: fmt.Sprintf("In %s these parts of the cluster are being deleted. They stay in effect until they are gone:\n\n  %s\n\nAn apply waits until they are gone, and then recreates what is declared. A finalizer is removed by the controller that set it.", child.ClusterRef(o.Namespace.Name), strings.Join(lines, "\n  ")),
	}
}

// plannedRemoval are the labels and annotations of the Namespace that a plan
// removes. What isn't known yet counts as staying.
func plannedRemoval(ctx context.Context, state, plan model.Cluster, defaults fw.Defaults) kube.Keys {
	known, _ := settledPlan(ctx, state, plan)
	after := objects.DesiredNamespace(known)
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
	return kube.DroppedKeys(objects.DesiredNamespace(state), after)
}

// attributeOfKey tells which attribute declares a key of the Namespace.
func attributeOfKey(state model.Cluster) func(isLabel bool, key string) string {
	return func(isLabel bool, key string) string {
		switch {
		case isLabel && key == mar.LabelRegion:
			return "region"
		case isLabel && podsecurity.IsLabel(key) && !state.PodSecurity.IsNull():
			return "pod_security"
		}
		return fw.MapOfKey(isLabel, key)
	}
}

// lowered are the amounts that a plan sets below those of the state, or sets at
// all where there were none, by the quota's name and key.
func lowered(state, plan model.Cluster, a child.Adopted) map[string]corev1.ResourceList {
	quotasOf := func(m model.Cluster) map[string]*corev1.ResourceQuota {
		return quota.Desired(m.Name.ValueString(), m.Quota, m.ScopedQuotas, a)
	}
	before, after := quotasOf(state), quotasOf(plan)
	all := map[string]corev1.ResourceList{}
	for name, quota := range after {
		for key, amount := range quota.Spec.Hard {
			if old, ok := before[name]; ok {
				if limit, limited := old.Spec.Hard[key]; limited && limit.Cmp(amount) <= 0 {
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
func belowUse(amounts map[string]corev1.ResourceList, quotas map[string]*corev1.ResourceQuota, a child.Adopted) []child.Warning {
	var warnings []child.Warning
	for _, name := range slices.Sorted(maps.Keys(amounts)) {
		resourceQuota, ok := quotas[name]
		if !ok {
			continue
		}
		object := child.Ref(child.KindQuota, resourceQuota.Namespace, name)
		at := objects.AttributeOf(object, a)
		var places []path.Path
		var figures []string
		for _, key := range slices.Sorted(maps.Keys(amounts[name])) {
			amount := amounts[name][key]
			if used, counted := quota.AllInFull(resourceQuota.Status.Used)[key]; counted && amount.Cmp(used) < 0 {
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
		warnings = append(warnings, child.Warning{
			At: at, Summary: fmt.Sprintf("%s is set below what is used", object),
			Detail: fmt.Sprintf("It would allow less than is used now:\n\n%s\n\nAn apply sets it and removes nothing. Kubernetes refuses anything that would use more, until the use is below the limit.", strings.Join(figures, "\n")),
		})
	}
	return warnings
}

// attributeAt is where a quota declares a key of spec.hard.
func attributeAt(resourceQuota path.Path, key corev1.ResourceName) path.Path {
	for _, k := range quota.Keys() {
		if k.Key == key {
			return resourceQuota.AtName(k.Attribute)
		}
	}
	return resourceQuota.AtName("extra").AtMapKey(string(key))
}
