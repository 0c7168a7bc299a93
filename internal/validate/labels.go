package validate

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Labels returns the rules for a map of declared labels, for objects that have them in these
// places.
func Labels(places ...mar.KeyPlace) []validator.Map {
	return []validator.Map{
		keyRule{rule{
			what:   "a label's key",
			says:   keySays,
			faults: keyFaults(places, validation.IsQualifiedName),
		}},
		NoNulls(),
		mapvalidator.ValueStringsAre(LabelValue()),
	}
}

// Annotations returns the rules for a map of declared annotations, for objects that have them in
// these places.
func Annotations(places ...mar.KeyPlace) []validator.Map {
	return []validator.Map{
		keyRule{rule{
			what: "an annotation's key",
			says: keySays,
			// The API server checks annotation keys in lower case.
			faults: keyFaults(places, func(s string) []string { return validation.IsQualifiedName(strings.ToLower(s)) }),
		}},
		NoNulls(),
	}
}

const keySays = "an optional DNS prefix and a slash, then at most 63 letters, digits, hyphens, underscores and dots; not one that the provider or Kubernetes sets itself"

// keyFaults refuses keys that can't be declared in one of the places.
func keyFaults(places []mar.KeyPlace, faults func(string) []string) func(string) []string {
	return func(s string) []string {
		if why := mar.Reserved(s, places...); why != "" {
			return []string{why}
		}
		return faults(s)
	}
}

// LabelValue accepts the value of a label.
func LabelValue() validator.String {
	return stringRule{rule{
		what:   "a label's value",
		says:   "at most 63 letters, digits, hyphens, underscores and dots, beginning and ending with a letter or digit",
		faults: validation.IsValidLabelValue,
	}}
}
