package cluster

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// quotas and limit ranges of others are read too, for an import takes over a sole
// one whatever its name.
func (s store) quotas(cluster string) children[*corev1.ResourceQuota, *corev1.ResourceQuotaList, *corev1ac.ResourceQuotaApplyConfiguration] {
	quotas := childrenOf(s, kindQuota, cluster, s.client.Clientset.CoreV1().ResourceQuotas(cluster))
	quotas.everybodys = true
	// An apply can't take away a key that somebody else added.
	quotas.prune = func(want *corev1ac.ResourceQuotaApplyConfiguration, written *corev1.ResourceQuota) ([]byte, []fieldpath.Path, error) {
		return surplusPatch(want.Spec.Hard, written)
	}
	return quotas
}

func (s store) limitRanges(cluster string) children[*corev1.LimitRange, *corev1.LimitRangeList, *corev1ac.LimitRangeApplyConfiguration] {
	limitRanges := childrenOf(s, kindLimitRange, cluster, s.client.Clientset.CoreV1().LimitRanges(cluster))
	limitRanges.everybodys = true
	return limitRanges
}

func (s store) policies(cluster string) children[*networkingv1.NetworkPolicy, *networkingv1.NetworkPolicyList, *networkingv1ac.NetworkPolicyApplyConfiguration] {
	policies := childrenOf(s, kindPolicy, cluster, s.client.Clientset.NetworkingV1().NetworkPolicies(cluster))
	// An apply of no rules can't take away those that somebody else wrote.
	policies.prune = surplusRulesPatch
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
