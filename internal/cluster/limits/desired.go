package limits

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// Desired returns the LimitRange by its name, and none where none is declared.
func Desired(ctx context.Context, cluster string, limitRange types.Object, a child.Adopted) (map[string]*corev1.LimitRange, diag.Diagnostics) {
	if !child.SaysSomething(limitRange) {
		return nil, nil
	}
	items, diags := Items(ctx, limitRange)
	desired := &corev1.LimitRange{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: child.KindLimitRange},
		ObjectMeta: child.Meta(cluster, a.LimitRangeName()),
		Spec:       corev1.LimitRangeSpec{Limits: items},
	}
	if a.LimitRange != "" {
		desired.Labels = nil
	}
	return map[string]*corev1.LimitRange{desired.Name: desired}, diags
}

// Items are the items that a limit_range declares, in a fixed order.
func Items(ctx context.Context, limitRange types.Object) ([]corev1.LimitRangeItem, diag.Diagnostics) {
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
	if child.SaysSomething(lr.Container) {
		diags.Append(lr.Container.As(ctx, &container, basetypes.ObjectAsOptions{})...)
		items = append(items, corev1.LimitRangeItem{
			Type:                 corev1.LimitTypeContainer,
			Default:              child.ResourceList(container.Default),
			DefaultRequest:       child.ResourceList(container.DefaultRequest),
			Min:                  child.ResourceList(container.Min),
			Max:                  child.ResourceList(container.Max),
			MaxLimitRequestRatio: child.ResourceList(container.MaxLimitRequestRatio),
		})
	}
	if child.SaysSomething(lr.Instance) {
		diags.Append(lr.Instance.As(ctx, &instance, basetypes.ObjectAsOptions{})...)
		items = append(items, corev1.LimitRangeItem{
			Type:                 corev1.LimitTypePod,
			Min:                  child.ResourceList(instance.Min),
			Max:                  child.ResourceList(instance.Max),
			MaxLimitRequestRatio: child.ResourceList(instance.MaxLimitRequestRatio),
		})
	}
	if child.SaysSomething(lr.Volume) {
		diags.Append(lr.Volume.As(ctx, &volume, basetypes.ObjectAsOptions{})...)
		items = append(items, corev1.LimitRangeItem{Type: corev1.LimitTypePersistentVolumeClaim, Min: storage(volume.Min), Max: storage(volume.Max)})
	}
	return items, diags
}

func storage(amount fwtypes.Quantity) corev1.ResourceList {
	list := corev1.ResourceList{}
	if quantity, ok := amount.Known(); ok {
		list[corev1.ResourceStorage] = quantity
	}
	return list
}
