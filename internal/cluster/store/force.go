package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// AwaitForce blocks until all that the steps have written works: the quotas count.
func (s Store) AwaitForce(ctx context.Context, have objects.Observed, steps objects.Changes) error {
	for _, quota := range writtenQuotas(have.Quotas, steps.Quotas) {
		if err := s.awaitCounted(ctx, quota); err != nil {
			return err
		}
	}
	return nil
}

// AwaitAccount blocks until a new Namespace has the ServiceAccount that the controller
// manager makes in each. Who may not look doesn't wait.
func (s Store) AwaitAccount(ctx context.Context, name string) error {
	object := child.Ref(child.KindServiceAccount, name, child.DefaultAccount)
	start := time.Now()
	err := lookUntil(ctx, func(ctx context.Context) (bool, error) {
		_, there, err := s.serviceAccounts(name).get(ctx, child.DefaultAccount)
		if LacksRight(err) {
			return true, nil
		}
		return there, err
	})
	if kube.AnswerOf(object, err) != kube.Ended {
		return err
	}
	return &kube.WaitError{
		Ref: object, Goal: "be created", Elapsed: time.Since(start), Err: err,
		Reason: fmt.Sprintf("%v; the controller manager of Kubernetes hasn't created it", err),
		Advice: "Kubernetes creates it in each namespace, and no instance can be created before. Check that kube-controller-manager runs, and look at its log.",
	}
}

// lookUntil looks again and again until a look finds what it is for, or errs. When the
// context ends first it returns its cause. The first look mostly finds what a controller
// does at once, so that a watch would only take one more right.
func lookUntil(ctx context.Context, look func(context.Context) (bool, error)) error {
	backoff := wait.Backoff{Duration: 50 * time.Millisecond, Factor: 1.5, Cap: time.Second, Steps: math.MaxInt}
	err := backoff.DelayFunc().Until(ctx, true, false, look)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
