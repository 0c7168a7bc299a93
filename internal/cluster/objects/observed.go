package objects

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

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Observed are a cluster's objects as the API server has them, the children by
// name. As they were read, there are also ResourceQuotas and LimitRanges of
// others among them; own leaves those out.
type Observed struct {
	Namespace       *corev1.Namespace
	Quotas          map[string]*corev1.ResourceQuota
	LimitRanges     map[string]*corev1.LimitRange
	Policies        map[string]*networkingv1.NetworkPolicy
	ServiceAccounts map[string]*corev1.ServiceAccount
	Roles           map[string]*rbacv1.Role
	Bindings        map[string]*rbacv1.RoleBinding
}

// Own are the cluster's own children and no others.
func (o Observed) Own(a child.Adopted) Observed {
	return Observed{
		Namespace:       o.Namespace,
		Quotas:          only(o.Quotas, a.IsOwnQuota),
		LimitRanges:     only(o.LimitRanges, a.IsOwnLimitRange),
		Policies:        only(o.Policies, mar.IsOurs),
		ServiceAccounts: only(o.ServiceAccounts, mar.IsOurs),
		Roles:           only(o.Roles, child.IsOwnAccess),
		Bindings:        only(o.Bindings, child.IsOwnAccess),
	}
}

// lasting are the children that aren't being deleted. Those of a Namespace that is being
// deleted itself are all there: they go with it.
func (o Observed) lasting() Observed {
	if o.Namespace.DeletionTimestamp != nil {
		return o
	}
	lasts := func(child metav1.Object) bool { return child.GetDeletionTimestamp() == nil }
	return Observed{
		Namespace:       o.Namespace,
		Quotas:          only(o.Quotas, lasts),
		LimitRanges:     only(o.LimitRanges, lasts),
		Policies:        only(o.Policies, lasts),
		ServiceAccounts: only(o.ServiceAccounts, lasts),
		Roles:           only(o.Roles, lasts),
		Bindings:        only(o.Bindings, lasts),
	}
}

// Ending names the children that are being deleted, and what holds them, a line each.
func (o Observed) Ending() []string {
	if o.Namespace.DeletionTimestamp != nil {
		return nil
	}
	return slices.Concat(
		endingOf(child.KindQuota, o.Quotas), endingOf(child.KindLimitRange, o.LimitRanges), endingOf(child.KindPolicy, o.Policies),
		endingOf(child.KindServiceAccount, o.ServiceAccounts), endingOf(child.KindRole, o.Roles), endingOf(child.KindBinding, o.Bindings),
	)
}

func endingOf[T metav1.Object](kind string, children map[string]T) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(children)) {
		if one := children[name]; one.GetDeletionTimestamp() != nil {
			lines = append(lines, HeldLine(child.Ref(kind, one.GetNamespace(), name), one.GetFinalizers()))
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

// Refs are the children, as a look into the Namespace names them.
func (o Observed) Refs() map[kube.Ref]bool {
	all := map[kube.Ref]bool{}
	addRefs(all, child.KindQuota, o.Quotas)
	addRefs(all, child.KindLimitRange, o.LimitRanges)
	addRefs(all, child.KindPolicy, o.Policies)
	addRefs(all, child.KindServiceAccount, o.ServiceAccounts)
	addRefs(all, child.KindRole, o.Roles)
	addRefs(all, child.KindBinding, o.Bindings)
	return all
}

func addRefs[T metav1.Object](to map[kube.Ref]bool, kind string, children map[string]T) {
	for _, one := range children {
		to[child.Ref(kind, one.GetNamespace(), one.GetName())] = true
	}
}

// ModelOf reads the cluster's own objects. Prior is the state or plan that says
// which labels and annotations are declared, and which limits; the rest is
// somebody else's or the server's.
func ModelOf(ctx context.Context, o Observed, prior model.Cluster, a child.Adopted) (model.Cluster, diag.Diagnostics) {
	o = o.Own(a).lasting()
	// What is adopted and not declared is let go of, and is somebody else's.
	if fw.IsNothing(prior.Quota) && a.Quota != "" {
		delete(o.Quotas, a.Quota)
	}
	if fw.IsNothing(prior.LimitRange) && a.LimitRange != "" {
		delete(o.LimitRanges, a.LimitRange)
	}
	items, diags := limits.Items(ctx, prior.LimitRange)
	m := read(o)
	if prior.Region.IsNull() {
		// It is a label, and one that isn't declared is somebody else's.
		m.Region = types.StringNull()
	}
	m.Labels = fw.ObservedLabels(prior.Labels, o.Namespace.Labels)
	m.LabelsAll = fw.ObservedLabels(prior.LabelsAll, o.Namespace.Labels)
	m.Annotations = fw.ObservedLabels(prior.Annotations, o.Namespace.Annotations)
	m.AnnotationsAll = fw.ObservedLabels(prior.AnnotationsAll, o.Namespace.Annotations)
	m.PodSecurity = podsecurity.Observed(prior.PodSecurity, o.Namespace.Labels)
	m.Quota = quota.Observed(o.Quotas[a.QuotaName()])
	m.ScopedQuotas = quota.ObservedScoped(o.Quotas, prior.ScopedQuotas)
	m.LimitRange = limits.Observed(o.LimitRanges[a.LimitRangeName()], items)
	m.Network = network.Observed(ctx, policiesOfCluster(o), prior.Network)
	m.ServiceAccounts = observedServiceAccounts(o.ServiceAccounts, prior.ServiceAccounts)
	access, more := access.Observed(ctx, o.Roles, o.Bindings, prior.Access)
	diags.Append(more...)
	m.Access = access
	return sayingNothingAs(ctx, m, prior), diags
}

// ImportedModelOf reads the objects of a cluster that no state has yet: all that
// isn't the system's counts as declared, labels and annotations that the provider's
// defaults give as theirs.
func ImportedModelOf(ctx context.Context, o Observed, defaults fw.Defaults, a child.Adopted) (model.Cluster, diag.Diagnostics) {
	o = o.Own(a).lasting()
	m := ImportedNamespaceOf(o.Namespace, defaults)
	m.Quota = quota.Observed(o.Quotas[a.QuotaName()])
	m.ScopedQuotas = quota.ObservedScoped(o.Quotas, m.ScopedQuotas)
	m.LimitRange = limits.Observed(o.LimitRanges[a.LimitRangeName()], nil)
	m.Network = network.Observed(ctx, policiesOfCluster(o), m.Network)
	m.ServiceAccounts = observedServiceAccounts(o.ServiceAccounts, m.ServiceAccounts)
	access, diags := access.Observed(ctx, o.Roles, o.Bindings, m.Access)
	m.Access = access
	return m, diags
}

// ImportedNamespaceOf reads what is on the Namespace itself.
func ImportedNamespaceOf(ns *corev1.Namespace, defaults fw.Defaults) model.Cluster {
	m := read(Observed{Namespace: ns})
	m.PodSecurity = podsecurity.Imported(ns.Labels)
	nobodys := func(key string) bool {
		return mar.IsSystemKey(mar.NamespaceLabels, key) || !m.PodSecurity.IsNull() && podsecurity.IsLabel(key)
	}
	m.Labels, m.LabelsAll = importedKeys(ns.Labels, defaults.Labels, nobodys)
	m.Annotations, m.AnnotationsAll = importedKeys(ns.Annotations, defaults.Annotations, func(key string) bool {
		return mar.IsSystemKey(mar.NamespaceAnnotations, key)
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

func read(o Observed) model.Cluster {
	m := model.NewCluster(o.Namespace.Name)
	// A label without a value is no region, and can't be declared.
	if region := o.Namespace.Labels[mar.LabelRegion]; region != "" {
		m.Region = types.StringValue(region)
	}
	m.UID = types.StringValue(string(o.Namespace.UID))
	m.CreatedAt = types.StringValue(o.Namespace.CreationTimestamp.UTC().Format(time.RFC3339))
	m.Phase = types.StringValue(string(PhaseOf(o.Namespace)))
	return m
}

// PhaseOf trusts the deletion timestamp over the phase, which the namespace
// controller sets a moment later.
func PhaseOf(ns *corev1.Namespace) corev1.NamespacePhase {
	if ns.DeletionTimestamp != nil {
		return corev1.NamespaceTerminating
	}
	return corev1.NamespaceActive
}

func policiesOfCluster(o Observed) []networkingv1.NetworkPolicy {
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
	return child.SetOf(names, prior)
}
