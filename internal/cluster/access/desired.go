package access

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
)

const apiVersion = rbacv1.GroupName + "/v1"

// Grant is one entry of access in Kubernetes' terms. Lists are sorted, for their
// order means nothing.
type Grant struct {
	// Role is a ClusterRole; where it is empty, Rules are a Role of its own.
	Role     string
	Rules    []rbacv1.PolicyRule
	Subjects []rbacv1.Subject
}

// Grants reads access; unknown parts are left out.
func Grants(ctx context.Context, access types.Map) (map[string]Grant, diag.Diagnostics) {
	var diags diag.Diagnostics
	grants := map[string]Grant{}
	for key, value := range access.Elements() {
		entry, ok := value.(types.Object)
		if !ok || !child.IsDeclared(entry) {
			continue
		}
		g, more := grantOf(ctx, entry)
		diags.Append(more...)
		grants[key] = g
	}
	return grants, diags
}

func grantOf(ctx context.Context, entry types.Object) (Grant, diag.Diagnostics) {
	var m accessModel
	diags := entry.As(ctx, &m, basetypes.ObjectAsOptions{})
	g := Grant{Role: m.Role.ValueString()}
	for _, element := range m.Rules.Elements() {
		object, ok := element.(types.Object)
		if !ok || !child.IsDeclared(object) {
			continue
		}
		var rule ruleModel
		diags.Append(object.As(ctx, &rule, basetypes.ObjectAsOptions{})...)
		g.Rules = append(g.Rules, rbacv1.PolicyRule{
			APIGroups: child.TextsOf(rule.APIGroups), Resources: child.TextsOf(rule.Resources), ResourceNames: child.TextsOf(rule.ResourceNames), Verbs: child.TextsOf(rule.Verbs),
		})
	}
	for _, name := range child.TextsOf(m.Users) {
		g.Subjects = append(g.Subjects, rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: name})
	}
	for _, name := range child.TextsOf(m.Groups) {
		g.Subjects = append(g.Subjects, rbacv1.Subject{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: name})
	}
	for _, account := range child.TextsOf(m.ServiceAccounts) {
		namespace, name, _ := strings.Cut(account, "/")
		g.Subjects = append(g.Subjects, rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name})
	}
	return canonicalGrant(g), diags
}

func canonicalGrant(g Grant) Grant {
	return Grant{Role: g.Role, Rules: canonicalRules(g.Rules), Subjects: canonicalSubjects(g.Subjects)}
}

func canonicalRules(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	all := make([]rbacv1.PolicyRule, 0, len(rules))
	for _, rule := range rules {
		all = append(all, rbacv1.PolicyRule{
			APIGroups: distinct(rule.APIGroups), Resources: distinct(rule.Resources), ResourceNames: distinct(rule.ResourceNames),
			Verbs: distinct(rule.Verbs), NonResourceURLs: distinct(rule.NonResourceURLs),
		})
	}
	slices.SortFunc(all, func(a, b rbacv1.PolicyRule) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(all, func(a, b rbacv1.PolicyRule) bool { return a.String() == b.String() })
}

func canonicalSubjects(subjects []rbacv1.Subject) []rbacv1.Subject {
	all := slices.SortedFunc(slices.Values(subjects), func(a, b rbacv1.Subject) int {
		return slices.Compare([]string{a.Kind, a.Namespace, a.Name}, []string{b.Kind, b.Namespace, b.Name})
	})
	return slices.Compact(all)
}

func distinct(texts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(texts)))
}

// Desired returns the Roles and RoleBindings that grants mean, by name.
func Desired(namespace string, grants map[string]Grant) (map[string]*rbacv1.Role, map[string]*rbacv1.RoleBinding) {
	roles := map[string]*rbacv1.Role{}
	bindings := map[string]*rbacv1.RoleBinding{}
	for key, g := range grants {
		name := child.AccessPrefix + key
		ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: g.Role}
		if g.Role == "" {
			ref.Kind, ref.Name = child.KindRole, name
		}
		// A state has rules beside a ClusterRole where somebody made a Role of this name.
		if g.Role == "" || len(g.Rules) > 0 {
			roles[name] = &rbacv1.Role{
				TypeMeta:   metav1.TypeMeta{APIVersion: apiVersion, Kind: child.KindRole},
				ObjectMeta: child.Meta(namespace, name),
				Rules:      g.Rules,
			}
		}
		bindings[name] = &rbacv1.RoleBinding{
			TypeMeta:   metav1.TypeMeta{APIVersion: apiVersion, Kind: child.KindBinding},
			ObjectMeta: child.Meta(namespace, name),
			Subjects:   g.Subjects,
			RoleRef:    ref,
		}
	}
	return roles, bindings
}
