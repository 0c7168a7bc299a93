package status

import (
	"math"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
)

// Use is how much of what a quota allows is used.
type Use struct {
	Used, Hard resource.Quantity
	// Percent is exact to a tenth; see percentOf.
	Percent float64
}

// beyondNothing is the percent of what is used though a quota allows none of it.
const beyondNothing = 200

// UsageOf is the use of each resource that quotas limit, by the name of the quota's
// attribute for it, or else by Kubernetes' key. Where several quotas limit one, it is
// that of the tightest. Quotas with scopes count some of the instances only, and are
// left out. What Kubernetes hasn't counted yet is 0, as kubectl shows it.
func UsageOf(quotas []*corev1.ResourceQuota) map[string]Use {
	tightest := map[string]Use{}
	for _, quota := range quotas {
		if len(quota.Spec.Scopes) > 0 || quota.Spec.ScopeSelector != nil {
			continue
		}
		for key, hard := range quota.Spec.Hard {
			used := quota.Status.Used[key]
			one := Use{Used: used, Hard: hard, Percent: percentOf(used, hard)}
			name := usageName(key)
			if other, ok := tightest[name]; !ok || one.tighter(other) {
				tightest[name] = one
			}
		}
	}
	return tightest
}

// tighter compares by percent, and where that is equal by what is allowed.
func (u Use) tighter(other Use) bool {
	if u.Percent != other.Percent {
		return u.Percent > other.Percent
	}
	return u.Hard.Cmp(other.Hard) < 0
}

// usageName is the attribute of quota that a key belongs to. A plain cpu or memory
// means requests, also beside the key in full.
func usageName(key corev1.ResourceName) string {
	key = quota.InFull(key, nil)
	for _, k := range quota.Keys() {
		if k.Key == key {
			return k.Attribute
		}
	}
	return string(key)
}

// percentOf rounds to a tenth, away from 100: that means used up exactly, and what
// is above it is more than allowed.
func percentOf(used, hard resource.Quantity) float64 {
	if hard.Sign() <= 0 {
		if used.Cmp(hard) > 0 {
			return beyondNothing
		}
		return 0
	}
	tenths := used.AsApproximateFloat64() / hard.AsApproximateFloat64() * 1000
	switch order := used.Cmp(hard); {
	case order == 0:
		return 100
	case order > 0:
		return max(math.Ceil(tenths), 1001) / 10
	}
	return min(math.Floor(tenths), 999) / 10
}
