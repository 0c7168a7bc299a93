package objects

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// AdoptionOf chooses which quota and limit range of an imported namespace stand
// for quota and limit_range: ours, or else the only one, whatever its name. Of
// several none does, and the sentences say which they are; nor does a limit range
// with more in it than can be said, for a change would take that away.
func AdoptionOf(o Observed) (child.Adopted, []string) {
	var (
		a     child.Adopted
		notes []string
	)
	if !isOurs(o.Quotas, child.QuotaName) {
		whole := maps.Clone(o.Quotas)
		maps.DeleteFunc(whole, func(name string, resourceQuota *corev1.ResourceQuota) bool {
			return quota.IsScoped(resourceQuota) || strings.HasPrefix(name, child.ScopedQuotaPrefix)
		})
		a.Quota, notes = soleOf(child.KindQuota, "quota", slices.Sorted(maps.Keys(whole)), notes)
	}
	if !isOurs(o.LimitRanges, child.LimitRangeName) {
		a.LimitRange, notes = soleOf(child.KindLimitRange, "limit_range", slices.Sorted(maps.Keys(o.LimitRanges)), notes)
		if a.LimitRange != "" {
			if unsaid := limits.UnsaidOf(o.LimitRanges[a.LimitRange]); unsaid != "" {
				notes = append(notes, fmt.Sprintf("Its LimitRange %s has %s, which `limit_range` can't express. So the provider reads none of it, and it stays in effect. If you declare `limit_range`, the provider creates a second one.", a.LimitRange, unsaid))
				a.LimitRange = ""
			}
		}
	}
	return a, notes
}

func isOurs[T interface{ GetLabels() map[string]string }](children map[string]T, name string) bool {
	child, ok := children[name]
	return ok && child.GetLabels()[mar.LabelManagedBy] == mar.ManagedBy
}

func soleOf(kind, attribute string, names, notes []string) (string, []string) {
	switch len(names) {
	case 0:
		return "", notes
	case 1:
		return names[0], notes
	}
	return "", append(notes, fmt.Sprintf("It has %d %ss: %s. `%s` can describe only one, so the provider reads none of them, and all stay in effect. If you declare `%s`, the provider creates one more. To manage one of them here, delete the others first, then import.",
		len(names), kind, strings.Join(names, ", "), attribute, attribute))
}

// RemainingOf is what of the adopted is still there: what was deleted, or has become
// something that quota or limit_range can't mean, is made anew under the provider's
// own name.
func RemainingOf(a child.Adopted, o Observed) child.Adopted {
	if resourceQuota, ok := o.Quotas[a.Quota]; !ok || quota.IsScoped(resourceQuota) || resourceQuota.DeletionTimestamp != nil {
		a.Quota = ""
	}
	if bounds, ok := o.LimitRanges[a.LimitRange]; !ok || limits.UnsaidOf(bounds) != "" || bounds.DeletionTimestamp != nil {
		a.LimitRange = ""
	}
	return a
}

// KeptBy is what of the adopted a configuration goes on declaring.
func KeptBy(m model.Cluster, a child.Adopted) child.Adopted {
	if fw.IsNothing(m.Quota) {
		a.Quota = ""
	}
	if fw.IsNothing(m.LimitRange) {
		a.LimitRange = ""
	}
	return a
}
