package limits

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// MissingDefaults warns of a quota that refuses containers without limits or
// requests of their own, once: of warnings with one summary core shows the first
// only.
func MissingDefaults(ctx context.Context, quota, limitRange types.Object) []child.Warning {
	lacking := LacksDefaults(ctx, quota, limitRange)
	if len(lacking) == 0 {
		return nil
	}
	at := path.Root("quota")
	if len(lacking) == 1 {
		at = at.AtName(lacking[0])
	}
	return []child.Warning{{
		At: at, Summary: "A quota without default limits",
		Detail: fmt.Sprintf("The quota limits %s, but limit_range has no default for it. Kubernetes refuses each container that sets no limit of its own. Set limit_range.container.default, or cpu and memory on each instance.", strings.Join(lacking, ", ")),
	}}
}

// LacksDefaults names the attributes by which the quota limits something while
// nothing gives a default to a container that says nothing of it: the API server
// refuses such a container.
func LacksDefaults(ctx context.Context, quota, limitRange types.Object) []string {
	if quota.IsNull() || quota.IsUnknown() || limitRange.IsUnknown() {
		return nil
	}
	defaults, ok := containerDefaults(ctx, limitRange)
	if !ok {
		return nil
	}
	var lacking []string
	for _, check := range []struct {
		attribute string
		resource  corev1.ResourceName
		given     map[corev1.ResourceName]bool
	}{
		{"cpu", corev1.ResourceCPU, defaults.limits},
		{"memory", corev1.ResourceMemory, defaults.limits},
		{"requests_cpu", corev1.ResourceCPU, defaults.requests},
		{"requests_memory", corev1.ResourceMemory, defaults.requests},
	} {
		limit, limited := quota.Attributes()[check.attribute].(fwtypes.Quantity)
		if limited && !limit.IsNull() && !check.given[check.resource] {
			lacking = append(lacking, check.attribute)
		}
	}
	return lacking
}

// givenDefaults are the resources for which a container that says nothing gets a
// limit, and a request.
type givenDefaults struct {
	limits, requests map[corev1.ResourceName]bool
}

// containerDefaults is false where the defaults aren't known yet. What they follow
// from is as in derivedDefaults and derivedRequests.
func containerDefaults(ctx context.Context, limitRange types.Object) (givenDefaults, bool) {
	if limitRange.IsNull() {
		return givenDefaults{}, true
	}
	var lr limitRangeModel
	var c containerLimitsModel
	if diags := limitRange.As(ctx, &lr, basetypes.ObjectAsOptions{}); diags.HasError() || lr.Container.IsUnknown() {
		return givenDefaults{}, false
	}
	if lr.Container.IsNull() {
		return givenDefaults{}, true
	}
	if diags := lr.Container.As(ctx, &c, basetypes.ObjectAsOptions{}); diags.HasError() {
		return givenDefaults{}, false
	}
	if c.Default.IsUnknown() || c.Max.IsUnknown() || c.DefaultRequest.IsUnknown() || c.Min.IsUnknown() {
		return givenDefaults{}, false
	}
	return givenDefaults{limits: keysOf(c.Max, c.Default), requests: keysOf(c.Max, c.Default, c.DefaultRequest, c.Min)}, true
}

func keysOf(maps ...types.Map) map[corev1.ResourceName]bool {
	keys := map[corev1.ResourceName]bool{}
	for _, m := range maps {
		for key := range m.Elements() {
			keys[corev1.ResourceName(key)] = true
		}
	}
	return keys
}
