package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// schemaVersion is raised by a change that a state doesn't survive by itself: an
// attribute that has another name, type or meaning, or a new one that is planned
// otherwise than null. One that is new reads as null, and one that is gone is left
// out.
const schemaVersion = 1

// UpgradeState makes a state of the present schema of an older one, by its version.
func (r *clusterResource) UpgradeState(ctx context.Context) map[int64]resource.StateUpgrader {
	var present resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &present)
	return map[int64]resource.StateUpgrader{
		0: {PriorSchema: &present.Schema, StateUpgrader: fw.AddAnnotationsAll},
	}
}
