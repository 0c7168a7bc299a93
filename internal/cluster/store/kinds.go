package store

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
)

// quotas and limit ranges of others are read too, for an import takes over a sole
// one whatever its name.
func (s Store) quotas(cluster string) children[*corev1.ResourceQuota, *corev1.ResourceQuotaList, corev1ac.ResourceQuotaApplyConfiguration] {
	quotas := childrenOf(s, child.KindQuota, cluster, s.Client.Clientset.CoreV1().ResourceQuotas(cluster))
	quotas.everybodys = true
	// An apply can't take away a key that somebody else added.
	quotas.prune = quota.SurplusPatch
	return quotas
}

func (s Store) limitRanges(cluster string) children[*corev1.LimitRange, *corev1.LimitRangeList, corev1ac.LimitRangeApplyConfiguration] {
	limitRanges := childrenOf(s, child.KindLimitRange, cluster, s.Client.Clientset.CoreV1().LimitRanges(cluster))
	limitRanges.everybodys = true
	return limitRanges
}

func (s Store) policies(cluster string) children[*networkingv1.NetworkPolicy, *networkingv1.NetworkPolicyList, networkingv1ac.NetworkPolicyApplyConfiguration] {
	policies := childrenOf(s, child.KindPolicy, cluster, s.Client.Clientset.NetworkingV1().NetworkPolicies(cluster))
	// An apply of no rules can't take away those that somebody else wrote.
	policies.prune = network.SurplusPatch
	return policies
}

func (s Store) serviceAccounts(cluster string) children[*corev1.ServiceAccount, *corev1.ServiceAccountList, corev1ac.ServiceAccountApplyConfiguration] {
	return childrenOf(s, child.KindServiceAccount, cluster, s.Client.Clientset.CoreV1().ServiceAccounts(cluster))
}

func (s Store) roles(cluster string) children[*rbacv1.Role, *rbacv1.RoleList, rbacv1ac.RoleApplyConfiguration] {
	return childrenOf(s, child.KindRole, cluster, s.Client.Clientset.RbacV1().Roles(cluster))
}

func (s Store) bindings(cluster string) children[*rbacv1.RoleBinding, *rbacv1.RoleBindingList, rbacv1ac.RoleBindingApplyConfiguration] {
	return childrenOf(s, child.KindBinding, cluster, s.Client.Clientset.RbacV1().RoleBindings(cluster))
}
