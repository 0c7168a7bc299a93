package access

import (
	rbacv1 "k8s.io/api/rbac/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

func RoleStep(want *rbacv1ac.RoleApplyConfiguration, live *rbacv1.Role) child.Step {
	var rules []rbacv1.PolicyRule
	for _, rule := range want.Rules {
		rules = append(rules, rbacv1.PolicyRule{APIGroups: rule.APIGroups, Resources: rule.Resources, ResourceNames: rule.ResourceNames, Verbs: rule.Verbs})
	}
	if apiequality.Semantic.DeepEqual(canonicalRules(rules), canonicalRules(live.Rules)) {
		return child.Keep
	}
	return child.Apply
}

// BindingStep makes a new binding for another role, for a roleRef can't be
// changed.
func BindingStep(want *rbacv1ac.RoleBindingApplyConfiguration, live *rbacv1.RoleBinding) child.Step {
	if live.RoleRef.Kind != *want.RoleRef.Kind || live.RoleRef.Name != *want.RoleRef.Name {
		return child.Replace
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
		return child.Keep
	}
	return child.Apply
}
