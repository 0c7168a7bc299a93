package child

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Step is what an update does to one object.
type Step int

const (
	Keep Step = iota
	Apply
	// replace deletes the object and makes it anew, for a field that can't be
	// changed.
	Replace
	Remove
)

// StepsOf compares the children of one kind. Only what is ours is removed.
func StepsOf[T metav1.Object](want map[string]T, have map[string]T, between func(want, live T) Step) map[string]Step {
	steps := map[string]Step{}
	for name, wanted := range want {
		live, there := have[name]
		if !there {
			steps[name] = Apply
		} else if s := StepBetween(wanted, live, between); s != Keep {
			steps[name] = s
		}
	}
	for name, live := range have {
		if _, wanted := want[name]; !wanted && mar.IsOurs(live) {
			steps[name] = Remove
		}
	}
	return steps
}

// StepBetween compares one child. Nothing brings back what is being deleted, so that it is
// made anew.
func StepBetween[T metav1.Object](want, live T, between func(want, live T) Step) Step {
	if live.GetDeletionTimestamp() != nil {
		return Replace
	}
	return between(want, live)
}
