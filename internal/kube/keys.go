package kube

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// Keys are keys of labels and annotations, sorted.
type Keys struct{ Labels, Annotations []string }

// DroppedKeys returns the keys that before has and after hasn't.
func DroppedKeys(before, after metav1.Object) Keys {
	return Keys{
		Labels:      missing(before.GetLabels(), after.GetLabels()),
		Annotations: missing(before.GetAnnotations(), after.GetAnnotations()),
	}
}

func missing(before, after map[string]string) []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[key]; !ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// None reports whether there is no key.
func (k Keys) None() bool { return len(k.Labels)+len(k.Annotations) == 0 }

// On returns the keys that the object has.
func (k Keys) On(o metav1.Object) Keys {
	return k.only(func(labels bool, key string) bool {
		_, ok := pick(labels, o.GetLabels(), o.GetAnnotations())[key]
		return ok
	})
}

// Without returns the keys that aren't among the labels and annotations.
func (k Keys) Without(labels, annotations map[string]string) Keys {
	return k.only(func(isLabel bool, key string) bool {
		_, ok := pick(isLabel, labels, annotations)[key]
		return !ok
	})
}

// Except returns the keys that the others don't have.
func (k Keys) Except(others Keys) Keys {
	return k.only(func(isLabel bool, key string) bool {
		return !slices.Contains(pick(isLabel, others.Labels, others.Annotations), key)
	})
}

func (k Keys) only(keep func(isLabel bool, key string) bool) Keys {
	var kept Keys
	for _, key := range k.Labels {
		if keep(true, key) {
			kept.Labels = append(kept.Labels, key)
		}
	}
	for _, key := range k.Annotations {
		if keep(false, key) {
			kept.Annotations = append(kept.Annotations, key)
		}
	}
	return kept
}

func pick[T any](isLabel bool, labels, annotations T) T {
	if isLabel {
		return labels
	}
	return annotations
}

// AppliedKey is a label or annotation that another manager applies.
type AppliedKey struct {
	// IsLabel is false for an annotation.
	IsLabel      bool
	Key, Manager string
}

// KeysOf returns the keys, without their managers.
func KeysOf(applied []AppliedKey) Keys {
	var keys Keys
	for _, a := range applied {
		if a.IsLabel {
			keys.Labels = append(keys.Labels, a.Key)
		} else {
			keys.Annotations = append(keys.Annotations, a.Key)
		}
	}
	return keys
}

// AppliedByOthers returns those of the keys which another manager applies to o, so
// that they stay when this client removes them: that manager would set them again
// and again. With ForceConflicts there are none. Within is the path to the metadata
// that the keys are in, nothing for the object's own.
func (w *Writer) AppliedByOthers(ref Ref, o metav1.Object, keys Keys, within ...string) ([]AppliedKey, error) {
	if w.ForceConflicts || keys.None() {
		return nil, nil
	}
	others, err := w.otherAppliers(ref, o)
	if err != nil {
		return nil, err
	}
	var applied []AppliedKey
	for _, other := range others {
		keys.only(func(isLabel bool, key string) bool {
			if other.Fields.Has(keyPath(within, isLabel, key)) {
				applied = append(applied, AppliedKey{IsLabel: isLabel, Key: key, Manager: other.Manager})
			}
			return false
		})
	}
	return applied, nil
}

// OthersKeys returns those of the keys of o that only other managers have set. Of the
// dropped ones it returns those that another manager applies. Within is as in
// AppliedByOthers.
func (w *Writer) OthersKeys(ref Ref, o metav1.Object, keys, dropped Keys, within ...string) (Keys, error) {
	applied, err := w.AppliedByOthers(ref, o, keys, within...)
	if err != nil {
		return Keys{}, err
	}
	owners, err := ownersOf(ref, o)
	if err != nil {
		return Keys{}, err
	}
	undeclared := keys.Except(dropped).only(func(isLabel bool, key string) bool {
		path, others := keyPath(within, isLabel, key), false
		for _, owner := range owners {
			if owner.Fields.Has(path) {
				if w.isOwn(owner.Manager) {
					return false
				}
				others = true
			}
		}
		return others
	})
	stay := KeysOf(applied)
	return keys.only(func(isLabel bool, key string) bool {
		return slices.Contains(pick(isLabel, undeclared.Labels, undeclared.Annotations), key) ||
			slices.Contains(pick(isLabel, stay.Labels, stay.Annotations), key)
	}), nil
}

func keyPath(within []string, isLabel bool, key string) fieldpath.Path {
	var path fieldpath.Path
	for _, name := range append(slices.Clone(within), "metadata", pick(isLabel, "labels", "annotations"), key) {
		path = append(path, fieldpath.PathElement{FieldName: &name})
	}
	return path
}

// Removal is what becomes of keys that are to be removed from an object.
type Removal struct {
	// Kept are those that another manager applies, so that they stay.
	Kept []AppliedKey
	// Imported are those that go and that others gave an object which this client
	// has never written to.
	Imported Keys
}

// RemovalOf says what becomes of the keys that o has. Within is as in
// AppliedByOthers.
func (w *Writer) RemovalOf(ref Ref, o metav1.Object, keys Keys, within ...string) (Removal, error) {
	kept, err := w.AppliedByOthers(ref, o, keys, within...)
	removal := Removal{Kept: kept}
	if err == nil && !HasWritten(o, w.FieldManager) && !HasWritten(o, w.previousManager) {
		removal.Imported = keys.Except(KeysOf(kept))
	}
	return removal, err
}

// RemoveKeys takes the dropped keys off an object that was just applied without
// them. An apply removes what its own manager alone has applied. It leaves what
// others have updated, by kubectl edit for example, and that is removed here. What
// another manager applies stays. It returns the object as it was last seen, also
// with an error.
func RemoveKeys[T metav1.Object](ctx context.Context, w *Writer, ref Ref, o T, dropped Keys, objects Patcher[T], dryRun ...string) (T, error) {
	options := metav1.PatchOptions{FieldManager: w.FieldManager, DryRun: dryRun}
	return Rewrite(ctx, ref, o, objects.Get, func(ctx context.Context, live T) (T, error) {
		patch, err := w.removal(ref, live, dropped, len(dryRun) > 0)
		if err != nil || patch == nil {
			return live, err
		}
		patched, err := objects.Patch(ctx, ref.Name, types.MergePatchType, patch, options)
		return patched, Wrap(ref, "remove labels and annotations from", err)
	})
}

// removal is the merge patch that takes off the object the dropped keys which are
// still on it and which no other manager applies, nil where there are none.
func (w *Writer) removal(ref Ref, o metav1.Object, dropped Keys, dryRun bool) ([]byte, error) {
	left := dropped.On(o)
	applied, err := w.AppliedByOthers(ref, o, left)
	if err != nil {
		return nil, err
	}
	if left = left.Except(KeysOf(applied)); left.None() {
		return nil, nil
	}
	meta := map[string]any{"uid": o.GetUID(), "labels": nulls(left.Labels), "annotations": nulls(left.Annotations)}
	if !dryRun {
		// What a dry run has answered isn't what is stored.
		meta["resourceVersion"] = o.GetResourceVersion()
	}
	return json.Marshal(map[string]any{"metadata": meta})
}

func nulls(keys []string) map[string]any {
	all := map[string]any{}
	for _, key := range keys {
		all[key] = nil
	}
	return all
}
