package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// step is what an update does to one object.
type step int

const (
	keep step = iota
	apply
	remove
)

// changes are the steps of an update. An object that already is as wanted, in
// whatever spelling, is kept, which costs no request.
type changes struct {
	Namespace, Quota, LimitRange step
}

// changesBetween compares what is wanted with what is there; both are models of
// the same declarations.
func changesBetween(want, have model) changes {
	return changes{
		Namespace: stepOf(want.LabelsAll.Equal(have.LabelsAll) &&
			fw.SameLabels(want.Annotations, have.Annotations) &&
			want.Region.ValueString() == have.Region.ValueString(), false),
		Quota:      stepOf(sameMeaning(want.Quota, have.Quota), want.Quota.IsNull()),
		LimitRange: stepOf(sameMeaning(want.LimitRange, have.LimitRange), want.LimitRange.IsNull()),
	}
}

func stepOf(same, unwanted bool) step {
	switch {
	case same:
		return keep
	case unwanted:
		return remove
	default:
		return apply
	}
}

// sameMeaning reports whether two values mean the same to Kubernetes: equal
// amounts in whatever spelling.
func sameMeaning(a, b attr.Value) bool {
	if a.IsNull() || b.IsNull() || a.IsUnknown() || b.IsUnknown() {
		return a.IsNull() == b.IsNull() && a.IsUnknown() == b.IsUnknown()
	}
	switch a := a.(type) {
	case fwtypes.Quantity:
		b, ok := b.(fwtypes.Quantity)
		return ok && a.SemanticallyEqual(b)
	case types.Object:
		b, ok := b.(types.Object)
		return ok && sameElements(a.Attributes(), b.Attributes())
	case types.Map:
		b, ok := b.(types.Map)
		return ok && sameElements(a.Elements(), b.Elements())
	}
	return a.Equal(b)
}

func sameElements(a, b map[string]attr.Value) bool {
	if len(a) != len(b) {
		return false
	}
	for key, value := range a {
		other, ok := b[key]
		if !ok || !sameMeaning(value, other) {
			return false
		}
	}
	return true
}

// lacksDefaults names the resources that the quota limits while nothing gives a
// container without limits of its own a default: the API server refuses such a
// container.
func lacksDefaults(ctx context.Context, m model) []string {
	if m.Quota.IsNull() || m.Quota.IsUnknown() || m.LimitRange.IsUnknown() {
		return nil
	}
	defaults, ok := containerDefaults(ctx, m.LimitRange)
	if !ok {
		return nil
	}
	var lacking []string
	for _, check := range []struct {
		attribute string
		resource  corev1.ResourceName
	}{{"cpu", corev1.ResourceCPU}, {"memory", corev1.ResourceMemory}} {
		limit, limited := m.Quota.Attributes()[check.attribute].(fwtypes.Quantity)
		if limited && !limit.IsNull() && !defaults[check.resource] {
			lacking = append(lacking, check.attribute)
		}
	}
	return lacking
}

// containerDefaults are the resources for which a container that sets no limit
// gets one; false where that isn't known yet.
func containerDefaults(ctx context.Context, limitRange types.Object) (map[corev1.ResourceName]bool, bool) {
	if limitRange.IsNull() {
		return nil, true
	}
	var lr limitRangeModel
	var container containerLimitsModel
	if diags := limitRange.As(ctx, &lr, basetypes.ObjectAsOptions{}); diags.HasError() || lr.Container.IsUnknown() {
		return nil, false
	}
	if lr.Container.IsNull() {
		return nil, true
	}
	if diags := lr.Container.As(ctx, &container, basetypes.ObjectAsOptions{}); diags.HasError() || container.Default.IsUnknown() || container.Max.IsUnknown() {
		return nil, false
	}
	defaults := map[corev1.ResourceName]bool{}
	for _, m := range []types.Map{container.Max, container.Default} {
		for key := range m.Elements() {
			defaults[corev1.ResourceName(key)] = true
		}
	}
	return defaults, true
}
