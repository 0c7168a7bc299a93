package instance

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// explain warns of what became of the instance, with what the API server knows
// of why. It is part of reading and not of planning: a refresh happens once in a
// run, and a plan is made again within an apply. What it finds is in no state, so
// that what comes and goes changes nothing.
func (r *instanceResource) explain(ctx context.Context, prior resourceModel, have found, seen presence, diags *diag.Diagnostics) {
	have.Pod = r.store.quotable(have.Pod)
	now := time.Now()
	for _, t := range troublesOf(prior, have, seen, r.store.Manager(), now) {
		notes := t.notes(prior, r.store.Evidence(ctx, prior.key(), t), now)
		addNotes(diags, notes)
		if slices.ContainsFunc(notes, func(n note) bool { return n.Attribute == "status" }) {
			r.told.Add(prior.key().String())
		}
	}
}
