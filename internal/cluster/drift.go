package cluster

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// step is what an update does to one object.
type step int

const (
	keep step = iota
	apply
	// replace deletes the object and makes it anew, for a field that can't be
	// changed.
	replace
	remove
)

// changes are the steps of an update, those of the children by name. An object
// that already is as wanted, in whatever spelling, isn't among them, and costs
// no request.
type changes struct {
	Namespace       step
	Quotas          map[string]step
	LimitRanges     map[string]step
	Policies        map[string]step
	ServiceAccounts map[string]step
	Roles           map[string]step
	Bindings        map[string]step
}

// changesBetween compares what is wanted with the cluster's own objects. Dropped
// is what the Namespace has to lose.
func changesBetween(want desired, have observed, lost dropped) changes {
	return changes{
		Namespace:       namespaceStep(want.Namespace, have.Namespace, lost),
		Quotas:          stepsOf(want.Quotas, have.Quotas, quotaStep),
		LimitRanges:     stepsOf(want.LimitRanges, have.LimitRanges, limitRangeStep),
		Policies:        stepsOf(want.Policies, have.Policies, networkPolicyStep),
		ServiceAccounts: stepsOf(want.ServiceAccounts, have.ServiceAccounts, serviceAccountStep),
		Roles:           stepsOf(want.Roles, have.Roles, roleStep),
		Bindings:        stepsOf(want.Bindings, have.Bindings, bindingStep),
	}
}

// stepsOf compares the children of one kind. Only what is ours is removed.
func stepsOf[C any, T metav1.Object](want map[string]C, have map[string]T, between func(C, T) step) map[string]step {
	steps := map[string]step{}
	for name, wanted := range want {
		live, there := have[name]
		if !there {
			steps[name] = apply
		} else if s := stepBetween(wanted, live, between); s != keep {
			steps[name] = s
		}
	}
	for name, live := range have {
		if _, wanted := want[name]; !wanted && kube.IsOurs(live) {
			steps[name] = remove
		}
	}
	return steps
}

// stepBetween compares one child. Nothing brings back what is being deleted, so that it is
// made anew.
func stepBetween[C any, T metav1.Object](want C, live T, between func(C, T) step) step {
	if live.GetDeletionTimestamp() != nil {
		return replace
	}
	return between(want, live)
}

// dropped are the keys of labels and annotations that the state has and the
// configuration no longer declares.
type dropped struct {
	kube.Keys
	// Own is set where the provider's own label was taken off by others.
	Own bool
}

func droppedBetween(before, after *corev1.Namespace) dropped {
	return dropped{Keys: kube.DroppedKeys(before, after)}
}

func namespaceStep(want, live *corev1.Namespace, lost dropped) step {
	labels := maps.Clone(want.Labels)
	if !lost.Own {
		// On an imported Namespace it is written with the next change, and is no reason
		// for one.
		delete(labels, kube.LabelManagedBy)
	}
	if holdsAll(live.Labels, labels) && holdsAll(live.Annotations, want.Annotations) && lost.On(live).None() {
		return keep
	}
	return apply
}

func holdsAll(live, want map[string]string) bool {
	for key, value := range want {
		if got, ok := live[key]; !ok || got != value {
			return false
		}
	}
	return true
}

func serviceAccountStep(*corev1ac.ServiceAccountApplyConfiguration, *corev1.ServiceAccount) step {
	return keep
}

// sameMeaning reports whether two values mean the same to Kubernetes: equal amounts in
// whatever spelling, and nothing as null or as empty.
func sameMeaning(a, b attr.Value) bool {
	if a.IsUnknown() && b.IsUnknown() {
		return true
	}
	return fw.Same(a, b)
}
