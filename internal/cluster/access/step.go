package access

import (
	rbacv1 "k8s.io/api/rbac/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

func RoleStep(want, live *rbacv1.Role) child.Step {
	if apiequality.Semantic.DeepEqual(canonicalRules(want.Rules), canonicalRules(live.Rules)) {
		return child.Keep
	}
	return child.Apply
}

// BindingStep makes a new binding for another role, for a roleRef can't be
// changed.
func BindingStep(want, live *rbacv1.RoleBinding) child.Step {
	if live.RoleRef.Kind != want.RoleRef.Kind || live.RoleRef.Name != want.RoleRef.Name {
		return child.Replace
	}
	if apiequality.Semantic.DeepEqual(canonicalSubjects(want.Subjects), liveSubjects(live)) {
		return child.Keep
	}
	return child.Apply
}
