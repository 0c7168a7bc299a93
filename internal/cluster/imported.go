package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// record is what is remembered of a cluster beside its state. It changes with an
// import, with an apply, and with a label that is lost, so that a refresh is quiet.
type record struct {
	Adopted adopted `json:"adopted"`
	// Manager is the name under which the cluster was last written, if it isn't the
	// usual one.
	Manager string `json:"manager,omitempty"`
	// Unlabelled is set where others took the provider's own label off the Namespace.
	Unlabelled bool `json:"unlabelled,omitempty"`
	// Namesake is the UID of the Namespace that is there, where it isn't the state's.
	Namesake string `json:"namesake,omitempty"`
	// Ending is set where a child is being deleted and isn't gone.
	Ending bool `json:"ending,omitempty"`
	// Deleting is set once the API server has accepted the cluster's deletion.
	Deleting bool `json:"deleting,omitempty"`
}

// recordOf is what an import remembers, and sentences on what it left out.
func recordOf(o observed) (record, []string) {
	a, notes := adoptionOf(o)
	return record{Adopted: a}, notes
}

// adoptionOf chooses which quota and limit range of an imported namespace stand
// for quota and limit_range: ours, or else the only one, whatever its name. Of
// several none does, and the sentences say which they are; nor does a limit range
// with more in it than can be said, for a change would take that away.
func adoptionOf(o observed) (adopted, []string) {
	var (
		a     adopted
		notes []string
	)
	if !isOurs(o.Quotas, quotaName) {
		whole := maps.Clone(o.Quotas)
		maps.DeleteFunc(whole, func(name string, quota *corev1.ResourceQuota) bool {
			return isScoped(quota) || strings.HasPrefix(name, scopedQuotaPrefix)
		})
		a.Quota, notes = soleOf(kindQuota, "quota", slices.Sorted(maps.Keys(whole)), notes)
	}
	if !isOurs(o.LimitRanges, limitRangeName) {
		a.LimitRange, notes = soleOf(kindLimitRange, "limit_range", slices.Sorted(maps.Keys(o.LimitRanges)), notes)
		if a.LimitRange != "" {
			if unsaid := unsaidOf(o.LimitRanges[a.LimitRange]); unsaid != "" {
				notes = append(notes, fmt.Sprintf("Its LimitRange %s has %s, which `limit_range` can't express. So the provider reads none of it, and it stays in effect. If you declare `limit_range`, the provider creates a second one.", a.LimitRange, unsaid))
				a.LimitRange = ""
			}
		}
	}
	return a, notes
}

func isOurs[T interface{ GetLabels() map[string]string }](children map[string]T, name string) bool {
	child, ok := children[name]
	return ok && child.GetLabels()[kube.LabelManagedBy] == kube.ManagedBy
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

// remainingOf is what of the adopted is still there: what was deleted, or has become
// something that quota or limit_range can't mean, is made anew under the provider's
// own name.
func remainingOf(a adopted, o observed) adopted {
	if quota, ok := o.Quotas[a.Quota]; !ok || isScoped(quota) || quota.DeletionTimestamp != nil {
		a.Quota = ""
	}
	if limits, ok := o.LimitRanges[a.LimitRange]; !ok || unsaidOf(limits) != "" || limits.DeletionTimestamp != nil {
		a.LimitRange = ""
	}
	return a
}

// keptBy is what of the adopted a configuration goes on declaring.
func keptBy(m model, a adopted) adopted {
	if fw.IsNothing(m.Quota) {
		a.Quota = ""
	}
	if fw.IsNothing(m.LimitRange) {
		a.LimitRange = ""
	}
	return a
}
