package cluster

import (
	"context"
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// TryNamespace asks whether the API server would refuse a new Namespace. A name that is
// taken comes first, whatever else is refused. A Namespace that the state has is the one that
// is replaced, and one that is being deleted is waited for.
func (s store) TryNamespace(ctx context.Context, ns *corev1.Namespace) error {
	err := s.client.DryRuns.Ask(ctx, ns, func(ctx context.Context) error {
		_, err := s.namespaces().Create(ctx, withNonce(ns, kube.NewNonce()),
			metav1.CreateOptions{FieldManager: s.client.FieldManager, DryRun: []string{metav1.DryRunAll}})
		return err
	})
	answer := kube.AnswerOf(ref(ns.Name), err)
	if answer == kube.Exists || answer == kube.Refused {
		held, found, getErr := s.namespace(ctx, ns.Name)
		switch {
		case answer == kube.Exists && getErr != nil:
			return getErr
		case found && held.DeletionTimestamp == nil && !s.client.DryRuns.InState(ns.Name):
			return &kube.ExistsError{Ref: ref(ns.Name)}
		case answer == kube.Exists:
			return nil
		}
	}
	return admitted(kube.WrapDryRun(ref(ns.Name), "create", err), ns)
}

// admitted tells an object that is invalid as it was sent from one that admission made so.
func admitted(err error, sent any) error {
	var refused *kube.RefusedError
	if errors.As(err, &refused) && refused.Kind == kube.RefusedAsInvalid && !refused.IsOfSent(sent) {
		refused.Kind = kube.RefusedAsChanged
	}
	return err
}

// TryChanges asks about everything that an update from before to after would
// apply, and returns what would be refused.
func (s store) TryChanges(ctx context.Context, before, after desired) []error {
	name := after.Namespace.Name
	var all []error
	if !sameText(before.Namespace, after.Namespace) {
		all = append(all, s.tryApply(ctx, ref(name), after.Namespace, func(ctx context.Context, opts metav1.ApplyOptions) error {
			written, err := s.namespaces().Apply(ctx, corev1ac.Namespace(name).WithLabels(after.Namespace.Labels).WithAnnotations(after.Namespace.Annotations), opts)
			if err != nil {
				return err
			}
			_, err = kube.RemoveKeys(ctx, s.client, ref(name), written, kube.DroppedKeys(before.Namespace, after.Namespace), s.namespaces(), opts.DryRun...)
			return err
		}))
	}
	return slices.Concat(all,
		s.quotas(name).try(ctx, before.Quotas, after.Quotas, quotaStep),
		s.limitRanges(name).try(ctx, before.LimitRanges, after.LimitRanges, limitRangeStep),
		s.policies(name).try(ctx, before.Policies, after.Policies, networkPolicyStep),
		s.serviceAccounts(name).try(ctx, before.ServiceAccounts, after.ServiceAccounts, serviceAccountStep),
		s.roles(name).try(ctx, before.Roles, after.Roles, roleStep),
		s.bindings(name).try(ctx, before.Bindings, after.Bindings, bindingStep),
	)
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
	return admitted(kube.WrapDryRun(object, "apply", err), want)
}

// try asks about the children that the plan changes.
func (c children[T, L, C]) try(ctx context.Context, before, after map[string]C, between func(C, T) step) []error {
	var all []error
	for _, name := range differing(before, after) {
		_, declared := before[name]
		all = append(all, c.tryOne(ctx, name, after[name], declared, between))
	}
	return all
}

// tryOne asks about a child as it would be applied to what is there: under another
// name where that is made anew. Known says that the state has it as its own.
func (c children[T, L, C]) tryOne(ctx context.Context, name string, want C, known bool, between func(C, T) step) error {
	ctx, cancel := kube.WithTimeout(ctx, usageTimeout)
	defer cancel()
	live, there, err := c.find(ctx, name)
	switch {
	case lacksRight(err), err == nil && !there:
	case err != nil:
		return &kube.UnansweredError{Err: err}
	case !known && !c.wrote(live):
		return &kube.ForeignError{Ref: c.ref(name)}
	default:
		switch stepBetween(want, live, between) {
		case keep, remove:
			return nil
		case replace:
			want = want.WithName(name + plannedName)
		case apply:
		}
	}
	return store{client: c.manager}.tryApply(ctx, c.ref(name), want, func(ctx context.Context, opts metav1.ApplyOptions) error {
		_, err := c.client.Apply(ctx, want, opts)
		return err
	})
}

// find looks for a child, whoever's it is, by a list of one: a plan may list the
// children, and get none. Who may do neither is refused the get.
func (c children[T, L, C]) find(ctx context.Context, name string) (found T, there bool, err error) {
	list, err := c.client.List(ctx, metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, name).String()})
	if err = kube.Wrap(c.ref(name), "list", err); lacksRight(err) {
		return c.get(ctx, name)
	}
	if err != nil {
		return found, false, err
	}
	err = meta.EachListItem(list, func(o runtime.Object) error {
		found, there = o.(T)
		return nil
	})
	return found, there, err
}
