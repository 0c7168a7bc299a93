package instance

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
)

// explain warns of what became of the instance, with what the API server knows
// of why. It is part of reading and not of planning: a refresh happens once in a
// run, and a plan is made again within an apply. What it finds is in no state, so
// that what comes and goes changes nothing.
func (r *instanceResource) explain(ctx context.Context, prior model.Resource, have power.Existing, seen power.State, diags *diag.Diagnostics) {
	have.Pod = r.store.Quotable(have.Pod)
	now := time.Now()
	for _, t := range causes.Problems(prior, have, seen, r.store.Manager(), now) {
		notes := t.Warnings(prior, r.store.Evidence(ctx, prior.Key(), t), now)
		addNotes(diags, notes)
		if slices.ContainsFunc(notes, func(n causes.Warning) bool { return n.Attribute == "status" }) {
			r.told.Add(prior.Key().String())
		}
	}
}
