package instance

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// removalTimeout bounds a look at who sets a key, which a plan can do without.
const removalTimeout = 10 * time.Second

// warnOfKeys looks, where a plan removes labels or annotations from an instance that
// stays, at who else sets them. Nothing is said where that can't be seen.
func (r *instanceResource) warnOfKeys(ctx context.Context, p planning.PlannedChange, diags *diag.Diagnostics) {
	if p.Makes() || p.Todo.Step != power.StepNone && p.Todo.Step != power.StepTidy {
		return
	}
	keys := manifest.PlannedRemoval(p.Prior.Instance, p.Plan.Instance, r.defaults)
	if keys.None() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, removalTimeout)
	defer cancel()
	k, stopped := p.Prior.Key(), p.Record.LastSeen.State.Stopped()
	removal, err := r.store.After(p.Record.Manager).Removal(ctx, k, p.Prior.UID.ValueString(), stopped, keys)
	if err == nil {
		fw.RemovedKeys{Object: k.Ref(), Removal: removal, Attribute: fw.MapOfKey}.Warn(diags)
	}
}
