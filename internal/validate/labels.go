package validate

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// Labels are the rules of a map of labels that a configuration declares.
func Labels() []validator.Map {
	return []validator.Map{
		labelKeys(),
		mapvalidator.NoNullValues(),
		mapvalidator.ValueStringsAre(LabelValue()),
	}
}

// Annotations are the rules of a map of annotations that a configuration
// declares.
func Annotations() []validator.Map {
	return []validator.Map{annotationKeys(), mapvalidator.NoNullValues()}
}

// LabelValue accepts what can be a label's value.
func LabelValue() validator.String {
	return stringRule{rule{
		what:   "a label's value",
		says:   "at most 63 letters, digits, hyphens, underscores and dots, beginning and ending with a letter or digit",
		faults: validation.IsValidLabelValue,
	}}
}

// labelKeys accepts label keys that neither the provider nor Kubernetes sets
// itself.
func labelKeys() validator.Map {
	return keyRule{rule{
		what:   "a label's key",
		says:   "an optional DNS prefix and a slash, then at most 63 letters, digits, hyphens, underscores and dots",
		faults: unreserved(reservedLabels(), validation.IsQualifiedName),
	}}
}

// reservedLabels are the label keys that are set by others than the user, with
// what to do instead.
func reservedLabels() map[string]string {
	return map[string]string{
		kube.LabelManagedBy:     "the provider sets it, and knows by it what it manages",
		kube.LabelInstanceID:    "the provider sets it to the instance's name",
		kube.LabelRegion:        "set the attribute `region` of the cluster instead",
		kube.LabelNamespaceName: "Kubernetes sets it to the namespace's name",
	}
}

// annotationKeys accepts annotation keys outside of the provider's own prefix.
func annotationKeys() validator.Map {
	return keyRule{rule{
		what: "an annotation's key",
		says: "an optional DNS prefix and a slash, then at most 63 letters, digits, hyphens, underscores and dots; not under mar.headgym.com/, which the provider uses itself",
		faults: func(s string) []string {
			if strings.HasPrefix(s, kube.AnnotationPrefix) {
				return []string{"the provider keeps its own records under mar.headgym.com/"}
			}
			// The API server checks annotation keys in lower case.
			return validation.IsQualifiedName(strings.ToLower(s))
		},
	}}
}
