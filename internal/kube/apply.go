package kube

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
)

// Apply sends a server-side apply under the client's field manager.
//
// A field that somebody else changed meanwhile conflicts. If it was changed by
// an update, a person's kubectl edit say, it is drift that the plan has shown,
// and is overridden. If another manager applies it, that manager would set it
// again and again: that is a *ConflictError for a person to settle.
func Apply[T any](ctx context.Context, c *Client, ref Ref, apply func(context.Context, metav1.ApplyOptions) (T, error)) (T, error) {
	options := metav1.ApplyOptions{FieldManager: c.FieldManager}
	applied, err := apply(ctx, options)
	if conflicts := fieldConflicts(err); len(conflicts) > 0 {
		if contested := byAppliers(conflicts); len(contested) > 0 {
			return applied, &ConflictError{Ref: ref, Conflicts: contested, Err: err}
		}
		options.Force = true
		applied, err = apply(ctx, options)
	}
	return applied, Wrap(ref, "apply", err)
}

// MigrateManager turns the fields that the client's own POST or update owns on
// obj into fields that it applies, for otherwise its first server-side apply
// conflicts with them and none could ever be removed. It sends nothing when
// there are none.
func MigrateManager[T interface {
	metav1.Object
	runtime.Object
}](ctx context.Context, c *Client, ref Ref, obj T, patch func(context.Context, types.PatchType, []byte, metav1.PatchOptions) (T, error)) (T, error) {
	data, err := csaupgrade.UpgradeManagedFieldsPatch(obj, sets.New(c.FieldManager), c.FieldManager)
	if err != nil || data == nil {
		return obj, Wrap(ref, "read the field ownership of", err)
	}
	migrated, err := patch(ctx, types.JSONPatchType, data, metav1.PatchOptions{FieldManager: c.FieldManager})
	if apierrors.IsConflict(err) {
		// Somebody wrote in between; the apply that follows settles ownership.
		return obj, nil
	}
	return migrated, Wrap(ref, "take over the fields of", err)
}
