package store

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/contents"
	"github.com/headgym/terraform-provider-mar/internal/kube/wait"
)

// LookTimeout bounds a look at what is there when a request has failed. It goes on where
// the run was cancelled.
const LookTimeout = 20 * time.Second

// UnwatchedError says that the deletion of a Namespace was accepted, and that it can't be
// seen when it ends.
type UnwatchedError struct {
	Ref kube.Ref
	Err error
}

func (e *UnwatchedError) Error() string { return fmt.Sprintf("watch the end of %s: %v", e.Ref, e.Err) }

func (e *UnwatchedError) Unwrap() error { return e.Err }

// Foreign lists what a destroy of the cluster would take along beyond its own
// children.
func (s Store) Foreign(ctx context.Context, own objects.Observed) (contents.Contents, error) {
	children := own.Refs()
	return contents.ContentsOf(ctx, s.Client, own.Namespace.Name, func(r kube.Ref) bool { return children[r] })
}

// DeleteEmpty removes a Namespace that this very run has made, if nobody has put
// anything into it meanwhile. Kinds that can't be listed don't count: there was no
// Namespace to put them into a moment ago.
func (s Store) DeleteEmpty(ctx context.Context, made *corev1.Namespace, want objects.Desired) error {
	have, found, err := s.Get(ctx, made.Name, want)
	if err != nil || !found {
		return err
	}
	contents, err := s.Foreign(ctx, have.Own(child.Adopted{}))
	if err != nil {
		return err
	}
	if len(contents.Objects) > 0 {
		return fmt.Errorf("%s isn't empty any more:\n%s", child.ClusterRef(made.Name), objects.Inhabitants(contents))
	}
	return s.Delete(ctx, made.Name, string(made.UID))
}

// Delete removes the Namespace with that UID and blocks until it is gone. Of another one
// of the name it is a *kube.GoneError, and nothing is deleted. Once the deletion was
// accepted the error is an *UnwatchedError, or a *kube.WaitError that says what holds it.
func (s Store) Delete(ctx context.Context, name, uid string) error {
	if err := kube.Delete(ctx, child.ClusterRef(name), types.UID(uid), s.namespaces().Get, s.namespaces().Delete); err != nil {
		return err
	}
	err := s.awaitEnd(ctx, name, types.UID(uid))
	switch kube.AnswerOf(child.ClusterRef(name), err) {
	case kube.Refused, kube.NotAccepted:
		// The rights to look lay in the Namespace itself, or in an account there.
		return &UnwatchedError{Ref: child.ClusterRef(name), Err: err}
	default:
		return err
	}
}

// awaitEnd blocks until the Namespace with that UID, which is being deleted, is gone.
func (s Store) awaitEnd(ctx context.Context, name string, uid types.UID) error {
	start := time.Now()
	last, err := wait.UntilGone(ctx, child.ClusterRef(name), uid, s.namespaces())
	if kube.AnswerOf(child.ClusterRef(name), err) != kube.Ended {
		return err
	}
	return &kube.WaitError{
		Ref: child.ClusterRef(name), Goal: "be gone", Elapsed: time.Since(start), Err: err,
		Reason: fmt.Sprintf("%v; Kubernetes is still deleting it", err),
		State:  append(objects.StuckOn(last), s.remaining(ctx, name)...),
		Advice: "The controller that set a finalizer removes it when its work is done. Check that this controller runs. Only if it never runs again, remove the finalizer from the object by hand. An API service that doesn't answer also holds the deletion (kubectl get apiservices). Then apply or destroy again. A longer timeout gives it more time.",
	}
}

// remaining names what is still in a Namespace that is being deleted, a line an object.
// What can't be listed is left out.
func (s Store) remaining(ctx context.Context, name string) []string {
	const most = 10
	ctx, cancel := kube.WithTimeout(context.WithoutCancel(ctx), LookTimeout)
	defer cancel()
	all := contents.Remaining(ctx, s.Client, name)
	lines := make([]string, 0, len(all))
	for _, object := range all {
		lines = append(lines, objects.HeldLine(object.Ref, object.Finalizers))
	}
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("… and %d more objects", len(lines)-most))
	}
	return lines
}
