// Package fw stands between the plugin framework and the provider's own code. It gives the client
// to the kinds, derives data source schemas, and is the one place that words errors.
package fw

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

// ProviderData is what a configured provider gives to its resources and data sources.
type ProviderData struct {
	Client   *connect.Client
	Defaults Defaults
	// Told has the instances whose status a warning has explained.
	Told Told
	// PlanValidation is how plans find out what the API server would refuse.
	PlanValidation PlanValidation
}

// Defaults go on every cluster and instance that doesn't declare the key itself.
type Defaults struct {
	Labels, Annotations map[string]string
}

// ProviderDataFrom reads the data of a Configure request. It returns nil while the provider isn't
// configured, such as during validation.
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
