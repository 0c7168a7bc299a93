package access

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	rbacv1 "k8s.io/api/rbac/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

// Observed reads our Roles and RoleBindings. An entry that means what prior
// has under its key is that one, in its author's words.
func Observed(ctx context.Context, roles map[string]*rbacv1.Role, bindings map[string]*rbacv1.RoleBinding, prior types.Map) (types.Map, diag.Diagnostics) {
	declared, diags := Grants(ctx, prior)
	seen := map[string]attr.Value{}
	for key, g := range LiveGrants(roles, bindings) {
		before, ok := declared[key]
		if ok && apiequality.Semantic.DeepEqual(before, g) {
			seen[key] = prior.Elements()[key]
			continue
		}
		entry, _ := prior.Elements()[key].(types.Object)
		seen[key] = observedGrant(g, entry)
	}
	return child.MapOf(Type(), seen, prior), diags
}

// LiveGrants are what the Roles and RoleBindings of each key grant. A Role without
// its binding and a binding without its Role are there too, as the half that
// they are.
func LiveGrants(roles map[string]*rbacv1.Role, bindings map[string]*rbacv1.RoleBinding) map[string]Grant {
	all := map[string]Grant{}
	for name, role := range roles {
		key := strings.TrimPrefix(name, child.AccessPrefix)
		g := all[key]
		g.Rules = canonicalRules(role.Rules)
		all[key] = g
	}
	for name, binding := range bindings {
		key := strings.TrimPrefix(name, child.AccessPrefix)
		g := all[key]
		if binding.RoleRef.Kind == "ClusterRole" {
			g.Role = binding.RoleRef.Name
		} else if binding.RoleRef.Name != name {
			// Bound to somebody else's Role, it grants none of ours.
			g.Rules = nil
		}
		g.Subjects = liveSubjects(binding)
		all[key] = g
	}
	return all
}

// liveSubjects are a binding's subjects in full: a service account without a
// namespace is one of the binding's own.
func liveSubjects(binding *rbacv1.RoleBinding) []rbacv1.Subject {
	subjects := make([]rbacv1.Subject, 0, len(binding.Subjects))
	for _, s := range binding.Subjects {
		if s.Kind == rbacv1.ServiceAccountKind && s.Namespace == "" {
			s.Namespace = binding.Namespace
		}
		subjects = append(subjects, s)
	}
	return canonicalSubjects(subjects)
}

func observedGrant(g Grant, prior types.Object) types.Object {
	of := map[string][]string{}
	for _, s := range g.Subjects {
		name := s.Name
		if s.Kind == rbacv1.ServiceAccountKind {
			name = s.Namespace + "/" + s.Name
		}
		of[s.Kind] = append(of[s.Kind], name)
	}
	before := prior.Attributes()
	role := types.StringNull()
	if g.Role != "" {
		role = types.StringValue(g.Role)
	}
	return types.ObjectValueMust(Type().AttrTypes, map[string]attr.Value{
		"role":             role,
		"rules":            observedRules(g.Rules, before["rules"]),
		"users":            child.SetOf(of[rbacv1.UserKind], before["users"]),
		"groups":           child.SetOf(of[rbacv1.GroupKind], before["groups"]),
		"service_accounts": child.SetOf(of[rbacv1.ServiceAccountKind], before["service_accounts"]),
	})
}

func observedRules(rules []rbacv1.PolicyRule, prior attr.Value) types.Set {
	before, ok := prior.(types.Set)
	if len(rules) == 0 && (!ok || before.IsNull() || before.IsUnknown()) {
		return types.SetNull(RuleType())
	}
	values := make([]attr.Value, 0, len(rules))
	for _, rule := range rules {
		values = append(values, types.ObjectValueMust(RuleType().AttrTypes, map[string]attr.Value{
			"api_groups":     child.SetOf(rule.APIGroups, nil),
			"resources":      child.SetOf(rule.Resources, nil),
			"resource_names": child.SetOf(rule.ResourceNames, nil),
			"verbs":          child.SetOf(rule.Verbs, nil),
		}))
	}
	return types.SetValueMust(RuleType(), values)
}
