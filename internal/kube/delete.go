package kube

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Delete asks for the deletion of the object with that UID and of no namesake;
// one that isn't there any more is no error. It doesn't wait: see AwaitGone.
func Delete(ctx context.Context, ref Ref, uid types.UID, remove func(context.Context, string, metav1.DeleteOptions) error) error {
	err := remove(ctx, ref.Name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
	if IsGone(err) {
		return nil
	}
	return Wrap(ref, "delete", err)
}
