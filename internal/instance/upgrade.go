package instance

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// schemaVersion is raised by a change that a state doesn't survive by itself: an
// attribute that has another name, type or meaning. One that is new reads as null,
// and one that is gone is left out.
const schemaVersion = 0

// UpgradeState makes a state of the present schema of an older one, by its version.
func (r *instanceResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return map[int64]resource.StateUpgrader{}
}
