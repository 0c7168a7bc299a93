package wait

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
)

// recentMost is how many objects one half of a recent holds.
const recentMost = 256

// recent is the latest of what a watch told. It forgets the older half when it is
// full, and knows up to which version it may have forgotten something.
type recent[T metav1.Object] struct {
	young, old       map[types.UID]seen[T]
	youngEnd, oldEnd string
	// floor is the version after which nothing was forgotten; empty where nothing was.
	floor string
}

type seen[T metav1.Object] struct {
	object T
	gone   bool
}

func newRecent[T metav1.Object]() recent[T] {
	return recent[T]{young: map[types.UID]seen[T]{}, old: map[types.UID]seen[T]{}}
}

// add is told of objects in the order of their versions, as a watch does.
func (r *recent[T]) add(object T, gone bool) {
	if len(r.young) >= recentMost {
		if len(r.old) > 0 {
			r.floor = r.oldEnd
		}
		r.old, r.oldEnd = r.young, r.youngEnd
		r.young = map[types.UID]seen[T]{}
	}
	r.young[object.GetUID()] = seen[T]{object, gone}
	r.youngEnd = object.GetResourceVersion()
}

func (r *recent[T]) of(uid types.UID) (seen[T], bool) {
	if s, found := r.young[uid]; found {
		return s, true
	}
	s, found := r.old[uid]
	return s, found
}

// since reports whether all that was told from the version on is still here; after a
// version that isn't known it may not be. The version itself counts: that of a deletion's
// answer may be the deletion's own, after which nothing more is told.
func (r *recent[T]) since(version string) bool {
	if r.floor == "" {
		return true
	}
	order, err := resourceversion.CompareResourceVersion(version, r.floor)
	return err == nil && order > 0
}
