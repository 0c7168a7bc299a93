package instance

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// warnOfUnknownFields tells whoever imports a Pod what a Pod that is made in its place would lack.
func (r *instanceResource) warnOfUnknownFields(ctx context.Context, k model.Key, diags *diag.Diagnostics) {
	fields := r.store.UnknownFields(ctx, k)
	if len(fields) == 0 {
		return
	}
	diags.AddWarning("The imported Pod has fields that this version of the provider doesn't know",
		fmt.Sprintf("%s has `%s`. It keeps them as long as it runs: no change in place touches them. The provider can't write them, so a Pod that is created in its place, by a stop and start, a restart or a replacement, doesn't have them. A newer version of the provider may know them.", k.Ref(), strings.Join(fields, "`, `")))
}
