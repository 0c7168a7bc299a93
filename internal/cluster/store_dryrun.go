package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// TryNamespace asks whether the API server would refuse a new Namespace. One of
// the provider's own that has the name may be the one that is replaced.
func (s store) TryNamespace(ctx context.Context, ns *corev1.Namespace) error {
	err := s.client.DryRuns.Ask(ctx, ns, func(ctx context.Context) error {
		_, err := s.namespaces().Create(ctx, withNonce(ns, kube.NewNonce()),
			metav1.CreateOptions{FieldManager: s.client.FieldManager, DryRun: []string{metav1.DryRunAll}})
		return err
	})
	if !apierrors.IsAlreadyExists(err) {
		return kube.WrapDryRun(ref(ns.Name), "create", err)
	}
	held, err := s.namespaces().Get(ctx, ns.Name, metav1.GetOptions{})
	if err != nil || kube.IsOurs(held) {
		return nil
	}
	return &kube.ExistsError{Ref: ref(ns.Name), Terminating: held.DeletionTimestamp != nil}
}

// TryChanges asks about everything that an update from before to after would
// apply, and returns what would be refused, the Namespace's own refusal apart.
func (s store) TryChanges(ctx context.Context, before, after desired) (ofNamespace error, ofChildren []error) {
	name := after.Namespace.Name
	if !sameText(before.Namespace, after.Namespace) {
		ofNamespace = s.tryApply(ctx, ref(name), after.Namespace, func(ctx context.Context, opts metav1.ApplyOptions) error {
			_, err := s.namespaces().Apply(ctx, corev1ac.Namespace(name).WithLabels(after.Namespace.Labels).WithAnnotations(after.Namespace.Annotations), opts)
			return err
		})
	}
	for _, refused := range [][]error{
		s.quotas(name).try(ctx, before.Quotas, after.Quotas, makesQuotaAnew),
		s.limitRanges(name).try(ctx, before.LimitRanges, after.LimitRanges, nil),
		s.policies(name).try(ctx, before.Policies, after.Policies, nil),
		s.serviceAccounts(name).try(ctx, before.ServiceAccounts, after.ServiceAccounts, nil),
		s.roles(name).try(ctx, before.Roles, after.Roles, nil),
		s.bindings(name).try(ctx, before.Bindings, after.Bindings, makesBindingAnew),
	} {
		ofChildren = append(ofChildren, refused...)
	}
	return ofNamespace, ofChildren
}

// tryApply asks about one server-side apply.
func (s store) tryApply(ctx context.Context, object kube.Ref, want any, apply func(context.Context, metav1.ApplyOptions) error) error {
	question := struct {
		Object kube.Ref
		Want   any
	}{object, want}
	err := s.client.DryRuns.Ask(ctx, question, func(ctx context.Context) error {
		_, err := kube.Apply(ctx, s.client, object, func(ctx context.Context, opts metav1.ApplyOptions) (struct{}, error) {
			opts.DryRun = []string{metav1.DryRunAll}
			return struct{}{}, apply(ctx, opts)
		})
		return err
	})
	return kube.WrapDryRun(object, "apply", err)
}

// try asks about the children that the plan changes, under another name where
// they are made anew.
func (c children[T, L, C]) try(ctx context.Context, before, after map[string]C, anew func(before, after C) bool) []error {
	var refused []error
	for _, name := range differing(before, after) {
		want := after[name]
		if anew != nil && anew(before[name], want) {
			want = want.WithName(name + plannedName)
		}
		err := store{client: c.manager}.tryApply(ctx, c.ref(name), want, func(ctx context.Context, opts metav1.ApplyOptions) error {
			_, err := c.client.Apply(ctx, want, opts)
			return err
		})
		if err != nil {
			refused = append(refused, err)
		}
	}
	return refused
}
