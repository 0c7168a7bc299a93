package validate

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// The sets below are the API server's (pkg/apis/core/validation). No module that can be imported
// has them.

// EnvField accepts the fields of a Pod that a variable can have as its value.
func EnvField() validator.String {
	fields := []string{
		"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
	}
	says := "one of " + strings.Join(fields, ", ") + ", metadata.labels['<key>'] or metadata.annotations['<key>']"
	return stringRule{rule{
		what: "a Pod's field",
		says: says,
		faults: func(s string) []string {
			if key, is := subscript(s, "metadata.labels"); is {
				return validation.IsQualifiedName(key)
			}
			if key, is := subscript(s, "metadata.annotations"); is {
				return validation.IsQualifiedName(strings.ToLower(key))
			}
			if !slices.Contains(fields, s) {
				return []string{"a variable can hold " + says}
			}
			return nil
		},
	}}
}

// subscript returns the key in field['key'].
func subscript(s, field string) (string, bool) {
	rest, begins := strings.CutPrefix(s, field+"['")
	key, ends := strings.CutSuffix(rest, "']")
	return key, begins && ends
}

// EnvResource accepts the limits and requests that a variable can have as its value.
func EnvResource() validator.String {
	resources := []string{
		"limits.cpu", "limits.memory", "limits.ephemeral-storage",
		"requests.cpu", "requests.memory", "requests.ephemeral-storage",
	}
	says := "one of " + strings.Join(resources, ", ") + ", limits.hugepages-<size> or requests.hugepages-<size>"
	return stringRule{rule{
		what: "a resource of the container",
		says: says,
		faults: func(s string) []string {
			pages := strings.HasPrefix(s, "limits.hugepages-") || strings.HasPrefix(s, "requests.hugepages-")
			if !pages && !slices.Contains(resources, s) {
				return []string{"a variable can hold " + says}
			}
			return nil
		},
	}}
}

// DivisorFaults returns what is wrong with a divisor of that resource: nothing, or a sentence.
func DivisorFaults(divisor fwtypes.Quantity, resource string) []string {
	amount, known := divisor.Known()
	if !known {
		return nil
	}
	allowed := []string{"1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"}
	if strings.HasSuffix(resource, ".cpu") {
		allowed = []string{"1m", "1"}
	}
	if slices.Contains(allowed, amount.String()) {
		return nil
	}
	return []string{resource + " can be divided by " + strings.Join(allowed, ", ")}
}
