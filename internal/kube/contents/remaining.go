package contents

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/pager"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

// Held is an object, and the finalizers that keep it from going.
type Held struct {
	Ref        kube.Ref
	Finalizers []string
}

// Remaining lists what is in a namespace that is being deleted, those with finalizers
// first. It is for a message: a kind that can't be listed is left out, as are Secrets,
// which are never listed.
func Remaining(ctx context.Context, c *connect.Client, namespace string) []Held {
	kinds, _, err := deletableKinds(ctx, c)
	if err != nil {
		return nil
	}
	found := make([][]Held, len(kinds))
	var group errgroup.Group
	group.SetLimit(8)
	for i, kind := range kinds {
		group.Go(func() error {
			list := pager.New(func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
				return c.Metadata.Resource(kind.GroupVersionResource).Namespace(namespace).List(ctx, opts)
			})
			return list.EachListItem(ctx, metav1.ListOptions{}, func(o runtime.Object) error {
				object, err := meta.Accessor(o)
				if err != nil {
					return err
				}
				ref := kube.Ref{Kind: kind.Kind, Namespace: namespace, Name: object.GetName()}
				found[i] = append(found[i], Held{Ref: ref, Finalizers: object.GetFinalizers()})
				return nil
			})
		})
	}
	// What was listed before an error counts.
	_ = group.Wait()
	all := slices.Concat(found...)
	slices.SortStableFunc(all, func(a, b Held) int {
		return cmp.Or(-cmp.Compare(min(len(a.Finalizers), 1), min(len(b.Finalizers), 1)), cmp.Compare(a.Ref.String(), b.Ref.String()))
	})
	return all
}
