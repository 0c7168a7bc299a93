package cluster

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// observed are a cluster's objects as the API server has them. Children that
// aren't there are nil.
type observed struct {
	Namespace  *corev1.Namespace
	Quota      *corev1.ResourceQuota
	LimitRange *corev1.LimitRange
}

// modelOf reads the objects. Prior is the state or plan that says which labels
// and annotations are declared, and which limits; the rest is somebody else's or
// the server's.
func modelOf(ctx context.Context, o observed, prior model) (model, diag.Diagnostics) {
	items, diags := limitItems(ctx, prior.LimitRange)
	m := read(o)
	m.Labels = fw.ObservedLabels(prior.Labels, o.Namespace.Labels)
	m.LabelsAll = fw.ObservedLabels(prior.LabelsAll, o.Namespace.Labels)
	m.Annotations = fw.ObservedLabels(prior.Annotations, o.Namespace.Annotations)
	m.LimitRange = observedLimitRange(o.LimitRange, items)
	// A child of our name that nobody declared is drift if we made it, and
	// otherwise none of our business.
	if prior.Quota.IsNull() && o.Quota != nil && !kube.IsOurs(o.Quota) {
		m.Quota = types.ObjectNull(quotaTypes())
	}
	if prior.LimitRange.IsNull() && o.LimitRange != nil && !kube.IsOurs(o.LimitRange) {
		m.LimitRange = types.ObjectNull(limitRangeTypes())
	}
	return m, diags
}

// importedModelOf reads the objects of a cluster that no state has yet: all that
// isn't the system's counts as declared, labels that the provider's defaults
// give as theirs.
func importedModelOf(o observed, defaultLabels map[string]string) model {
	m := read(o)
	m.LabelsAll = fw.ImportedLabels(o.Namespace.Labels, isNobodys)
	if m.LabelsAll.IsNull() {
		m.LabelsAll = types.MapValueMust(types.StringType, map[string]attr.Value{})
	}
	m.Labels = fw.ImportedLabels(o.Namespace.Labels, func(key string) bool {
		given, ok := defaultLabels[key]
		return isNobodys(key) || ok && given == o.Namespace.Labels[key]
	})
	m.Annotations = fw.ImportedLabels(o.Namespace.Annotations, kube.IsSystemKey)
	m.LimitRange = observedLimitRange(o.LimitRange, nil)
	return m
}

func isNobodys(key string) bool { return key == kube.LabelRegion || kube.IsSystemKey(key) }

func read(o observed) model {
	m := newModel(o.Namespace.Name)
	if region, ok := o.Namespace.Labels[kube.LabelRegion]; ok {
		m.Region = types.StringValue(region)
	}
	m.UID = types.StringValue(string(o.Namespace.UID))
	m.CreatedAt = types.StringValue(o.Namespace.CreationTimestamp.UTC().Format(time.RFC3339))
	m.Phase = types.StringValue(string(phaseOf(o.Namespace)))
	m.Quota = observedQuota(o.Quota)
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

// observedQuota reads all of our quota: a key that somebody added is drift too.
func observedQuota(quota *corev1.ResourceQuota) types.Object {
	if quota == nil {
		return types.ObjectNull(quotaTypes())
	}
	known := map[corev1.ResourceName]quotaKey{}
	for _, k := range quotaKeys() {
		known[k.Key] = k
	}
	values := fw.Nulls(quotaTypes())
	extra := map[string]attr.Value{}
	for key, quantity := range quota.Spec.Hard {
		k, ok := known[inFull(key, quota.Spec.Hard)]
		switch {
		case !ok:
			extra[string(key)] = fwtypes.NewQuantity(quantity.String())
		case k.Counts:
			values[k.Attribute] = types.Int64Value(quantity.Value())
		default:
			values[k.Attribute] = fwtypes.NewQuantity(quantity.String())
		}
	}
	if len(extra) > 0 {
		values["extra"] = types.MapValueMust(fwtypes.QuantityType{}, extra)
	}
	return types.ObjectValueMust(quotaTypes(), values)
}

// observedLimitRange reads our limit range, less what the server filled in by
// itself. Declared are the items of the state or plan, nil on import.
func observedLimitRange(lr *corev1.LimitRange, declared []corev1.LimitRangeItem) types.Object {
	if lr == nil {
		return types.ObjectNull(limitRangeTypes())
	}
	values := fw.Nulls(limitRangeTypes())
	for _, item := range lr.Spec.Limits {
		switch item.Type {
		case corev1.LimitTypeContainer:
			own := withoutDefaults(item, itemOf(declared, item.Type))
			values["container"] = types.ObjectValueMust(containerLimitsTypes(), map[string]attr.Value{
				"default":                 amountsOf(own.Default),
				"default_request":         amountsOf(own.DefaultRequest),
				"min":                     amountsOf(own.Min),
				"max":                     amountsOf(own.Max),
				"max_limit_request_ratio": amountsOf(own.MaxLimitRequestRatio),
			})
		case corev1.LimitTypePod:
			values["instance"] = types.ObjectValueMust(instanceLimitsTypes(), map[string]attr.Value{
				"min": amountsOf(item.Min), "max": amountsOf(item.Max),
			})
		case corev1.LimitTypePersistentVolumeClaim:
			values["volume"] = types.ObjectValueMust(volumeLimitsTypes(), map[string]attr.Value{
				"min": storageOf(item.Min), "max": storageOf(item.Max),
			})
		}
	}
	return types.ObjectValueMust(limitRangeTypes(), values)
}

// withoutDefaults leaves out the defaults that nobody declared and that the
// server derives: from this item, or from the declared one, whose derivation
// stays behind when somebody edits only part of it.
func withoutDefaults(live, declared corev1.LimitRangeItem) corev1.LimitRangeItem {
	own := live
	own.Default = less(live.Default, declared.Default, derivedDefaults(live), derivedDefaults(declared))
	own.DefaultRequest = less(live.DefaultRequest, declared.DefaultRequest, derivedRequests(live), derivedRequests(withDefaults(declared)))
	return own
}

func less(live, declared corev1.ResourceList, derived ...corev1.ResourceList) corev1.ResourceList {
	own := maps.Clone(live)
	for key, quantity := range live {
		if _, ok := declared[key]; ok {
			continue
		}
		for _, list := range derived {
			if filled, ok := list[key]; ok && filled.Cmp(quantity) == 0 {
				delete(own, key)
			}
		}
	}
	return own
}

// derivedDefaults and derivedRequests are the API server's defaulting of a
// container's item (SetDefaults_LimitRangeItem in pkg/apis/core/v1): a limit
// defaults to the maximum, a request to the default limit, else to the minimum.
func derivedDefaults(item corev1.LimitRangeItem) corev1.ResourceList { return item.Max }

func derivedRequests(item corev1.LimitRangeItem) corev1.ResourceList {
	derived := maps.Clone(item.Min)
	if derived == nil {
		derived = corev1.ResourceList{}
	}
	maps.Copy(derived, item.Default)
	return derived
}

func withDefaults(item corev1.LimitRangeItem) corev1.LimitRangeItem {
	filled := corev1.ResourceList{}
	maps.Copy(filled, derivedDefaults(item))
	maps.Copy(filled, item.Default)
	item.Default = filled
	return item
}

func itemOf(items []corev1.LimitRangeItem, kind corev1.LimitType) corev1.LimitRangeItem {
	for _, item := range items {
		if item.Type == kind {
			return item
		}
	}
	return corev1.LimitRangeItem{}
}

func amountsOf(list corev1.ResourceList) types.Map {
	if len(list) == 0 {
		return types.MapNull(fwtypes.QuantityType{})
	}
	values := make(map[string]attr.Value, len(list))
	for key, quantity := range list {
		values[string(key)] = fwtypes.NewQuantity(quantity.String())
	}
	return types.MapValueMust(fwtypes.QuantityType{}, values)
}

func storageOf(list corev1.ResourceList) fwtypes.Quantity {
	if quantity, ok := list[corev1.ResourceStorage]; ok {
		return fwtypes.NewQuantity(quantity.String())
	}
	return fwtypes.NewQuantityNull()
}
