package instance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// hostPathWarning warns of what is about to be mounted from a node, once for all
// of an instance's volumes, and not where nothing changes.
func hostPathWarning(ctx context.Context, state tfsdk.State, plan types.Map) diag.Diagnostics {
	prior := types.MapNull(model.VolumeType())
	var diags diag.Diagnostics
	if !state.Raw.IsNull() {
		diags.Append(state.GetAttribute(ctx, path.Root("volumes"), &prior)...)
	}
	if plan.Equal(prior) {
		return diags
	}
	var paths []string
	volumes := plan.Elements()
	for _, name := range slices.Sorted(maps.Keys(volumes)) {
		volume, _ := model.AttributesOf(volumes[name])
		if onNode, ok := volume["host_path"].(types.String); ok && !onNode.IsNull() && !onNode.IsUnknown() {
			paths = append(paths, fmt.Sprintf("%s (%s)", name, onNode.ValueString()))
		}
	}
	if len(paths) > 0 {
		diags.AddAttributeWarning(path.Root("volumes"), "Instance mounts files of its node",
			fmt.Sprintf("These volumes have a `host_path`: %s. What the instance reads there depends on the node that it runs on. What it writes there stays on that node, where others can read it. Clusters with the Pod Security level baseline or restricted refuse it. For files that outlive the instance use a `claim`, for scratch files an `empty_dir`.", strings.Join(paths, ", ")))
	}
	return diags
}
