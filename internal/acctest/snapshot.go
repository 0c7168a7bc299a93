package acctest

import (
	"context"
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Snapshot returns everything that the API server has of a cluster and that a provider writes:
// labels and specs by kind and name, without what the controllers add.
func Snapshot(ctx context.Context, client *kubernetes.Clientset, name string) (map[string]string, error) {
	all := map[string]string{}
	var failure error
	note := func(kind string, o metav1.ObjectMeta, parts ...any) {
		text, err := json.Marshal(append([]any{o.Labels}, parts...))
		if err != nil {
			failure = err
		}
		all[kind+"/"+o.Name] = string(text)
	}
	ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	note("Namespace", ns.ObjectMeta, ns.UID, ns.Annotations)
	quotas, err := client.CoreV1().ResourceQuotas(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range quotas.Items {
		note("ResourceQuota", o.ObjectMeta, o.Spec)
	}
	limits, err := client.CoreV1().LimitRanges(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range limits.Items {
		note("LimitRange", o.ObjectMeta, o.Spec)
	}
	policies, err := client.NetworkingV1().NetworkPolicies(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range policies.Items {
		note("NetworkPolicy", o.ObjectMeta, o.Spec)
	}
	accounts, err := client.CoreV1().ServiceAccounts(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range accounts.Items {
		if o.Name != "default" {
			note("ServiceAccount", o.ObjectMeta)
		}
	}
	roles, err := client.RbacV1().Roles(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range roles.Items {
		note("Role", o.ObjectMeta, o.Rules)
	}
	bindings, err := client.RbacV1().RoleBindings(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range bindings.Items {
		note("RoleBinding", o.ObjectMeta, o.RoleRef, o.Subjects)
	}
	return all, failure
}
