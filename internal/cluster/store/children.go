package store

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
	"github.com/headgym/terraform-provider-mar/internal/kube/wait"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// childClient is what the typed clients of all kinds have in common. C is the kind's apply
// configuration.
type childClient[T, L, C any] interface {
	Get(ctx context.Context, name string, opts metav1.GetOptions) (T, error)
	List(ctx context.Context, opts metav1.ListOptions) (L, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
	Apply(ctx context.Context, config *C, opts metav1.ApplyOptions) (T, error)
	Patch(ctx context.Context, name string, kind types.PatchType, data []byte, opts metav1.PatchOptions, subresources ...string) (T, error)
	Delete(ctx context.Context, name string, opts metav1.DeleteOptions) error
}

// apiObject is what all kinds of children are.
type apiObject[T any] interface {
	metav1.Object
	runtime.Object
	DeepCopy() T
}

// children are those of one kind in one cluster.
type children[T apiObject[T], L runtime.Object, C any] struct {
	kind, cluster string
	manager       *connect.Client
	client        childClient[T, L, C]
	// everybodys is set for a kind of which the objects of others are read too.
	everybodys bool
	// fresh is set where the Namespace was just made, so that nobody else can have
	// used our names.
	fresh bool
	// prune, where it is set, is the merge patch that takes away what an apply
	// leaves, and the fields that it takes.
	prune func(want, written T) ([]byte, []fieldpath.Path, error)
	// raised returns the quotas that this apply has written; nil where it writes none.
	raised func() []*corev1.ResourceQuota
}

func childrenOf[T apiObject[T], L runtime.Object, C any](s Store, kind, cluster string, client childClient[T, L, C]) children[T, L, C] {
	return children[T, L, C]{kind: kind, cluster: cluster, manager: s.Client, client: client, fresh: s.fresh, raised: s.raised}
}

func (c children[T, L, C]) ref(name string) kube.Ref { return child.Ref(c.kind, c.cluster, name) }

// Read returns the children by name, with one request. Where they may not be
// listed it gets those that are declared, and none where none is.
func (c children[T, L, C]) Read(ctx context.Context, declared []string) (map[string]T, error) {
	opts := metav1.ListOptions{}
	if !c.everybodys {
		opts.LabelSelector = labels.Set{mar.LabelManagedBy: mar.ManagedBy}.String()
	}
	list, err := c.client.List(ctx, opts)
	if err != nil {
		err = kube.Wrap(kube.Ref{Kind: c.kind + "s in Namespace", Name: c.cluster}, "list the", err)
	}
	if LacksRight(err) {
		return c.readEach(ctx, declared, err)
	}
	if err != nil {
		return nil, err
	}
	all := map[string]T{}
	err = meta.EachListItem(list, func(o runtime.Object) error {
		if child, ok := o.(T); ok {
			all[child.GetName()] = child
		}
		return nil
	})
	return all, err
}

// readEach stands in for a list that was refused. Where it may not get a child
// either, it is the list that the credentials should have.
func (c children[T, L, C]) readEach(ctx context.Context, names []string, refused error) (map[string]T, error) {
	all := map[string]T{}
	for _, name := range names {
		child, found, err := c.get(ctx, name)
		switch {
		case LacksRight(err):
			return nil, refusedList(c.ref(name), refused)
		case err != nil:
			return nil, err
		case found:
			all[name] = child
		}
	}
	return all, nil
}

func (c children[T, L, C]) get(ctx context.Context, name string) (T, bool, error) {
	return kube.Get(ctx, c.ref(name), c.client.Get)
}

// Write applies and replaces, and notes in have what is there afterwards, also
// with an error.
func (c children[T, L, C]) Write(ctx context.Context, want map[string]T, have map[string]T, steps map[string]child.Step) error {
	for _, name := range slices.Sorted(maps.Keys(steps)) {
		var err error
		switch steps[name] {
		case child.Apply:
			err = c.apply(ctx, want[name], have, name)
		case child.Replace:
			if err = c.remove(ctx, have, name); err == nil {
				err = c.apply(ctx, want[name], have, name)
			}
		case child.Keep, child.Remove:
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// apply makes or changes one child, and notes it in have. One that wasn't read may still
// be there, as somebody else's, and then stays as it is; one of ours that is being deleted
// is waited for.
func (c children[T, L, C]) apply(ctx context.Context, want T, have map[string]T, name string) error {
	live, known := have[name]
	surelyNew := c.fresh && strings.HasPrefix(name, child.NamePrefix)
	if !known && !surelyNew {
		found, there, err := c.get(ctx, name)
		switch {
		case err != nil:
			return err
		case there && !c.wrote(found):
			return &kube.ForeignError{Ref: c.ref(name)}
		case there && found.GetDeletionTimestamp() != nil:
			if err := wait.Removed(ctx, c.ref(name), found.GetUID(), c.client); err != nil {
				return err
			}
		case there:
			live, known = found, true
		}
	}
	if known {
		want = want.DeepCopy()
		want.SetUID(live.GetUID())
	}
	config, err := Configuration[C](want)
	if err != nil {
		return err
	}
	var written T
	err = untilRaised(ctx, c.raised, func(ctx context.Context) (err error) {
		written, err = kube.Apply(ctx, &c.manager.Writer, c.ref(name), func(ctx context.Context, opts metav1.ApplyOptions) (T, error) {
			return c.client.Apply(ctx, config, opts)
		})
		return err
	})
	if err != nil {
		return err
	}
	have[name] = written
	have[name], err = c.pruned(ctx, name, want, written)
	return err
}

// pruned is the child without what isn't declared and an apply has left. What somebody
// has changed since the apply, such as a controller its status, is read again.
func (c children[T, L, C]) pruned(ctx context.Context, name string, want, written T) (T, error) {
	if c.prune == nil {
		return written, nil
	}
	return kube.Rewrite(ctx, c.ref(name), written, c.client.Get, func(ctx context.Context, live T) (T, error) {
		patch, surplus, err := c.prune(want, live)
		if err != nil || patch == nil {
			return live, err
		}
		if err := kube.Contested(&c.manager.Writer, c.ref(name), live, surplus...); err != nil {
			return live, err
		}
		pruned, err := c.client.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: c.manager.FieldManager})
		return pruned, kube.Wrap(c.ref(name), "remove what isn't declared from", err)
	})
}

// TakeOver makes the fields of all children the present manager's that a former
// one has written.
func (c children[T, L, C]) TakeOver(ctx context.Context, have map[string]T) error {
	for _, name := range slices.Sorted(maps.Keys(have)) {
		taken, err := kube.MigrateManager(ctx, &c.manager.Writer, c.ref(name), have[name], c.client)
		if err != nil {
			return err
		}
		have[name] = taken
	}
	return nil
}

// wrote reports whether the provider made the object, though somebody may have
// taken its label away.
func (c children[T, L, C]) wrote(o T) bool {
	return mar.IsOurs(o) || slices.ContainsFunc(o.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool {
		return entry.Manager == c.manager.FieldManager
	})
}

// Remove deletes the children whose step that is, and ends when they are gone. What
// holds one is in the error, a *kube.WaitError.
func (c children[T, L, C]) Remove(ctx context.Context, have map[string]T, steps map[string]child.Step) error {
	for _, name := range slices.Sorted(maps.Keys(steps)) {
		if steps[name] != child.Remove {
			continue
		}
		if err := c.remove(ctx, have, name); err != nil {
			return err
		}
	}
	return nil
}

func (c children[T, L, C]) remove(ctx context.Context, have map[string]T, name string) error {
	live, there := have[name]
	if !there {
		return nil
	}
	if err := wait.Removed(ctx, c.ref(name), live.GetUID(), c.client); err != nil {
		return err
	}
	delete(have, name)
	return nil
}

// LacksRight reports whether the credentials may not do what was asked for.
func LacksRight(err error) bool {
	var refused *kube.RefusedError
	return errors.As(err, &refused) && refused.Kind == kube.RefusedByRBAC
}

// refusedList is the refusal of a list as one about a child that is read by it.
func refusedList(child kube.Ref, err error) error {
	var refused *kube.RefusedError
	if !errors.As(err, &refused) {
		return err
	}
	about := *refused
	about.Ref, about.Verb = child, "read"
	return &about
}
