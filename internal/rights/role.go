package rights

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Role is one that is published.
type Role struct {
	Name string
	// Title and About say what the role is for, and who gets it.
	Title, About string
	// Namespaced is set for a Role, and not for a ClusterRole.
	Namespaced bool
	parts      []Part
	plans      bool
}

// Roles returns all that are published.
func Roles() []Role {
	return []Role{Plan(), Apply(), GrantAccess(), IssueCredentials(), PlanInstances(), ApplyInstances()}
}

// Plan returns the role for a plan of clusters and instances.
func Plan() Role {
	return Role{
		Name: "mar-plan", Title: "All that a plan of clusters and instances asks for",
		About: "It changes nothing and reads no Secret.",
		parts: []Part{Clusters, Instances, Nodes}, plans: true,
	}
}

// Apply returns the role for an apply of clusters and instances.
func Apply() Role {
	return Role{
		Name: "mar-apply", Title: "All that an apply of clusters and instances asks for",
		About: "What belongs to an attribute that isn't used can be left out.",
		parts: []Part{Clusters, Instances, Nodes, Destroy},
	}
}

// GrantAccess returns what a cluster's access needs besides Apply.
func GrantAccess() Role {
	return Role{
		Name: "mar-access", Title: "What access grants, to be given in addition to mar-apply",
		About: "Whoever has it can become an administrator of every namespace. Without it access grants what the credentials hold themselves.",
		parts: []Part{Access},
	}
}

// IssueCredentials returns what credentials of one cluster's service accounts need.
func IssueCredentials() Role {
	return Role{
		Name: "mar-credentials", Title: "What mar_cluster_credentials asks for in one cluster, for a plan as for an apply",
		About: "Whoever has it can act as every service account there; resourceNames keeps it to some.", Namespaced: true,
		parts: []Part{Credentials},
	}
}

// LookInside returns the part of Apply that checks what else is in a cluster.
func LookInside() Role { return Role{parts: []Part{Destroy}} }

// PlanInstances returns the role for a plan of one cluster's instances.
func PlanInstances() Role {
	return Role{
		Name: "mar-instances-plan", Title: "All that a plan of the instances of one cluster asks for",
		About: "It changes nothing and reads no Secret.", Namespaced: true,
		parts: []Part{Instances}, plans: true,
	}
}

// ApplyInstances returns the role for an apply of one cluster's instances.
func ApplyInstances() Role {
	return Role{
		Name: "mar-instances-apply", Title: "All that an apply of the instances of one cluster asks for",
		About: "For those who manage instances in a cluster that others manage.", Namespaced: true,
		parts: []Part{Instances},
	}
}

// Grant is a row's part in a role.
type Grant struct {
	Row
	Verbs []string
}

// Grants returns the rows of the table that are part of the role.
func (r Role) Grants() []Grant {
	var grants []Grant
	for _, row := range Table() {
		verbs := row.Plan
		if !r.plans {
			verbs = slices.Concat(row.Plan, row.Apply)
		}
		if len(verbs) > 0 && slices.Contains(r.parts, row.Part) {
			grants = append(grants, Grant{row, inOrder(verbs)})
		}
	}
	return grants
}

// inOrder sorts verbs as in Kubernetes' own roles: reads before writes.
func inOrder(verbs []string) []string {
	order := []string{"get", "list", "watch", "create", "patch", "delete", "bind", "escalate"}
	return slices.SortedFunc(slices.Values(verbs), func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
}

// Rules returns the role's rules, one for each row.
func (r Role) Rules() []rbacv1.PolicyRule {
	var rules []rbacv1.PolicyRule
	for _, g := range r.Grants() {
		rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{g.Group}, Resources: g.Resources, ResourceNames: g.Names, Verbs: g.Verbs})
	}
	return rules
}

// ClusterRole returns the role as a ClusterRole, however it is published.
func (r Role) ClusterRole() *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{Name: r.Name}, Rules: r.Rules(),
	}
}

// Role returns the role in a namespace.
func (r Role) Role(namespace string) *rbacv1.Role {
	return &rbacv1.Role{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "Role"},
		ObjectMeta: metav1.ObjectMeta{Name: r.Name, Namespace: namespace}, Rules: r.Rules(),
	}
}

// Right is one verb on one resource.
type Right struct{ Verb, Group, Resource string }

func (r Right) String() string {
	if r.Group == "" {
		return r.Verb + " " + r.Resource
	}
	return r.Verb + " " + r.Resource + "." + r.Group
}

// Each returns the rights that the rules grant, once each and in order.
func Each(rules []rbacv1.PolicyRule) []Right {
	var all []Right
	for _, rule := range rules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				for _, verb := range rule.Verbs {
					if right := (Right{verb, group, resource}); !slices.Contains(all, right) {
						all = append(all, right)
					}
				}
			}
		}
	}
	return all
}

// Less returns the rules without some rights.
func Less(rules []rbacv1.PolicyRule, lost ...Right) []rbacv1.PolicyRule {
	var left []rbacv1.PolicyRule
	for _, rule := range rules {
		for _, right := range Each([]rbacv1.PolicyRule{rule}) {
			if !slices.Contains(lost, right) {
				left = append(left, rbacv1.PolicyRule{
					APIGroups: []string{right.Group}, Resources: []string{right.Resource}, ResourceNames: rule.ResourceNames, Verbs: []string{right.Verb},
				})
			}
		}
	}
	return left
}

// Tolerated reports whether the table says that the provider does without the right, in the role's
// use.
func (r Role) Tolerated(right Right) bool {
	tolerated := false
	for _, g := range r.Grants() {
		if g.Group == right.Group && slices.Contains(g.Resources, right.Resource) && slices.Contains(g.Verbs, right.Verb) {
			if g.Without[right.Verb] == "" || g.OneByOne && right.Verb == "list" && !slices.Contains(g.Verbs, "get") {
				return false
			}
			tolerated = true
		}
	}
	return tolerated
}
