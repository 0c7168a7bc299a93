package limits

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

// Step compares with what the API server makes of the wanted limits.
func Step(want *corev1ac.LimitRangeApplyConfiguration, live *corev1.LimitRange) child.Step {
	have := limiting(live.Spec.Limits)
	if len(want.Spec.Limits) != len(have) {
		return child.Apply
	}
	for _, limits := range want.Spec.Limits {
		if item := FilledIn(limitItemOf(limits)); !apiequality.Semantic.DeepEqual(item, itemOf(have, item.Type)) {
			return child.Apply
		}
	}
	return child.Keep
}

func limitItemOf(limits corev1ac.LimitRangeItemApplyConfiguration) corev1.LimitRangeItem {
	orNone := func(list *corev1.ResourceList) corev1.ResourceList {
		if list == nil {
			return nil
		}
		return *list
	}
	return corev1.LimitRangeItem{
		Type: *limits.Type, Min: orNone(limits.Min), Max: orNone(limits.Max),
		Default: orNone(limits.Default), DefaultRequest: orNone(limits.DefaultRequest), MaxLimitRequestRatio: orNone(limits.MaxLimitRequestRatio),
	}
}

// FilledIn is the item with all that the API server derives.
func FilledIn(item corev1.LimitRangeItem) corev1.LimitRangeItem {
	if item.Type != corev1.LimitTypeContainer {
		return item
	}
	filled := withDefaults(item)
	requests := derivedRequests(filled)
	maps.Copy(requests, item.DefaultRequest)
	filled.DefaultRequest = requests
	return filled
}
