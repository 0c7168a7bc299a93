package cluster

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// observed are a cluster's objects as the API server has them, the children by
// name. As they were read, there are also ResourceQuotas and LimitRanges of
// others among them; own leaves those out.
type observed struct {
	Namespace       *corev1.Namespace
	Quotas          map[string]*corev1.ResourceQuota
	LimitRanges     map[string]*corev1.LimitRange
	Policies        map[string]*networkingv1.NetworkPolicy
	ServiceAccounts map[string]*corev1.ServiceAccount
	Roles           map[string]*rbacv1.Role
	Bindings        map[string]*rbacv1.RoleBinding
}

// own are the cluster's own children and no others.
func (o observed) own(a adopted) observed {
	return observed{
		Namespace:       o.Namespace,
		Quotas:          only(o.Quotas, a.isOwnQuota),
		LimitRanges:     only(o.LimitRanges, a.isOwnLimitRange),
		Policies:        only(o.Policies, kube.IsOurs),
		ServiceAccounts: only(o.ServiceAccounts, kube.IsOurs),
		Roles:           only(o.Roles, isOwnAccess),
		Bindings:        only(o.Bindings, isOwnAccess),
	}
}

// lasting are the children that aren't being deleted. Those of a Namespace that is being
// deleted itself are all there: they go with it.
func (o observed) lasting() observed {
	if o.Namespace.DeletionTimestamp != nil {
		return o
	}
	lasts := func(child metav1.Object) bool { return child.GetDeletionTimestamp() == nil }
	return observed{
		Namespace:       o.Namespace,
		Quotas:          only(o.Quotas, lasts),
		LimitRanges:     only(o.LimitRanges, lasts),
		Policies:        only(o.Policies, lasts),
		ServiceAccounts: only(o.ServiceAccounts, lasts),
		Roles:           only(o.Roles, lasts),
		Bindings:        only(o.Bindings, lasts),
	}
}

// ending names the children that are being deleted, and what holds them, a line each.
func (o observed) ending() []string {
	if o.Namespace.DeletionTimestamp != nil {
		return nil
	}
	return slices.Concat(
		endingOf(kindQuota, o.Quotas), endingOf(kindLimitRange, o.LimitRanges), endingOf(kindPolicy, o.Policies),
		endingOf(kindServiceAccount, o.ServiceAccounts), endingOf(kindRole, o.Roles), endingOf(kindBinding, o.Bindings),
	)
}

func endingOf[T metav1.Object](kind string, children map[string]T) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(children)) {
		if child := children[name]; child.GetDeletionTimestamp() != nil {
			lines = append(lines, heldLine(childRef(kind, child.GetNamespace(), name), child.GetFinalizers()))
		}
	}
	return lines
}

func only[T metav1.Object](all map[string]T, isOwn func(metav1.Object) bool) map[string]T {
	own := map[string]T{}
	for name, o := range all {
		if isOwn(o) {
			own[name] = o
		}
	}
	return own
}

// refs are the children, as a look into the Namespace names them.
func (o observed) refs() map[kube.Ref]bool {
	all := map[kube.Ref]bool{}
	addRefs(all, kindQuota, o.Quotas)
	addRefs(all, kindLimitRange, o.LimitRanges)
	addRefs(all, kindPolicy, o.Policies)
	addRefs(all, kindServiceAccount, o.ServiceAccounts)
	addRefs(all, kindRole, o.Roles)
	addRefs(all, kindBinding, o.Bindings)
	return all
}

func addRefs[T metav1.Object](to map[kube.Ref]bool, kind string, children map[string]T) {
	for _, child := range children {
		to[childRef(kind, child.GetNamespace(), child.GetName())] = true
	}
}

// modelOf reads the cluster's own objects. Prior is the state or plan that says
// which labels and annotations are declared, and which limits; the rest is
// somebody else's or the server's.
func modelOf(ctx context.Context, o observed, prior model, a adopted) (model, diag.Diagnostics) {
	o = o.own(a).lasting()
	// What is adopted and not declared is let go of, and is somebody else's.
	if fw.IsNothing(prior.Quota) && a.Quota != "" {
		delete(o.Quotas, a.Quota)
	}
	if fw.IsNothing(prior.LimitRange) && a.LimitRange != "" {
		delete(o.LimitRanges, a.LimitRange)
	}
	items, diags := limitItems(ctx, prior.LimitRange)
	m := read(o)
	if prior.Region.IsNull() {
		// It is a label, and one that isn't declared is somebody else's.
		m.Region = types.StringNull()
	}
	m.Labels = fw.ObservedLabels(prior.Labels, o.Namespace.Labels)
	m.LabelsAll = fw.ObservedLabels(prior.LabelsAll, o.Namespace.Labels)
	m.Annotations = fw.ObservedLabels(prior.Annotations, o.Namespace.Annotations)
	m.AnnotationsAll = fw.ObservedLabels(prior.AnnotationsAll, o.Namespace.Annotations)
	m.PodSecurity = observedPodSecurity(prior.PodSecurity, o.Namespace.Labels)
	m.Quota = observedQuota(o.Quotas[a.quota()])
	m.ScopedQuotas = observedScopedQuotas(o.Quotas, prior.ScopedQuotas)
	m.LimitRange = observedLimitRange(o.LimitRanges[a.limitRange()], items)
	m.Network = observedNetwork(ctx, policiesOfCluster(o), prior.Network)
	m.ServiceAccounts = observedServiceAccounts(o.ServiceAccounts, prior.ServiceAccounts)
	access, more := observedAccess(ctx, o.Roles, o.Bindings, prior.Access)
	diags.Append(more...)
	m.Access = access
	return sayingNothingAs(ctx, m, prior), diags
}

// importedModelOf reads the objects of a cluster that no state has yet: all that
// isn't the system's counts as declared, labels and annotations that the provider's
// defaults give as theirs.
func importedModelOf(ctx context.Context, o observed, defaults fw.Defaults, a adopted) (model, diag.Diagnostics) {
	o = o.own(a).lasting()
	m := importedNamespaceOf(o.Namespace, defaults)
	m.Quota = observedQuota(o.Quotas[a.quota()])
	m.ScopedQuotas = observedScopedQuotas(o.Quotas, m.ScopedQuotas)
	m.LimitRange = observedLimitRange(o.LimitRanges[a.limitRange()], nil)
	m.Network = observedNetwork(ctx, policiesOfCluster(o), m.Network)
	m.ServiceAccounts = observedServiceAccounts(o.ServiceAccounts, m.ServiceAccounts)
	access, diags := observedAccess(ctx, o.Roles, o.Bindings, m.Access)
	m.Access = access
	return m, diags
}

// importedNamespaceOf reads what is on the Namespace itself.
func importedNamespaceOf(ns *corev1.Namespace, defaults fw.Defaults) model {
	m := read(observed{Namespace: ns})
	m.PodSecurity = importedPodSecurity(ns.Labels)
	nobodys := func(key string) bool {
		return kube.IsSystemKey(kube.NamespaceLabels, key) || !m.PodSecurity.IsNull() && isPodSecurityLabel(key)
	}
	m.Labels, m.LabelsAll = importedKeys(ns.Labels, defaults.Labels, nobodys)
	m.Annotations, m.AnnotationsAll = importedKeys(ns.Annotations, defaults.Annotations, func(key string) bool {
		return kube.IsSystemKey(kube.NamespaceAnnotations, key)
	})
	return m
}

// importedKeys are the labels or annotations that count as declared, without and
// with those that are as the provider's defaults give them.
func importedKeys(live, defaults map[string]string, nobodys func(key string) bool) (declared, all types.Map) {
	all = fw.ImportedLabels(live, nobodys)
	if all.IsNull() {
		all = types.MapValueMust(types.StringType, map[string]attr.Value{})
	}
	return fw.ImportedLabels(live, func(key string) bool {
		given, ok := defaults[key]
		return nobodys(key) || ok && given == live[key]
	}), all
}

func read(o observed) model {
	m := newModel(o.Namespace.Name)
	// A label without a value is no region, and can't be declared.
	if region := o.Namespace.Labels[kube.LabelRegion]; region != "" {
		m.Region = types.StringValue(region)
	}
	m.UID = types.StringValue(string(o.Namespace.UID))
	m.CreatedAt = types.StringValue(o.Namespace.CreationTimestamp.UTC().Format(time.RFC3339))
	m.Phase = types.StringValue(string(phaseOf(o.Namespace)))
	return m
}

// phaseOf trusts the deletion timestamp over the phase, which the namespace
// controller sets a moment later.
func phaseOf(ns *corev1.Namespace) corev1.NamespacePhase {
	if ns.DeletionTimestamp != nil {
		return corev1.NamespaceTerminating
	}
	return corev1.NamespaceActive
}

func policiesOfCluster(o observed) []networkingv1.NetworkPolicy {
	policies := make([]networkingv1.NetworkPolicy, 0, len(o.Policies))
	for _, name := range slices.Sorted(maps.Keys(o.Policies)) {
		policies = append(policies, *o.Policies[name])
	}
	return policies
}

func observedServiceAccounts(accounts map[string]*corev1.ServiceAccount, prior types.Set) types.Set {
	var names []string
	for name := range accounts {
		names = append(names, name)
	}
	return setOf(names, prior)
}
