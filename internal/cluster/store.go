package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// store does what the API server has to do with clusters. Its errors say which
// object and what was being done, and are told apart with kube's types.
type store struct {
	client *kube.Client
}

func (s store) namespaces() corev1client.NamespaceInterface {
	return s.client.Clientset.CoreV1().Namespaces()
}

// CreateNamespace makes the anchor of a cluster, or returns a *kube.ExistsError.
func (s store) CreateNamespace(ctx context.Context, ns *corev1.Namespace) (*corev1.Namespace, error) {
	nonce := kube.NewNonce()
	posted := withNonce(ns, nonce)
	return kube.Create(ctx, ref(ns.Name), nonce,
		func(ctx context.Context) (*corev1.Namespace, error) {
			return s.namespaces().Create(ctx, posted, metav1.CreateOptions{FieldManager: s.client.FieldManager})
		},
		func(ctx context.Context) (*corev1.Namespace, error) {
			return s.namespaces().Get(ctx, ns.Name, metav1.GetOptions{})
		})
}

// Get reads a cluster with its children; a missing Namespace is a
// *kube.GoneError.
func (s store) Get(ctx context.Context, name string) (observed, error) {
	ns, err := s.namespaces().Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return observed{}, &kube.GoneError{Ref: ref(name)}
	}
	if err != nil {
		return observed{}, kube.Wrap(ref(name), "read", err)
	}
	quota, err := optional(s.client.Clientset.CoreV1().ResourceQuotas(name).Get(ctx, quotaName, metav1.GetOptions{}))
	if err != nil {
		return observed{}, kube.Wrap(childRef("ResourceQuota", name, quotaName), "read", err)
	}
	limitRange, err := optional(s.client.Clientset.CoreV1().LimitRanges(name).Get(ctx, limitRangeName, metav1.GetOptions{}))
	if err != nil {
		return observed{}, kube.Wrap(childRef("LimitRange", name, limitRangeName), "read", err)
	}
	return observed{Namespace: ns, Quota: quota, LimitRange: limitRange}, nil
}

// optional turns "not found" into nil.
func optional[T any](object *T, err error) (*T, error) {
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return object, nil
}

// Carry takes the steps from what is there to what is wanted and returns what is
// there after them, also with an error.
func (s store) Carry(ctx context.Context, want desired, have observed, steps changes) (observed, error) {
	now := have
	var err error
	if steps.Namespace == apply {
		if now.Namespace, err = s.applyNamespace(ctx, want.Namespace, have.Namespace); err != nil {
			return have, err
		}
	}
	switch steps.Quota {
	case apply:
		quota, err := s.applyQuota(ctx, want, have.Quota)
		if err != nil {
			return now, err
		}
		now.Quota = quota
	case remove:
		if err := s.removeQuota(ctx, have.Quota); err != nil {
			return now, err
		}
		now.Quota = nil
	case keep:
	}
	switch steps.LimitRange {
	case apply:
		limitRange, err := s.applyLimitRange(ctx, want, have.LimitRange)
		if err != nil {
			return now, err
		}
		now.LimitRange = limitRange
	case remove:
		if err := s.removeLimitRange(ctx, have.LimitRange); err != nil {
			return now, err
		}
		now.LimitRange = nil
	case keep:
	}
	return now, nil
}

func (s store) applyNamespace(ctx context.Context, want, live *corev1.Namespace) (*corev1.Namespace, error) {
	live, err := kube.MigrateManager(ctx, s.client, ref(live.Name), live,
		func(ctx context.Context, kind types.PatchType, data []byte, opts metav1.PatchOptions) (*corev1.Namespace, error) {
			return s.namespaces().Patch(ctx, live.Name, kind, data, opts)
		})
	if err != nil {
		return nil, err
	}
	return kube.Apply(ctx, s.client, ref(live.Name), func(ctx context.Context, opts metav1.ApplyOptions) (*corev1.Namespace, error) {
		return s.namespaces().Apply(ctx, applied(want, live), opts)
	})
}

// applyQuota writes the quota. An apply can't take away a key that somebody else
// added, so such keys are then removed by a patch.
func (s store) applyQuota(ctx context.Context, want desired, live *corev1.ResourceQuota) (*corev1.ResourceQuota, error) {
	quotas := s.client.Clientset.CoreV1().ResourceQuotas(want.Namespace.Name)
	config := *want.Quota
	if live != nil {
		config.WithUID(live.UID)
	}
	object := childRef("ResourceQuota", want.Namespace.Name, quotaName)
	written, err := kube.Apply(ctx, s.client, object, func(ctx context.Context, opts metav1.ApplyOptions) (*corev1.ResourceQuota, error) {
		return quotas.Apply(ctx, &config, opts)
	})
	if err != nil {
		return nil, err
	}
	patch, err := surplusPatch(want.Quota.Spec.Hard, written)
	if err != nil || patch == nil {
		return written, err
	}
	pruned, err := quotas.Patch(ctx, quotaName, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: s.client.FieldManager})
	return pruned, kube.Wrap(object, "remove keys from", err)
}

func (s store) applyLimitRange(ctx context.Context, want desired, live *corev1.LimitRange) (*corev1.LimitRange, error) {
	config := *want.LimitRange
	if live != nil {
		config.WithUID(live.UID)
	}
	object := childRef("LimitRange", want.Namespace.Name, limitRangeName)
	return kube.Apply(ctx, s.client, object, func(ctx context.Context, opts metav1.ApplyOptions) (*corev1.LimitRange, error) {
		return s.client.Clientset.CoreV1().LimitRanges(want.Namespace.Name).Apply(ctx, &config, opts)
	})
}

// removeQuota deletes our own quota; one that lacks our label stays.
func (s store) removeQuota(ctx context.Context, live *corev1.ResourceQuota) error {
	if live == nil || !kube.IsOurs(live) {
		return nil
	}
	return kube.Delete(ctx, childRef("ResourceQuota", live.Namespace, live.Name), live.UID, s.client.Clientset.CoreV1().ResourceQuotas(live.Namespace).Delete)
}

// removeLimitRange deletes our own limit range; one that lacks our label stays.
func (s store) removeLimitRange(ctx context.Context, live *corev1.LimitRange) error {
	if live == nil || !kube.IsOurs(live) {
		return nil
	}
	return kube.Delete(ctx, childRef("LimitRange", live.Namespace, live.Name), live.UID, s.client.Clientset.CoreV1().LimitRanges(live.Namespace).Delete)
}

// Foreign lists what a destroy of the cluster would take along beyond its own
// children.
func (s store) Foreign(ctx context.Context, name string) (kube.Contents, error) {
	return kube.ContentsOf(ctx, s.client, name, func(r kube.Ref) bool {
		return r.Kind == "ResourceQuota" && r.Name == quotaName || r.Kind == "LimitRange" && r.Name == limitRangeName
	})
}

// DeleteEmpty removes a Namespace that was just made, if nobody has put anything
// into it meanwhile.
func (s store) DeleteEmpty(ctx context.Context, have observed) error {
	name := have.Namespace.Name
	contents, err := s.Foreign(ctx, name)
	if err != nil {
		return err
	}
	if report := inhabitants(contents); report != "" {
		return fmt.Errorf("%s isn't empty any more:\n%s", ref(name), report)
	}
	return s.Delete(ctx, name, string(have.Namespace.UID))
}

// Delete removes the Namespace with that UID and blocks until it is gone. When
// the context ends first it returns a *kube.WaitError that says what holds it.
func (s store) Delete(ctx context.Context, name, uid string) error {
	start := time.Now()
	if err := kube.Delete(ctx, ref(name), types.UID(uid), s.namespaces().Delete); err != nil {
		return err
	}
	last, err := kube.AwaitGone(ctx, ref(name), types.UID(uid), s.namespaces())
	if err == nil {
		return nil
	}
	var timeout kube.TimeoutError
	if !errors.As(err, &timeout) && !errors.Is(err, context.Canceled) {
		return err
	}
	return &kube.WaitError{
		Ref: ref(name), Goal: "be gone", Elapsed: time.Since(start), Err: err,
		Reason: fmt.Sprintf("%v; Kubernetes is still deleting it", err),
		State:  stuckOn(last),
		Advice: "What has a finalizer goes when the controller that set it lets go: look whether that one still runs, and only if it never will again remove the finalizer from the object by hand. An API service that doesn't answer holds the deletion too (kubectl get apiservices). Then destroy again; a longer timeouts.delete gives it more time.",
	}
}
