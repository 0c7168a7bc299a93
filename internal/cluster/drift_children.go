package cluster

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"
)

// quotaStep compares amounts and scopes. Scopes in spec.scopes can't be changed,
// and those of a quota that wants none can't be taken away by an apply.
func quotaStep(want *corev1ac.ResourceQuotaApplyConfiguration, live *corev1.ResourceQuota) step {
	wanted := specOf(want)
	scopesDiffer := !apiequality.Semantic.DeepEqual(requirementsOf(wanted), requirementsOf(live.Spec))
	switch {
	case scopesDiffer && (len(live.Spec.Scopes) > 0 || wanted.ScopeSelector == nil):
		return replace
	case scopesDiffer || !apiequality.Semantic.DeepEqual(wanted.Hard, allInFull(live.Spec.Hard)):
		return apply
	}
	return keep
}

func specOf(want *corev1ac.ResourceQuotaApplyConfiguration) corev1.ResourceQuotaSpec {
	spec := corev1.ResourceQuotaSpec{Hard: *want.Spec.Hard}
	if want.Spec.ScopeSelector == nil {
		return spec
	}
	spec.ScopeSelector = &corev1.ScopeSelector{}
	for _, expression := range want.Spec.ScopeSelector.MatchExpressions {
		spec.ScopeSelector.MatchExpressions = append(spec.ScopeSelector.MatchExpressions, corev1.ScopedResourceSelectorRequirement{
			ScopeName: *expression.ScopeName, Operator: *expression.Operator, Values: expression.Values,
		})
	}
	return spec
}

func allInFull(hard corev1.ResourceList) corev1.ResourceList {
	full := corev1.ResourceList{}
	for key, quantity := range hard {
		full[inFull(key, hard)] = quantity
	}
	return full
}

// limitRangeStep compares with what the API server makes of the wanted limits.
func limitRangeStep(want *corev1ac.LimitRangeApplyConfiguration, live *corev1.LimitRange) step {
	have := limiting(live.Spec.Limits)
	if len(want.Spec.Limits) != len(have) {
		return apply
	}
	for _, limits := range want.Spec.Limits {
		if item := filledIn(limitItemOf(limits)); !apiequality.Semantic.DeepEqual(item, itemOf(have, item.Type)) {
			return apply
		}
	}
	return keep
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

// filledIn is the item with all that the API server derives.
func filledIn(item corev1.LimitRangeItem) corev1.LimitRangeItem {
	if item.Type != corev1.LimitTypeContainer {
		return item
	}
	filled := withDefaults(item)
	requests := derivedRequests(filled)
	maps.Copy(requests, item.DefaultRequest)
	filled.DefaultRequest = requests
	return filled
}

func roleStep(want *rbacv1ac.RoleApplyConfiguration, live *rbacv1.Role) step {
	var rules []rbacv1.PolicyRule
	for _, rule := range want.Rules {
		rules = append(rules, rbacv1.PolicyRule{APIGroups: rule.APIGroups, Resources: rule.Resources, ResourceNames: rule.ResourceNames, Verbs: rule.Verbs})
	}
	if apiequality.Semantic.DeepEqual(canonicalRules(rules), canonicalRules(live.Rules)) {
		return keep
	}
	return apply
}

// bindingStep makes a new binding for another role, for a roleRef can't be
// changed.
func bindingStep(want *rbacv1ac.RoleBindingApplyConfiguration, live *rbacv1.RoleBinding) step {
	if live.RoleRef.Kind != *want.RoleRef.Kind || live.RoleRef.Name != *want.RoleRef.Name {
		return replace
	}
	var subjects []rbacv1.Subject
	for _, s := range want.Subjects {
		subject := rbacv1.Subject{Kind: *s.Kind, Name: *s.Name}
		if s.APIGroup != nil {
			subject.APIGroup = *s.APIGroup
		}
		if s.Namespace != nil {
			subject.Namespace = *s.Namespace
		}
		subjects = append(subjects, subject)
	}
	if apiequality.Semantic.DeepEqual(canonicalSubjects(subjects), liveSubjects(live)) {
		return keep
	}
	return apply
}
