package witness

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
)

const (
	annotationNonce = "mar.headgym.com/create-nonce"
	labelManagedBy  = "app.kubernetes.io/managed-by"
)

// Object is one that the API server has.
type Object struct {
	Kind, Name, UID, Version string
	// Ours says that it has the provider's nonce or label.
	Ours bool
	// Leaving says that it is being deleted, or waits for Kubernetes' collector.
	Leaving bool
	// Owners are the UIDs of those whose end is its end.
	Owners []string
	// Means is what a configuration says of it: the same for each object that was made of the
	// same configuration.
	Means string
}

// Key tells it from the others of its cluster.
func (o Object) Key() string { return o.Kind + "/" + o.Name }

// Anchor reports whether it is what a resource of Terraform stands for.
func (o Object) Anchor() bool {
	return o.Kind == "Namespace" || o.Kind == "Pod" || o.Kind == "PodTemplate"
}

// ID is the resource's that stands for it.
func (o Object) ID(cluster string) string {
	if o.Kind == "Namespace" {
		return o.Name
	}
	return cluster + "/" + o.Name
}

// Objects are all that there are in a cluster, itself included, by their keys. Kubernetes'
// own are left out.
func Objects(ctx context.Context, client kubernetes.Interface, cluster string) (map[string]Object, error) {
	all := map[string]Object{}
	space, err := client.CoreV1().Namespaces().Get(ctx, cluster, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	own := objectOf(cluster, "Namespace", space)
	all[own.Key()] = own
	for kind, list := range lists(client, cluster) {
		items, err := list(ctx)
		if err != nil {
			return nil, err
		}
		found, err := meta.ExtractList(items)
		if err != nil {
			return nil, err
		}
		for _, item := range found {
			object, ok := item.(metav1.Object)
			if !ok {
				return nil, fmt.Errorf("%T is no object", item)
			}
			if o := objectOf(cluster, kind, object); !kubernetesOwn(o) {
				all[o.Key()] = o
			}
		}
	}
	collected(all)
	return all, nil
}

// collected marks what only waits for Kubernetes' collector, for its owners are gone.
func collected(all map[string]Object) {
	there := map[string]bool{}
	for _, o := range all {
		there[o.UID] = true
	}
	for key, o := range all {
		if len(o.Owners) > 0 && !slices.ContainsFunc(o.Owners, func(uid string) bool { return there[uid] }) {
			o.Leaving = true
			all[key] = o
		}
	}
}

func kubernetesOwn(o Object) bool {
	return o.Key() == "ServiceAccount/default" || o.Key() == "ConfigMap/kube-root-ca.crt"
}

func lists(client kubernetes.Interface, cluster string) map[string]func(context.Context) (runtime.Object, error) {
	core, network, rbac := client.CoreV1(), client.NetworkingV1(), client.RbacV1()
	options := metav1.ListOptions{}
	return map[string]func(context.Context) (runtime.Object, error){
		"Pod": func(ctx context.Context) (runtime.Object, error) { return core.Pods(cluster).List(ctx, options) },
		"PodTemplate": func(ctx context.Context) (runtime.Object, error) {
			return core.PodTemplates(cluster).List(ctx, options)
		},
		"Secret":    func(ctx context.Context) (runtime.Object, error) { return core.Secrets(cluster).List(ctx, options) },
		"ConfigMap": func(ctx context.Context) (runtime.Object, error) { return core.ConfigMaps(cluster).List(ctx, options) },
		"ResourceQuota": func(ctx context.Context) (runtime.Object, error) {
			return core.ResourceQuotas(cluster).List(ctx, options)
		},
		"LimitRange": func(ctx context.Context) (runtime.Object, error) { return core.LimitRanges(cluster).List(ctx, options) },
		"ServiceAccount": func(ctx context.Context) (runtime.Object, error) {
			return core.ServiceAccounts(cluster).List(ctx, options)
		},
		"NetworkPolicy": func(ctx context.Context) (runtime.Object, error) {
			return network.NetworkPolicies(cluster).List(ctx, options)
		},
		"Role": func(ctx context.Context) (runtime.Object, error) { return rbac.Roles(cluster).List(ctx, options) },
		"RoleBinding": func(ctx context.Context) (runtime.Object, error) {
			return rbac.RoleBindings(cluster).List(ctx, options)
		},
	}
}

func objectOf(cluster, kind string, object metav1.Object) Object {
	_, nonce := object.GetAnnotations()[annotationNonce]
	o := Object{
		Kind: kind, Name: object.GetName(), UID: string(object.GetUID()), Version: object.GetResourceVersion(),
		Ours:    nonce || object.GetLabels()[labelManagedBy] == Agent,
		Leaving: object.GetDeletionTimestamp() != nil,
	}
	for _, owner := range object.GetOwnerReferences() {
		o.Owners = append(o.Owners, string(owner.UID))
	}
	o.Means = neutral(meaning(object), cluster)
	return o
}

// neutral takes out what each run has its own of: names that are generated.
func neutral(text, cluster string) string {
	text = strings.ReplaceAll(text, cluster, "CLUSTER")
	text = regexp.MustCompile(`mar-i-[a-z0-9]{8}`).ReplaceAllString(text, "UNNAMED")
	return regexp.MustCompile(`-env-[a-z0-9]{8}`).ReplaceAllString(text, "-env-SECRET")
}

// meaning is what a configuration says of the object.
func meaning(object metav1.Object) string {
	labels := map[string]string{}
	for key, value := range object.GetLabels() {
		// The scheduler chooses, and admission writes it down.
		if !strings.HasPrefix(key, "topology.kubernetes.io/") {
			labels[key] = value
		}
	}
	annotations := map[string]string{}
	for key, value := range object.GetAnnotations() {
		if !strings.HasPrefix(key, "mar.headgym.com/") && !strings.HasPrefix(key, "kubectl.kubernetes.io/") {
			annotations[key] = value
		}
	}
	parts := []any{labels, annotations}
	switch o := object.(type) {
	case *corev1.Pod:
		parts = append(parts, podMeaning(o.Spec))
	case *corev1.PodTemplate:
		parts = append(parts, o.Template.Labels, podMeaning(o.Template.Spec))
	case *corev1.Secret:
		parts = append(parts, o.Data, o.Immutable)
	case *corev1.Namespace:
	default:
		parts = append(parts, specOf(object))
	}
	text, err := json.Marshal(parts)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func podMeaning(spec corev1.PodSpec) any {
	type container struct {
		Image     string
		Resources corev1.ResourceRequirements
		Env       []corev1.EnvVar
		EnvFrom   []corev1.EnvFromSource
	}
	var all []container
	for _, c := range spec.Containers {
		all = append(all, container{c.Image, c.Resources, c.Env, c.EnvFrom})
	}
	return all
}

// specOf is what an object says, without its metadata and status.
func specOf(object metav1.Object) map[string]any {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	for _, key := range []string{"metadata", "status"} {
		delete(content, key)
	}
	return content
}

// Meanings are those of our objects, under names that are the same in each run.
func Meanings(objects map[string]Object, cluster string) map[string]string {
	all := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(objects)) {
		if o := objects[key]; o.Ours && !o.Leaving {
			name := neutral(o.Key(), cluster)
			if o.Kind == "Secret" {
				name = "Secret"
			}
			all[name] += o.Means
		}
	}
	return all
}
