package kube

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// Apply sends a server-side apply under the client's field manager.
//
// A field that somebody else changed meanwhile conflicts. If it was changed by
// an update, a person's kubectl edit say, it is drift that the plan has shown,
// and is overridden. If another manager applies it, that manager would set it
// again and again: that is a *ConflictError for a person to settle, unless they
// have settled it with ForceConflicts.
//
// An apply has no resourceVersion of its own. The API server still gives up on one that lost
// several races; it is sent again as it is.
func Apply[T any](ctx context.Context, w *Writer, ref Ref, apply func(context.Context, metav1.ApplyOptions) (T, error)) (applied T, err error) {
	err = OnMovedOn(ctx, ref, func(ctx context.Context) (err error) {
		applied, err = applyOnce(ctx, w, ref, apply)
		return err
	})
	return applied, err
}

func applyOnce[T any](ctx context.Context, w *Writer, ref Ref, apply func(context.Context, metav1.ApplyOptions) (T, error)) (T, error) {
	options := metav1.ApplyOptions{FieldManager: w.FieldManager, Force: w.ForceConflicts}
	applied, err := apply(ctx, options)
	if conflicts := fieldConflicts(err); len(conflicts) > 0 {
		if contested := w.byOthers(conflicts); len(contested) > 0 {
			return applied, &ConflictError{Ref: ref, Conflicts: contested, Err: err}
		}
		options.Force = true
		applied, err = apply(ctx, options)
	}
	return applied, Wrap(ref, "apply", err)
}

// Contested returns a *ConflictError where another manager applies one of the
// fields: a patch, unlike an apply, takes them from it without a word.
func Contested(w *Writer, ref Ref, o metav1.Object, fields ...fieldpath.Path) error {
	if w.ForceConflicts || len(fields) == 0 {
		return nil
	}
	others, err := w.otherAppliers(ref, o)
	if err != nil {
		return err
	}
	var conflicts []Conflict
	for _, other := range others {
		for _, field := range fields {
			if other.Fields.Has(field) {
				conflicts = append(conflicts, Conflict{Manager: other.Manager, Field: field.String(), Applied: true})
			}
		}
	}
	if len(conflicts) == 0 {
		return nil
	}
	return &ConflictError{Ref: ref, Conflicts: conflicts, Err: fmt.Errorf("%d fields are applied by others", len(conflicts))}
}

// owner is a manager with the fields of an object that it has set in one way.
type owner struct {
	Manager string
	Applies bool
	Fields  fieldpath.Set
}

func ownersOf(ref Ref, o metav1.Object) ([]owner, error) {
	var owners []owner
	for _, entry := range o.GetManagedFields() {
		if entry.FieldsV1 == nil {
			continue
		}
		of := owner{Manager: entry.Manager, Applies: entry.Operation == metav1.ManagedFieldsOperationApply}
		if err := of.Fields.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
			return nil, Wrap(ref, "read the field ownership of", err)
		}
		owners = append(owners, of)
	}
	return owners, nil
}

// MigrateManager turns the fields that the client's own POST or update owns on
// an object into fields that it applies, for otherwise its first server-side apply
// conflicts with them and none could ever be removed. So it does with all that
// was written under a former name. It sends nothing when there are none.
//
// The patch is of one resourceVersion, and is built anew where the object has moved on.
func MigrateManager[T interface {
	metav1.Object
	runtime.Object
}](ctx context.Context, w *Writer, ref Ref, obj T, objects Patcher[T]) (T, error) {
	own := sets.New(w.FieldManager)
	if w.HasPreviousManager() {
		own.Insert(w.previousManager)
	}
	return Rewrite(ctx, ref, obj, objects.Get, func(ctx context.Context, live T) (T, error) {
		data, err := csaupgrade.UpgradeManagedFieldsPatch(asUpdated(live, w.previousManager), own, w.FieldManager)
		if err != nil || data == nil {
			return live, Wrap(ref, "read the field ownership of", err)
		}
		migrated, err := objects.Patch(ctx, ref.Name, types.JSONPatchType, data, metav1.PatchOptions{FieldManager: w.FieldManager})
		return migrated, Wrap(ref, "take over the fields of", err)
	})
}

// Patcher reads and patches objects of one kind; the typed clients are such.
type Patcher[T any] interface {
	Get(ctx context.Context, name string, opts metav1.GetOptions) (T, error)
	Patch(ctx context.Context, name string, kind types.PatchType, data []byte, opts metav1.PatchOptions, subresources ...string) (T, error)
}

// asUpdated is the object with what the manager applied as if it had updated it,
// which is what can be migrated.
func asUpdated(obj runtime.Object, manager string) runtime.Object {
	if manager == "" {
		return obj
	}
	obj = obj.DeepCopyObject()
	o, ok := obj.(metav1.Object)
	if !ok {
		return obj
	}
	entries := o.GetManagedFields()
	for i := range entries {
		if entries[i].Manager == manager && entries[i].Subresource == "" {
			entries[i].Operation = metav1.ManagedFieldsOperationUpdate
		}
	}
	o.SetManagedFields(entries)
	return obj
}
