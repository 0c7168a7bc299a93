package cluster

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// desired are the objects that a configuration means. Those that it doesn't
// declare are nil.
type desired struct {
	Namespace  *corev1.Namespace
	Quota      *corev1ac.ResourceQuotaApplyConfiguration
	LimitRange *corev1ac.LimitRangeApplyConfiguration
}

// desiredOf maps a model, all of whose declared values are known.
func desiredOf(ctx context.Context, m model) (desired, diag.Diagnostics) {
	limitRange, diags := desiredLimitRange(ctx, m)
	return desired{Namespace: desiredNamespace(m), Quota: desiredQuota(m), LimitRange: limitRange}, diags
}

func desiredNamespace(m model) *corev1.Namespace {
	labels := fw.StringMap(m.LabelsAll)
	labels[kube.LabelManagedBy] = kube.ManagedBy
	if region := m.Region.ValueString(); region != "" {
		labels[kube.LabelRegion] = region
	}
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name:        m.Name.ValueString(),
		Labels:      labels,
		Annotations: fw.StringMap(m.Annotations),
	}}
}

// withNonce is the Namespace as it is POSTed.
func withNonce(ns *corev1.Namespace, nonce string) *corev1.Namespace {
	posted := ns.DeepCopy()
	posted.Annotations = maps.Clone(ns.Annotations)
	if posted.Annotations == nil {
		posted.Annotations = map[string]string{}
	}
	posted.Annotations[kube.AnnotationNonce] = nonce
	return posted
}

// applied is the Namespace as it is applied later: the same fields, bound to the
// one that was read.
func applied(ns, live *corev1.Namespace) *corev1ac.NamespaceApplyConfiguration {
	annotations := maps.Clone(ns.Annotations)
	if nonce, ok := live.Annotations[kube.AnnotationNonce]; ok {
		annotations[kube.AnnotationNonce] = nonce
	}
	return corev1ac.Namespace(ns.Name).WithUID(live.UID).WithLabels(ns.Labels).WithAnnotations(annotations)
}

func desiredQuota(m model) *corev1ac.ResourceQuotaApplyConfiguration {
	if m.Quota.IsNull() {
		return nil
	}
	values := m.Quota.Attributes()
	hard := corev1.ResourceList{}
	if extra, ok := values["extra"].(types.Map); ok {
		hard = resourceList(extra)
	}
	for _, k := range quotaKeys() {
		switch value := values[k.Attribute].(type) {
		case fwtypes.Quantity:
			if quantity, ok := value.Known(); ok {
				hard[k.Key] = quantity
			}
		case types.Int64:
			if !value.IsNull() {
				hard[k.Key] = *resource.NewQuantity(value.ValueInt64(), resource.DecimalSI)
			}
		}
	}
	return corev1ac.ResourceQuota(quotaName, m.Name.ValueString()).
		WithLabels(childLabels()).
		WithSpec(corev1ac.ResourceQuotaSpec().WithHard(hard))
}

// surplusPatch is the merge patch that removes keys of a quota which aren't
// wanted, or nil where there are none. It holds for the quota as it was read.
func surplusPatch(want *corev1.ResourceList, live *corev1.ResourceQuota) ([]byte, error) {
	surplus := map[corev1.ResourceName]any{}
	for key := range live.Spec.Hard {
		if want == nil {
			surplus[key] = nil
		} else if _, ok := (*want)[key]; !ok {
			surplus[key] = nil
		}
	}
	if len(surplus) == 0 {
		return nil, nil
	}
	return json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": live.UID, "resourceVersion": live.ResourceVersion},
		"spec":     map[string]any{"hard": surplus},
	})
}

func desiredLimitRange(ctx context.Context, m model) (*corev1ac.LimitRangeApplyConfiguration, diag.Diagnostics) {
	if m.LimitRange.IsNull() {
		return nil, nil
	}
	items, diags := limitItems(ctx, m.LimitRange)
	spec := corev1ac.LimitRangeSpec()
	for _, item := range items {
		spec.WithLimits(&corev1ac.LimitRangeItemApplyConfiguration{
			Type:                 &item.Type,
			Default:              ifAny(item.Default),
			DefaultRequest:       ifAny(item.DefaultRequest),
			Min:                  ifAny(item.Min),
			Max:                  ifAny(item.Max),
			MaxLimitRequestRatio: ifAny(item.MaxLimitRequestRatio),
		})
	}
	return corev1ac.LimitRange(limitRangeName, m.Name.ValueString()).WithLabels(childLabels()).WithSpec(spec), diags
}

// limitItems are the items that a limit_range declares, in a fixed order.
func limitItems(ctx context.Context, limitRange types.Object) ([]corev1.LimitRangeItem, diag.Diagnostics) {
	var (
		diags     diag.Diagnostics
		lr        limitRangeModel
		container containerLimitsModel
		instance  instanceLimitsModel
		volume    volumeLimitsModel
		items     []corev1.LimitRangeItem
	)
	if limitRange.IsNull() || limitRange.IsUnknown() {
		return nil, nil
	}
	diags.Append(limitRange.As(ctx, &lr, basetypes.ObjectAsOptions{})...)
	if declared(lr.Container) {
		diags.Append(lr.Container.As(ctx, &container, basetypes.ObjectAsOptions{})...)
		items = append(items, corev1.LimitRangeItem{
			Type:                 corev1.LimitTypeContainer,
			Default:              resourceList(container.Default),
			DefaultRequest:       resourceList(container.DefaultRequest),
			Min:                  resourceList(container.Min),
			Max:                  resourceList(container.Max),
			MaxLimitRequestRatio: resourceList(container.MaxLimitRequestRatio),
		})
	}
	if declared(lr.Instance) {
		diags.Append(lr.Instance.As(ctx, &instance, basetypes.ObjectAsOptions{})...)
		items = append(items, corev1.LimitRangeItem{Type: corev1.LimitTypePod, Min: resourceList(instance.Min), Max: resourceList(instance.Max)})
	}
	if declared(lr.Volume) {
		diags.Append(lr.Volume.As(ctx, &volume, basetypes.ObjectAsOptions{})...)
		items = append(items, corev1.LimitRangeItem{Type: corev1.LimitTypePersistentVolumeClaim, Min: storage(volume.Min), Max: storage(volume.Max)})
	}
	return items, diags
}

func ifAny(list corev1.ResourceList) *corev1.ResourceList {
	if len(list) == 0 {
		return nil
	}
	return &list
}

func declared(o types.Object) bool { return !o.IsNull() && !o.IsUnknown() }

func childLabels() map[string]string {
	return map[string]string{kube.LabelManagedBy: kube.ManagedBy}
}

// resourceList reads a map of quantities; what isn't known or isn't a quantity
// (validation has said so) is left out.
func resourceList(m types.Map) corev1.ResourceList {
	list := corev1.ResourceList{}
	for key, value := range m.Elements() {
		if amount, ok := value.(fwtypes.Quantity); ok {
			if quantity, ok := amount.Known(); ok {
				list[corev1.ResourceName(key)] = quantity
			}
		}
	}
	return list
}

func storage(amount fwtypes.Quantity) corev1.ResourceList {
	list := corev1.ResourceList{}
	if quantity, ok := amount.Known(); ok {
		list[corev1.ResourceStorage] = quantity
	}
	return list
}
