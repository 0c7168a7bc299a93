package wait

import (
	"context"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Remover deletes objects of one kind and tells when they are gone; the typed clients are such.
type Remover[T metav1.Object] interface {
	Reader[T]
	Delete(ctx context.Context, name string, opts metav1.DeleteOptions) error
}

// Removed is Delete, and blocks until the object is gone. When the context ends first it returns
// a *WaitError that names what holds the object.
func Removed[T metav1.Object](ctx context.Context, ref kube.Ref, uid types.UID, client Remover[T]) error {
	if err := kube.Delete(ctx, ref, uid, client.Get, client.Delete); err != nil {
		return err
	}
	start := time.Now()
	last, err := UntilGone(ctx, ref, uid, client)
	if err == nil || ctx.Err() == nil {
		return err
	}
	failed := &kube.WaitError{
		Ref: ref, Goal: "be gone", Elapsed: time.Since(start), Err: err,
		Reason: fmt.Sprintf("%v; Kubernetes is still deleting it", err),
		Advice: adviceOnHolding,
	}
	if any(last) != any(*new(T)) {
		failed.State = HeldBy(last)
	}
	return failed
}

const adviceOnHolding = "The controller that set a finalizer removes it when its work is done. Check that this controller runs. Only if it never runs again, remove the finalizer from the object by hand. Then apply again."

// HeldBy says what keeps an object that is being deleted, a line for each finalizer.
func HeldBy(o metav1.Object) []string {
	var lines []string
	for _, finalizer := range slices.Sorted(slices.Values(o.GetFinalizers())) {
		lines = append(lines, fmt.Sprintf("finalizer %s", finalizer))
	}
	return lines
}
