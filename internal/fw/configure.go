// Package fw joins the plugin framework to the provider's own code: it hands the
// client to the kinds, derives data source schemas, and is the one place that
// words errors for people.
package fw

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// ProviderData is what a configured provider gives to its resources and data
// sources.
type ProviderData struct {
	Client   *kube.Client
	Defaults Defaults
	// Told are the instances whose status has been explained.
	Told Told
	// PlanValidation is how plans find out what an apply would be refused.
	PlanValidation PlanValidation
}

// Defaults are put on every cluster and instance that doesn't declare the key
// itself.
type Defaults struct {
	Labels, Annotations map[string]string
}

// ProviderDataFrom reads a Configure request's data. It returns nil while the
// provider isn't configured, as during validation.
func ProviderDataFrom(data any, diags *diag.Diagnostics) *ProviderData {
	if data == nil {
		return nil
	}
	configured, ok := data.(*ProviderData)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("The provider handed a %T to its own code. This is a bug in the provider; please report it.", data))
		return nil
	}
	return configured
}
