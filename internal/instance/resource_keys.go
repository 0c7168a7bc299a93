package instance

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// removalTimeout bounds a look at who sets a key, which a plan can do without.
const removalTimeout = 10 * time.Second

// warnOfKeys looks, where a plan removes labels or annotations from an instance that
// stays, at who else sets them. Nothing is said where that can't be seen.
func (r *instanceResource) warnOfKeys(ctx context.Context, p intent, diags *diag.Diagnostics) {
	if p.makes() || p.Todo.Move != moveNone && p.Todo.Move != moveTidy {
		return
	}
	keys := plannedRemoval(p.Prior.model, p.Plan.model, r.defaults)
	if keys.None() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, removalTimeout)
	defer cancel()
	k, stopped := p.Prior.key(), p.Record.Standing.Presence.stopped()
	removal, err := r.store.after(p.Record.Manager).Removal(ctx, k, p.Prior.UID.ValueString(), stopped, keys)
	if err == nil {
		fw.RemovedKeys{Object: k.ref(), Removal: removal, Attribute: fw.MapOfKey}.Warn(diags)
	}
}
