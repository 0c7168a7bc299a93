package validate

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/util/validation"
)

// ChildKeys accepts the keys of a map whose entries become objects with the name prefix + key.
func ChildKeys(prefix string) validator.Map {
	return keyRule{rule{
		what: "a key that becomes the name of a Kubernetes object, " + prefix + "<key>",
		says: "lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit",
		faults: func(key string) []string {
			if key == "" {
				return []string{"it is empty"}
			}
			return validation.IsDNS1123Subdomain(prefix + key)
		},
	}}
}

// RBACName accepts the name of a ClusterRole, such as system:node.
func RBACName() validator.String {
	return stringRule{rule{
		what: "a ClusterRole's name",
		says: "any text without slashes and percent signs",
		faults: func(s string) []string {
			if s == "" {
				return []string{"it is empty"}
			}
			return content.IsPathSegmentName(s)
		},
	}}
}

// ServiceAccountName accepts the name of a ServiceAccount that Kubernetes doesn't create itself.
func ServiceAccountName() validator.String {
	return stringRule{rule{
		what: "a service account's name",
		says: "lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit; not default",
		faults: func(s string) []string {
			if s == "default" {
				return []string{"Kubernetes puts that ServiceAccount into every namespace; leave it out"}
			}
			return validation.IsDNS1123Subdomain(s)
		},
	}}
}

// ServiceAccountRef accepts a ServiceAccount with its namespace.
func ServiceAccountRef() validator.String {
	return stringRule{rule{
		what: "a service account",
		says: "its namespace, a slash and its name, such as prod/deployer",
		faults: func(s string) []string {
			namespace, name, found := strings.Cut(s, "/")
			if !found {
				return []string{"write its namespace in front, such as prod/deployer"}
			}
			if faults := validation.IsDNS1123Label(namespace); len(faults) > 0 {
				return []string{"the namespace: " + faults[0]}
			}
			if faults := validation.IsDNS1123Subdomain(name); len(faults) > 0 {
				return []string{"the name: " + faults[0]}
			}
			return nil
		},
	}}
}
