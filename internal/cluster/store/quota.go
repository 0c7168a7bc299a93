package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// standInPrefix begins the name of a quota that limits a cluster while another one is
// replaced. As a scoped quota that nobody declares it is drift, so that one which a broken
// run has left goes with the next apply. No key of scoped_quotas has a dot.
const standInPrefix = child.ScopedQuotaPrefix + "stand-in."

// writeQuotas applies and replaces quotas, and notes in have what is there afterwards,
// also with an error. At no moment is a declared quota missing that was there.
func (s Store) writeQuotas(ctx context.Context, cluster string, want map[string]*corev1.ResourceQuota, have map[string]*corev1.ResourceQuota, steps map[string]child.Step) error {
	for _, name := range slices.Sorted(maps.Keys(steps)) {
		if steps[name] != child.Replace {
			continue
		}
		if err := s.replaceQuota(ctx, cluster, name, want[name], have); err != nil {
			return err
		}
	}
	rest := maps.Clone(steps)
	maps.DeleteFunc(rest, func(_ string, s child.Step) bool { return s == child.Replace })
	return s.quotas(cluster).Write(ctx, want, have, rest)
}

// replaceQuota has a stand-in count before the old quota goes, and until the new one does.
// Where it fails between the two, the stand-in stays.
func (s Store) replaceQuota(ctx context.Context, cluster, name string, want *corev1.ResourceQuota, have map[string]*corev1.ResourceQuota) error {
	quotas, standIn := s.quotas(cluster), standInPrefix+name
	if err := s.removeBehind(ctx, cluster, name, standIn, want, have); err != nil {
		ctx, cancel := kube.WithTimeout(context.WithoutCancel(ctx), LookTimeout)
		defer cancel()
		// Where that fails too, the next plan shows it.
		_ = quotas.remove(ctx, have, standIn)
		return err
	}
	if err := quotas.apply(ctx, want, have, name); err != nil {
		return err
	}
	if err := s.awaitCounted(ctx, have[name]); err != nil {
		return err
	}
	return quotas.remove(ctx, have, standIn)
}

// removeBehind removes a quota once a stand-in counts.
func (s Store) removeBehind(ctx context.Context, cluster, name, standIn string, want *corev1.ResourceQuota, have map[string]*corev1.ResourceQuota) error {
	quotas := s.quotas(cluster)
	as := want.DeepCopy()
	as.ObjectMeta = child.Meta(cluster, standIn)
	if err := quotas.apply(ctx, as, have, standIn); err != nil {
		return err
	}
	if err := s.awaitCounted(ctx, have[standIn]); err != nil {
		return err
	}
	return quotas.remove(ctx, have, name)
}

// counts reports whether the API server goes by what the quota says. The controller
// manager copies spec.hard to status.hard, and that is what admission counts against.
func counts(quota *corev1.ResourceQuota) bool {
	return apiequality.Semantic.DeepEqual(quota.Spec.Hard, quota.Status.Hard)
}

// awaitCounted blocks until the quota counts. When the context ends first it returns a
// *kube.WaitError.
func (s Store) awaitCounted(ctx context.Context, quota *corev1.ResourceQuota) error {
	object := child.Ref(child.KindQuota, quota.Namespace, quota.Name)
	start, last := time.Now(), quota
	err := lookUntil(ctx, func(ctx context.Context) (bool, error) {
		now, found, err := s.quotas(quota.Namespace).get(ctx, quota.Name)
		switch {
		case err != nil:
			return false, err
		case !found:
			return false, &kube.GoneError{Ref: object}
		case now.UID != quota.UID:
			return false, &kube.GoneError{Ref: object, ReplacedBy: now.UID}
		}
		last = now
		return counts(now), nil
	})
	if kube.AnswerOf(object, err) != kube.Ended {
		return err
	}
	return &kube.WaitError{
		Ref: object, Goal: "count", Elapsed: time.Since(start), Err: err,
		Reason: fmt.Sprintf("%v; it is written, but the controller manager of Kubernetes hasn't processed it", err),
		State:  []string{"spec.hard: " + amountsIn(last.Spec.Hard), "status.hard: " + amountsIn(last.Status.Hard)},
		Advice: "Until then the API server enforces status.hard. Check that kube-controller-manager runs, and look at its log. It processes the quota when it can; nothing is left to apply.",
	}
}

func amountsIn(list corev1.ResourceList) string {
	var amounts []string
	for _, key := range slices.Sorted(maps.Keys(list)) {
		amount := list[key]
		amounts = append(amounts, string(key)+"="+amount.String())
	}
	if len(amounts) == 0 {
		return "nothing"
	}
	return strings.Join(amounts, ", ")
}
