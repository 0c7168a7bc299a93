package fw

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// AddAnnotationsAll upgrades a state from before the provider had default annotations. Then a
// resource had only the annotations that it declared.
func AddAnnotationsAll(ctx context.Context, req resource.UpgradeStateRequest, resp *resource.UpgradeStateResponse) {
	resp.State.Raw = req.State.Raw
	var declared, all types.Map
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("annotations"), &declared)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("annotations_all"), &all)...)
	if all.IsNull() && !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("annotations_all"), LabelsAll(nil, declared))...)
	}
}
