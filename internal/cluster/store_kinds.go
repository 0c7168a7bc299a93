package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// quotas and limit ranges of others are read too, for an import takes over a sole
// one whatever its name.
func (s store) quotas(cluster string) children[*corev1.ResourceQuota, *corev1.ResourceQuotaList, *corev1ac.ResourceQuotaApplyConfiguration] {
	client := s.client.Clientset.CoreV1().ResourceQuotas(cluster)
	quotas := childrenOf(s, kindQuota, cluster, client)
	quotas.everybodys = true
	// An apply can't take away a key that somebody else added.
	quotas.prune = func(ctx context.Context, want *corev1ac.ResourceQuotaApplyConfiguration, written *corev1.ResourceQuota) (*corev1.ResourceQuota, error) {
		patch, err := surplusPatch(want.Spec.Hard, written)
		if err != nil || patch == nil {
			return written, err
		}
		pruned, err := client.Patch(ctx, written.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: s.client.FieldManager})
		return pruned, kube.Wrap(childRef(kindQuota, cluster, written.Name), "remove keys from", err)
	}
	return quotas
}

func (s store) limitRanges(cluster string) children[*corev1.LimitRange, *corev1.LimitRangeList, *corev1ac.LimitRangeApplyConfiguration] {
	limitRanges := childrenOf(s, kindLimitRange, cluster, s.client.Clientset.CoreV1().LimitRanges(cluster))
	limitRanges.everybodys = true
	return limitRanges
}

func (s store) policies(cluster string) children[*networkingv1.NetworkPolicy, *networkingv1.NetworkPolicyList, *networkingv1ac.NetworkPolicyApplyConfiguration] {
	client := s.client.Clientset.NetworkingV1().NetworkPolicies(cluster)
	policies := childrenOf(s, kindPolicy, cluster, client)
	// An apply of no rules can't take away those that somebody else wrote.
	policies.prune = func(ctx context.Context, want *networkingv1ac.NetworkPolicyApplyConfiguration, written *networkingv1.NetworkPolicy) (*networkingv1.NetworkPolicy, error) {
		patch, err := surplusRulesPatch(want, written)
		if err != nil || patch == nil {
			return written, err
		}
		pruned, err := client.Patch(ctx, written.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: s.client.FieldManager})
		return pruned, kube.Wrap(childRef(kindPolicy, cluster, written.Name), "remove rules from", err)
	}
	return policies
}

func (s store) serviceAccounts(cluster string) children[*corev1.ServiceAccount, *corev1.ServiceAccountList, *corev1ac.ServiceAccountApplyConfiguration] {
	return childrenOf(s, kindServiceAccount, cluster, s.client.Clientset.CoreV1().ServiceAccounts(cluster))
}

func (s store) roles(cluster string) children[*rbacv1.Role, *rbacv1.RoleList, *rbacv1ac.RoleApplyConfiguration] {
	return childrenOf(s, kindRole, cluster, s.client.Clientset.RbacV1().Roles(cluster))
}

func (s store) bindings(cluster string) children[*rbacv1.RoleBinding, *rbacv1.RoleBindingList, *rbacv1ac.RoleBindingApplyConfiguration] {
	return childrenOf(s, kindBinding, cluster, s.client.Clientset.RbacV1().RoleBindings(cluster))
}
