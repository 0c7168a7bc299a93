package validate

import (
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"k8s.io/apimachinery/pkg/labels"
)

// LabelSelector accepts a selector in the notation of kubectl's --selector.
func LabelSelector() validator.String {
	return stringRule{rule{
		what: "a label selector",
		says: "requirements joined by commas, such as team=payments, stage in (staging, prod), legacy or !legacy",
		faults: func(s string) []string {
			if _, err := labels.Parse(s); err != nil {
				return []string{err.Error()}
			}
			return nil
		},
	}}
}
