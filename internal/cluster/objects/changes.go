package objects

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Changes are the steps of an update, those of the children by name. An object
// that already is as wanted, in whatever spelling, isn't among them, and costs
// no request.
type Changes struct {
	Namespace       child.Step
	Quotas          map[string]child.Step
	LimitRanges     map[string]child.Step
	Policies        map[string]child.Step
	ServiceAccounts map[string]child.Step
	Roles           map[string]child.Step
	Bindings        map[string]child.Step
}

// ChangesBetween compares what is wanted with the cluster's own objects. Dropped
// is what the Namespace has to lose.
func ChangesBetween(want Desired, have Observed, lost Dropped) Changes {
	return Changes{
		Namespace:       namespaceStep(want.Namespace, have.Namespace, lost),
		Quotas:          child.StepsOf(want.Quotas, have.Quotas, quota.Step),
		LimitRanges:     child.StepsOf(want.LimitRanges, have.LimitRanges, limits.Step),
		Policies:        child.StepsOf(want.Policies, have.Policies, network.Step),
		ServiceAccounts: child.StepsOf(want.ServiceAccounts, have.ServiceAccounts, ServiceAccountStep),
		Roles:           child.StepsOf(want.Roles, have.Roles, access.RoleStep),
		Bindings:        child.StepsOf(want.Bindings, have.Bindings, access.BindingStep),
	}
}

// Dropped are the keys of labels and annotations that the state has and the
// configuration no longer declares.
type Dropped struct {
	kube.Keys
	// Own is set where the provider's own label was taken off by others.
	Own bool
}

func DroppedBetween(before, after *corev1.Namespace) Dropped {
	return Dropped{Keys: kube.DroppedKeys(before, after)}
}

func namespaceStep(want, live *corev1.Namespace, lost Dropped) child.Step {
	labels := maps.Clone(want.Labels)
	if !lost.Own {
		// On an imported Namespace it is written with the next change, and is no reason
		// for one.
		delete(labels, mar.LabelManagedBy)
	}
	if holdsAll(live.Labels, labels) && holdsAll(live.Annotations, want.Annotations) && lost.On(live).None() {
		return child.Keep
	}
	return child.Apply
}

func holdsAll(live, want map[string]string) bool {
	for key, value := range want {
		if got, ok := live[key]; !ok || got != value {
			return false
		}
	}
	return true
}

func ServiceAccountStep(_, _ *corev1.ServiceAccount) child.Step {
	return child.Keep
}

// SameMeaning reports whether two values mean the same to Kubernetes: equal amounts in
// whatever spelling, and nothing as null or as empty.
func SameMeaning(a, b attr.Value) bool {
	if a.IsUnknown() && b.IsUnknown() {
		return true
	}
	return fw.Same(a, b)
}
