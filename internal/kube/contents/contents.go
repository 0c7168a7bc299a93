package contents

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/pager"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

// Contents is what a namespace holds beyond what every namespace holds by
// itself and what is already being deleted.
type Contents struct {
	Objects []kube.Ref
	// Forbidden are kinds that the credentials may not list.
	Forbidden []string
	// Hidden are kinds that couldn't be listed for another reason, with it.
	Hidden []string
}

// ContentsOf lists every kind that the server serves in the namespace, in the
// metadata-only form and in pages. Objects for which ignore says so are left out.
//
// Secrets are never listed, for the right to list them is the right to read
// them all; where a quota counts them, its figure is taken.
func ContentsOf(ctx context.Context, c *connect.Client, namespace string, ignore func(kube.Ref) bool) (Contents, error) {
	kinds, hidden, err := deletableKinds(ctx, c)
	if err != nil {
		return Contents{}, err
	}
	found := make([]Contents, len(kinds))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, kind := range kinds {
		group.Go(func() error {
			objects, err := listKind(ctx, c, kind, namespace, ignore)
			switch answer := kube.AnswerOf(kube.Ref{}, err); {
			case answer == kube.Done:
				found[i].Objects = objects
			case kube.LacksRights(err):
				found[i].Forbidden = []string{kind.name()}
			case answer == kube.Ended:
				return fmt.Errorf("list %s in namespace %s: %w", kind.name(), namespace, err)
			default:
				found[i].Hidden = []string{fmt.Sprintf("%s: %v", kind.name(), err)}
			}
			return nil
		})
	}
	var secrets int64
	group.Go(func() (err error) {
		secrets, err = countSecrets(ctx, c, namespace)
		return err
	})
	if err := group.Wait(); err != nil {
		return Contents{}, err
	}
	all := Contents{Hidden: hidden}
	if secrets > 0 {
		all.Objects = append(all.Objects, kube.Ref{Kind: "Secret", Namespace: namespace, Name: fmt.Sprintf("(%d, by a quota's count)", secrets)})
	}
	for _, part := range found {
		all.Objects = append(all.Objects, part.Objects...)
		all.Forbidden = append(all.Forbidden, part.Forbidden...)
		all.Hidden = append(all.Hidden, part.Hidden...)
	}
	return all, nil
}

type kindInfo struct {
	schema.GroupVersionResource
	Kind string
}

func (k kindInfo) name() string {
	if k.Group == "" {
		return k.Resource
	}
	return k.Resource + "." + k.Group
}

// deletableKinds are the kinds whose objects a namespace's deletion takes along.
func deletableKinds(ctx context.Context, c *connect.Client) (kinds []kindInfo, hidden []string, err error) {
	lists, err := discovery.ToDiscoveryInterfaceWithContext(c.Discovery).ServerPreferredNamespacedResourcesWithContext(ctx)
	var partial *discovery.ErrGroupDiscoveryFailed
	if errors.As(err, &partial) {
		for gv, cause := range partial.Groups {
			hidden = append(hidden, fmt.Sprintf("all of %s: %v", gv, cause))
		}
		slices.Sort(hidden)
	} else if err != nil {
		return nil, nil, fmt.Errorf("ask the API server which kinds it has: %w", err)
	}
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return nil, nil, fmt.Errorf("read the API group %q: %w", list.GroupVersion, err)
		}
		for _, r := range list.APIResources {
			kind := kindInfo{gv.WithResource(r.Name), r.Kind}
			if slices.Contains(r.Verbs, "list") && slices.Contains(r.Verbs, "delete") && !strings.Contains(r.Name, "/") && !madeByItself(kind) {
				kinds = append(kinds, kind)
			}
		}
	}
	if !slices.ContainsFunc(kinds, func(k kindInfo) bool { return k.name() == "configmaps" }) {
		return nil, nil, errors.New("the API server's list of kinds is incomplete: it lacks ConfigMaps")
	}
	return kinds, hidden, nil
}

// madeByItself are kinds whose objects follow from others or expire, and
// Secrets, which are never listed.
func madeByItself(k kindInfo) bool {
	switch k.name() {
	case "events", "events.events.k8s.io", "endpoints", "endpointslices.discovery.k8s.io", "leases.coordination.k8s.io", "secrets":
		return true
	}
	return false
}

// inEveryNamespace are the objects that controllers put into each namespace.
func inEveryNamespace(ref kube.Ref) bool {
	return ref.Kind == "ServiceAccount" && ref.Name == "default" ||
		ref.Kind == "ConfigMap" && ref.Name == "kube-root-ca.crt"
}

func listKind(ctx context.Context, c *connect.Client, kind kindInfo, namespace string, ignore func(kube.Ref) bool) ([]kube.Ref, error) {
	var refs []kube.Ref
	list := pager.New(func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
		return c.Metadata.Resource(kind.GroupVersionResource).Namespace(namespace).List(ctx, opts)
	})
	err := list.EachListItem(ctx, metav1.ListOptions{}, func(o runtime.Object) error {
		object, err := meta.Accessor(o)
		if err != nil {
			return err
		}
		ref := kube.Ref{Kind: kind.Kind, Namespace: namespace, Name: object.GetName()}
		if object.GetDeletionTimestamp() == nil && !inEveryNamespace(ref) && !ignore(ref) {
			refs = append(refs, ref)
		}
		return nil
	})
	return refs, err
}

func countSecrets(ctx context.Context, c *connect.Client, namespace string) (int64, error) {
	quotas, err := c.Clientset.CoreV1().ResourceQuotas(namespace).List(ctx, metav1.ListOptions{})
	if kube.LacksRights(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("list resourcequotas in namespace %s: %w", namespace, err)
	}
	var most int64
	for i := range quotas.Items {
		quota := &quotas.Items[i]
		if len(quota.Spec.Scopes) > 0 || quota.Spec.ScopeSelector != nil {
			continue
		}
		for _, key := range []string{"secrets", "count/secrets"} {
			if used, ok := quota.Status.Used[corev1.ResourceName(key)]; ok {
				most = max(most, used.Value())
			}
		}
	}
	return most, nil
}
