package store

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

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// TryNamespace asks whether the API server would refuse a new Namespace. A name that is
// taken comes first, whatever else is refused. A Namespace that the state has is the one that
// is replaced, and one that is being deleted is waited for.
func (s Store) TryNamespace(ctx context.Context, ns *corev1.Namespace) error {
	err := s.Client.DryRuns.Ask(ctx, ns, func(ctx context.Context) error {
		_, err := s.namespaces().Create(ctx, objects.WithNonce(ns, mar.NewNonce()),
			metav1.CreateOptions{FieldManager: s.Client.FieldManager, DryRun: []string{metav1.DryRunAll}})
		return err
	})
	answer := kube.AnswerOf(child.ClusterRef(ns.Name), err)
	if answer == kube.Exists || answer == kube.Refused {
		held, found, getErr := s.namespace(ctx, ns.Name)
		switch {
		case answer == kube.Exists && getErr != nil:
			return getErr
		case found && held.DeletionTimestamp == nil && !s.Client.DryRuns.InState(ns.Name):
			return &kube.ExistsError{Ref: child.ClusterRef(ns.Name)}
		case answer == kube.Exists:
			return nil
		}
	}
	return admitted(kube.WrapDryRun(child.ClusterRef(ns.Name), "create", err), ns)
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
func (s Store) TryChanges(ctx context.Context, before, after objects.Desired) []error {
	name := after.Namespace.Name
	var all []error
	if !objects.SameText(before.Namespace, after.Namespace) {
		all = append(all, s.tryApply(ctx, child.ClusterRef(name), after.Namespace, func(ctx context.Context, opts metav1.ApplyOptions) error {
			config, err := Configuration[corev1ac.NamespaceApplyConfiguration](after.Namespace)
			if err != nil {
				return err
			}
			written, err := s.namespaces().Apply(ctx, config, opts)
			if err != nil {
				return err
			}
			_, err = kube.RemoveKeys(ctx, &s.Client.Writer, child.ClusterRef(name), written, kube.DroppedKeys(before.Namespace, after.Namespace), s.namespaces(), opts.DryRun...)
			return err
		}))
	}
	return slices.Concat(all,
		s.quotas(name).try(ctx, before.Quotas, after.Quotas, quota.Step),
		s.limitRanges(name).try(ctx, before.LimitRanges, after.LimitRanges, limits.Step),
		s.policies(name).try(ctx, before.Policies, after.Policies, network.Step),
		s.serviceAccounts(name).try(ctx, before.ServiceAccounts, after.ServiceAccounts, objects.ServiceAccountStep),
		s.roles(name).try(ctx, before.Roles, after.Roles, access.RoleStep),
		s.bindings(name).try(ctx, before.Bindings, after.Bindings, access.BindingStep),
	)
}

// tryApply asks about one server-side apply.
func (s Store) tryApply(ctx context.Context, object kube.Ref, want any, apply func(context.Context, metav1.ApplyOptions) error) error {
	question := struct {
		Object kube.Ref
		Want   any
	}{object, want}
	err := s.Client.DryRuns.Ask(ctx, question, func(ctx context.Context) error {
		_, err := kube.Apply(ctx, &s.Client.Writer, object, func(ctx context.Context, opts metav1.ApplyOptions) (struct{}, error) {
			opts.DryRun = []string{metav1.DryRunAll}
			return struct{}{}, apply(ctx, opts)
		})
		return err
	})
	return admitted(kube.WrapDryRun(object, "apply", err), want)
}

// try asks about the children that the plan changes.
func (c children[T, L, C]) try(ctx context.Context, before, after map[string]T, between func(want, live T) child.Step) []error {
	var all []error
	for _, name := range objects.Differing(before, after) {
		_, declared := before[name]
		all = append(all, c.tryOne(ctx, name, after[name], declared, between))
	}
	return all
}

// tryOne asks about a child as it would be applied to what is there: under another
// name where that is made anew. Known says that the state has it as its own.
func (c children[T, L, C]) tryOne(ctx context.Context, name string, want T, known bool, between func(want, live T) child.Step) error {
	ctx, cancel := kube.WithTimeout(ctx, child.UsageTimeout)
	defer cancel()
	live, there, err := c.find(ctx, name)
	switch {
	case LacksRight(err), err == nil && !there:
	case err != nil:
		return &kube.UnansweredError{Err: err}
	case !known && !c.wrote(live):
		return &kube.ForeignError{Ref: c.ref(name)}
	default:
		switch child.StepBetween(want, live, between) {
		case child.Keep, child.Remove:
			return nil
		case child.Replace:
			want = want.DeepCopy()
			want.SetName(name + objects.PlannedName)
		case child.Apply:
		}
	}
	config, err := Configuration[C](want)
	if err != nil {
		return err
	}
	return Store{Client: c.manager}.tryApply(ctx, c.ref(name), want, func(ctx context.Context, opts metav1.ApplyOptions) error {
		_, err := c.client.Apply(ctx, config, opts)
		return err
	})
}

// find looks for a child, whoever's it is, by a list of one: a plan may list the
// children, and get none. Who may do neither is refused the get.
func (c children[T, L, C]) find(ctx context.Context, name string) (found T, there bool, err error) {
	list, err := c.client.List(ctx, metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, name).String()})
	if err = kube.Wrap(c.ref(name), "list", err); LacksRight(err) {
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
