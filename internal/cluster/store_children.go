package cluster

import (
	"context"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// childClient is what the typed clients of all kinds have in common.
type childClient[T, L, C any] interface {
	Get(ctx context.Context, name string, opts metav1.GetOptions) (T, error)
	List(ctx context.Context, opts metav1.ListOptions) (L, error)
	Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error)
	Apply(ctx context.Context, config C, opts metav1.ApplyOptions) (T, error)
	Patch(ctx context.Context, name string, kind types.PatchType, data []byte, opts metav1.PatchOptions, subresources ...string) (T, error)
	Delete(ctx context.Context, name string, opts metav1.DeleteOptions) error
}

// apiObject is what all kinds of children are.
type apiObject interface {
	metav1.Object
	runtime.Object
}

// applicable is an apply configuration.
type applicable[C any] interface {
	WithUID(uid types.UID) C
	WithName(name string) C
}

// children are those of one kind in one cluster.
type children[T apiObject, L runtime.Object, C applicable[C]] struct {
	kind, cluster string
	manager       *kube.Client
	client        childClient[T, L, C]
	// everybodys is set for a kind of which the objects of others are read too.
	everybodys bool
	// fresh is set where the Namespace was just made, so that nobody else can have
	// used our names.
	fresh bool
	// prune, where it is set, is the merge patch that takes away what an apply
	// leaves, and the fields that it takes.
	prune func(want C, written T) ([]byte, []fieldpath.Path, error)
}

func childrenOf[T apiObject, L runtime.Object, C applicable[C]](s store, kind, cluster string, client childClient[T, L, C]) children[T, L, C] {
	return children[T, L, C]{kind: kind, cluster: cluster, manager: s.client, client: client, fresh: s.fresh}
}

func (c children[T, L, C]) ref(name string) kube.Ref { return childRef(c.kind, c.cluster, name) }

// Read returns the children by name, with one request. Where they may not be
// listed it gets those that are declared, and none where none is.
func (c children[T, L, C]) Read(ctx context.Context, declared []string) (map[string]T, error) {
	opts := metav1.ListOptions{}
	if !c.everybodys {
		opts.LabelSelector = labels.Set{kube.LabelManagedBy: kube.ManagedBy}.String()
	}
	list, err := c.client.List(ctx, opts)
	if apierrors.IsForbidden(err) {
		return c.readEach(ctx, declared, err)
	}
	if err != nil {
		return nil, kube.Wrap(kube.Ref{Kind: c.kind + "s in Namespace", Name: c.cluster}, "list the", err)
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
		child, err := c.client.Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			continue
		case apierrors.IsForbidden(err):
			return nil, kube.Wrap(c.ref(name), "read", refused)
		case err != nil:
			return nil, kube.Wrap(c.ref(name), "read", err)
		}
		all[name] = child
	}
	return all, nil
}

// Write applies and replaces, and notes in have what is there afterwards, also
// with an error.
func (c children[T, L, C]) Write(ctx context.Context, want map[string]C, have map[string]T, steps map[string]step) error {
	for _, name := range slices.Sorted(maps.Keys(steps)) {
		if steps[name] == replace {
			if err := c.delete(ctx, have[name], true); err != nil {
				return err
			}
			delete(have, name)
		}
		if steps[name] != apply && steps[name] != replace {
			continue
		}
		live, known := have[name]
		written, err := c.apply(ctx, name, want[name], live, known)
		if err != nil {
			return err
		}
		have[name] = written
	}
	return nil
}

// apply makes or changes one child. One that wasn't read may still be there, as
// somebody else's, and then stays as it is.
func (c children[T, L, C]) apply(ctx context.Context, name string, want C, live T, known bool) (T, error) {
	surelyNew := c.fresh && strings.HasPrefix(name, namePrefix)
	if !known && !surelyNew {
		found, err := c.client.Get(ctx, name, metav1.GetOptions{})
		switch {
		case err == nil && !c.wrote(found):
			return live, &kube.ForeignError{Ref: c.ref(name)}
		case err == nil:
			live, known = found, true
		case !apierrors.IsNotFound(err):
			return live, kube.Wrap(c.ref(name), "read", err)
		}
	}
	if known {
		want = want.WithUID(live.GetUID())
	}
	written, err := kube.Apply(ctx, c.manager, c.ref(name), func(ctx context.Context, opts metav1.ApplyOptions) (T, error) {
		return c.client.Apply(ctx, want, opts)
	})
	if err != nil || c.prune == nil {
		return written, err
	}
	patch, surplus, err := c.prune(want, written)
	if err != nil || patch == nil {
		return written, err
	}
	if err := kube.Contested(c.manager, c.ref(name), written, surplus...); err != nil {
		return written, err
	}
	pruned, err := c.client.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: c.manager.FieldManager})
	return pruned, kube.Wrap(c.ref(name), "remove what isn't declared from", err)
}

// TakeOver makes the fields of all children the present manager's that a former
// one has written.
func (c children[T, L, C]) TakeOver(ctx context.Context, have map[string]T) error {
	for _, name := range slices.Sorted(maps.Keys(have)) {
		taken, err := kube.MigrateManager(ctx, c.manager, c.ref(name), have[name], c.client)
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
	return kube.IsOurs(o) || slices.ContainsFunc(o.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool {
		return entry.Manager == c.manager.FieldManager
	})
}

// Remove deletes the children whose step that is.
func (c children[T, L, C]) Remove(ctx context.Context, have map[string]T, steps map[string]step) error {
	for _, name := range slices.Sorted(maps.Keys(steps)) {
		if steps[name] != remove {
			continue
		}
		if err := c.delete(ctx, have[name], false); err != nil {
			return err
		}
		delete(have, name)
	}
	return nil
}

func (c children[T, L, C]) delete(ctx context.Context, live T, await bool) error {
	object := c.ref(live.GetName())
	if err := kube.Delete(ctx, object, live.GetUID(), c.client.Delete); err != nil || !await {
		return err
	}
	_, err := kube.AwaitGone(ctx, object, live.GetUID(), c.client)
	return err
}
