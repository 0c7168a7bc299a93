package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// raisedPatience is how long a write that a raised quota has room for is repeated. The
// controller manager processes a quota within a second, unless it is down.
const raisedPatience = 20 * time.Second

// writtenQuotas returns the quotas that the steps have applied, in the order of their names.
func writtenQuotas(have map[string]*corev1.ResourceQuota, steps map[string]child.Step) []*corev1.ResourceQuota {
	var written []*corev1.ResourceQuota
	for _, name := range slices.Sorted(maps.Keys(steps)) {
		if quota, there := have[name]; there && steps[name] == child.Apply {
			written = append(written, quota)
		}
	}
	return written
}

// untilRaised writes, and repeats the write while a quota refuses it that has room since this
// apply raised it. The API server goes by the old amounts until the controller manager has
// processed the quota, and by its own cache a moment longer. The error is the last refusal.
func untilRaised(ctx context.Context, raised func() []*corev1.ResourceQuota, write func(context.Context) error) error {
	err := write(ctx)
	if raised == nil || !hasRoomNow(err, raised()) {
		return err
	}
	bounded, cancel := kube.WithTimeout(ctx, raisedPatience)
	defer cancel()
	last := err
	looked := lookUntil(bounded, func(context.Context) (bool, error) {
		last = write(ctx)
		return !hasRoomNow(last, raised()), nil
	})
	if looked != nil && ctx.Err() != nil {
		return looked
	}
	return last
}

// hasRoomNow reports whether an error is the refusal by one of the quotas of what fits into the
// amounts that it has been given.
func hasRoomNow(err error, quotas []*corev1.ResourceQuota) bool {
	var refused *kube.RefusedError
	if !errors.As(err, &refused) {
		return false
	}
	excess, known := refused.Excess()
	if !known {
		return false
	}
	for _, quota := range quotas {
		if strings.HasPrefix(refused.Message, fmt.Sprintf("exceeded quota: %s,", quota.Name)) {
			return excess.FitsWithin(quota.Spec.Hard)
		}
	}
	return false
}
