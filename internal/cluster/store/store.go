package store

import (
	"context"
	"iter"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Store does what the API server has to do with clusters. Its errors say which
// object and what was being done, and are told apart with kube's types.
type Store struct {
	Client *connect.Client
	fresh  bool
	// raised returns the quotas that the present apply has written; nil outside of one.
	raised func() []*corev1.ResourceQuota
}

// Connected reports whether there is an API server to ask; while the provider's
// own configuration isn't known there is none.
func (s Store) Connected() bool { return s.Client != nil }

// InNewNamespace is the store for what goes into a Namespace that was just made.
func (s Store) InNewNamespace() Store {
	s.fresh = true
	return s
}

// After is the store for a cluster that was last written under that field manager.
func (s Store) After(manager string) Store {
	s.Client = s.Client.WithPreviousManager(manager)
	return s
}

// Written is what to remember of the field manager.
func (s Store) Written() string { return s.Client.FieldManagerUsed() }

// LostLabel reports whether the Namespace had the provider's label and hasn't any
// more.
func (s Store) LostLabel(o objects.Observed) bool {
	return o.Namespace.DeletionTimestamp == nil && !mar.IsOurs(o.Namespace) && kube.Labelled(o.Namespace, s.Client.FieldManager)
}

// Wrote reports whether this provider has written to the Namespace that is there.
func (s Store) Wrote(o objects.Observed) bool {
	return kube.HasWritten(o.Namespace, s.Client.FieldManager)
}

// takeOver makes the present field manager's what was written under another name
// before, all at once, for only one name is remembered.
func (s Store) takeOver(ctx context.Context, have objects.Observed) error {
	if !s.Client.HasPreviousManager() {
		return nil
	}
	name := have.Namespace.Name
	for _, do := range []func() error{
		func() (err error) { have.Namespace, err = s.migrateNamespace(ctx, have.Namespace); return err },
		func() error { return s.quotas(name).TakeOver(ctx, have.Quotas) },
		func() error { return s.limitRanges(name).TakeOver(ctx, have.LimitRanges) },
		func() error { return s.policies(name).TakeOver(ctx, have.Policies) },
		func() error { return s.serviceAccounts(name).TakeOver(ctx, have.ServiceAccounts) },
		func() error { return s.roles(name).TakeOver(ctx, have.Roles) },
		func() error { return s.bindings(name).TakeOver(ctx, have.Bindings) },
	} {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

func (s Store) namespaces() corev1client.NamespaceInterface {
	return s.Client.Clientset.CoreV1().Namespaces()
}

// CreateNamespace makes the anchor of a cluster. One of that name that is being
// deleted is waited for, and any other is a *kube.ExistsError, whatever else the API
// server has against a new one.
func (s Store) CreateNamespace(ctx context.Context, ns *corev1.Namespace) (*corev1.Namespace, error) {
	for {
		made, err := s.postNamespace(ctx, ns)
		answer := kube.AnswerOf(child.ClusterRef(ns.Name), err)
		if answer != kube.Exists && answer != kube.Refused {
			return made, err
		}
		held, found, getErr := s.namespace(ctx, ns.Name)
		switch {
		case getErr != nil, !found && answer == kube.Refused:
			return nil, err
		case !found:
		case held.DeletionTimestamp == nil:
			return nil, &kube.ExistsError{Ref: child.ClusterRef(ns.Name)}
		default:
			if err := s.awaitEnd(ctx, held.Name, held.UID); err != nil {
				return nil, err
			}
		}
	}
}

func (s Store) postNamespace(ctx context.Context, ns *corev1.Namespace) (*corev1.Namespace, error) {
	nonce := mar.NewNonce()
	posted := objects.WithNonce(ns, nonce)
	return kube.Create(ctx, child.ClusterRef(ns.Name), nonce,
		func(ctx context.Context) (*corev1.Namespace, error) {
			return s.namespaces().Create(ctx, posted, metav1.CreateOptions{FieldManager: s.Client.FieldManager})
		},
		func(ctx context.Context) (*corev1.Namespace, error) {
			return s.namespaces().Get(ctx, ns.Name, metav1.GetOptions{})
		})
}

func (s Store) namespace(ctx context.Context, name string) (*corev1.Namespace, bool, error) {
	return kube.Get(ctx, child.ClusterRef(name), s.namespaces().Get)
}

// Get reads a cluster with its children, all at once. It finds none only where
// Kubernetes says that there is no such Namespace. Known are the objects to look for
// where a kind can't be listed.
func (s Store) Get(ctx context.Context, name string, known ...objects.Desired) (o objects.Observed, found bool, err error) {
	var (
		nsErr error
		group errgroup.Group
	)
	group.Go(func() error {
		o.Namespace, found, nsErr = s.namespace(ctx, name)
		return nil
	})
	group.Go(func() (err error) {
		o.Quotas, err = s.quotas(name).Read(ctx, namesIn(known, func(d objects.Desired) iter.Seq[string] { return maps.Keys(d.Quotas) }))
		return err
	})
	group.Go(func() (err error) {
		o.LimitRanges, err = s.limitRanges(name).Read(ctx, namesIn(known, func(d objects.Desired) iter.Seq[string] { return maps.Keys(d.LimitRanges) }))
		return err
	})
	group.Go(func() (err error) {
		o.Policies, err = s.policies(name).Read(ctx, namesIn(known, func(d objects.Desired) iter.Seq[string] { return maps.Keys(d.Policies) }))
		return err
	})
	group.Go(func() (err error) {
		o.ServiceAccounts, err = s.serviceAccounts(name).Read(ctx, namesIn(known, func(d objects.Desired) iter.Seq[string] { return maps.Keys(d.ServiceAccounts) }))
		return err
	})
	group.Go(func() (err error) {
		o.Roles, err = s.roles(name).Read(ctx, namesIn(known, func(d objects.Desired) iter.Seq[string] { return maps.Keys(d.Roles) }))
		return err
	})
	group.Go(func() (err error) {
		o.Bindings, err = s.bindings(name).Read(ctx, namesIn(known, func(d objects.Desired) iter.Seq[string] { return maps.Keys(d.Bindings) }))
		return err
	})
	err = group.Wait()
	switch {
	case nsErr != nil:
		return objects.Observed{}, false, nsErr
	case !found:
		return objects.Observed{}, false, nil
	}
	return o, true, err
}

// namesIn are the names of one kind in all of the configurations.
func namesIn(all []objects.Desired, names func(objects.Desired) iter.Seq[string]) []string {
	var union []string
	for _, d := range all {
		union = slices.AppendSeq(union, names(d))
	}
	slices.Sort(union)
	return slices.Compact(union)
}

// Removal looks at what would become of keys that are removed from the Namespace
// with that UID. It is empty where that isn't there any more.
func (s Store) Removal(ctx context.Context, name, uid string, keys kube.Keys) (kube.Removal, error) {
	live, found, err := s.namespace(ctx, name)
	if err != nil || !found || string(live.UID) != uid {
		return kube.Removal{}, err
	}
	return s.Client.RemovalOf(child.ClusterRef(name), live, keys.On(live))
}

// Quotas reads all ResourceQuotas of a cluster, with what they count as used.
func (s Store) Quotas(ctx context.Context, name string) (map[string]*corev1.ResourceQuota, error) {
	return s.quotas(name).Read(ctx, nil)
}

// Carry takes the steps from the cluster's own objects to what is wanted and
// returns what is there after them, also with an error.
//
// What others refer to comes before them, and goes after them. A crash between
// any two steps leaves what the next plan shows and mends.
func (s Store) Carry(ctx context.Context, want objects.Desired, have objects.Observed, steps objects.Changes, lost objects.Dropped) (objects.Observed, error) {
	name := want.Namespace.Name
	if err := s.takeOver(ctx, have); err != nil {
		return have, err
	}
	if steps.Namespace == child.Apply {
		live, err := s.applyNamespace(ctx, want.Namespace, have.Namespace, lost)
		if live != nil {
			have.Namespace = live
		}
		if err != nil {
			return have, err
		}
	}
	s.raised = func() []*corev1.ResourceQuota { return writtenQuotas(have.Quotas, steps.Quotas) }
	quotas, limitRanges, policies := s.quotas(name), s.limitRanges(name), s.policies(name)
	accounts, roles, bindings := s.serviceAccounts(name), s.roles(name), s.bindings(name)
	for _, do := range []func() error{
		func() error { return s.writeQuotas(ctx, name, want.Quotas, have.Quotas, steps.Quotas) },
		func() error { return limitRanges.Write(ctx, want.LimitRanges, have.LimitRanges, steps.LimitRanges) },
		func() error { return policies.Write(ctx, want.Policies, have.Policies, steps.Policies) },
		func() error {
			return accounts.Write(ctx, want.ServiceAccounts, have.ServiceAccounts, steps.ServiceAccounts)
		},
		func() error { return roles.Write(ctx, want.Roles, have.Roles, steps.Roles) },
		func() error { return bindings.Write(ctx, want.Bindings, have.Bindings, steps.Bindings) },

		func() error { return bindings.Remove(ctx, have.Bindings, steps.Bindings) },
		func() error { return roles.Remove(ctx, have.Roles, steps.Roles) },
		func() error { return accounts.Remove(ctx, have.ServiceAccounts, steps.ServiceAccounts) },
		func() error { return policies.Remove(ctx, have.Policies, steps.Policies) },
		func() error { return limitRanges.Remove(ctx, have.LimitRanges, steps.LimitRanges) },
		func() error { return quotas.Remove(ctx, have.Quotas, steps.Quotas) },
	} {
		if err := do(); err != nil {
			return have, err
		}
	}
	return have, nil
}

func (s Store) applyNamespace(ctx context.Context, want, live *corev1.Namespace, lost objects.Dropped) (*corev1.Namespace, error) {
	live, err := s.migrateNamespace(ctx, live)
	if err != nil {
		return nil, err
	}
	config, err := Configuration[corev1ac.NamespaceApplyConfiguration](objects.Applied(want, live))
	if err != nil {
		return nil, err
	}
	written, err := kube.Apply(ctx, &s.Client.Writer, child.ClusterRef(live.Name), func(ctx context.Context, opts metav1.ApplyOptions) (*corev1.Namespace, error) {
		return s.namespaces().Apply(ctx, config, opts)
	})
	if err != nil {
		return nil, err
	}
	return kube.RemoveKeys(ctx, &s.Client.Writer, child.ClusterRef(live.Name), written, lost.Keys, s.namespaces())
}

func (s Store) migrateNamespace(ctx context.Context, live *corev1.Namespace) (*corev1.Namespace, error) {
	return kube.MigrateManager(ctx, &s.Client.Writer, child.ClusterRef(live.Name), live, s.namespaces())
}
