package kube

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Writer is the name under which a client writes to objects.
type Writer struct {
	// FieldManager is sent with every write.
	FieldManager string
	// ForceConflicts takes over fields that other managers apply.
	ForceConflicts bool
	// previousManager is set where objects were written under another name before.
	previousManager string
}

// WithPrevious returns the writer for an object that was last written under that field manager.
func (w *Writer) WithPrevious(manager string) Writer {
	after := *w
	if after.previousManager = cmp.Or(manager, mar.FieldManager); after.previousManager == w.FieldManager {
		after.previousManager = ""
	}
	return after
}

// HasPreviousManager reports whether the object was last written under another name.
func (w *Writer) HasPreviousManager() bool { return w.previousManager != "" }

// FieldManagerUsed returns the field manager to save in the state, empty where it is the usual one.
func (w *Writer) FieldManagerUsed() string {
	if w.FieldManager == mar.FieldManager {
		return ""
	}
	return w.FieldManager
}

// otherAppliers returns the managers beside this client's own that apply something
// of the object.
func (w *Writer) otherAppliers(ref Ref, o metav1.Object) ([]owner, error) {
	owners, err := ownersOf(ref, o)
	return slices.DeleteFunc(owners, func(of owner) bool { return !of.Applies || w.isOwn(of.Manager) }), err
}

// isOwn reports whether this client writes, or has written, under that name.
func (w *Writer) isOwn(manager string) bool {
	return manager == w.FieldManager || w.HasPreviousManager() && manager == w.previousManager
}

// byOthers keeps the conflicts with other managers that apply. A manager under whose name this
// client has written before is none: what it applies is taken over.
func (w *Writer) byOthers(conflicts []Conflict) []Conflict {
	var applied []Conflict
	for _, conflict := range conflicts {
		if conflict.Applied && !w.isOwn(conflict.Manager) {
			applied = append(applied, conflict)
		}
	}
	return applied
}

// Labelled reports whether the provider has put its labels on the object, be they
// still there or not: it made it, or has written to it since it was imported.
func Labelled(o metav1.Object, manager string) bool {
	_, made := o.GetAnnotations()[mar.AnnotationNonce]
	return made || HasWritten(o, manager)
}

// HasWritten reports whether the manager has written to the object itself, and not
// only to a part of it such as its size.
func HasWritten(o metav1.Object, manager string) bool {
	return slices.ContainsFunc(o.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool {
		return entry.Manager == manager && entry.Subresource == ""
	})
}
