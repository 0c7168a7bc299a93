package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// held is the state and the record of a running instance whose update ended in an
// error: of each attribute what the server holds. What was carried out is as it was
// planned; everything else has its prior value, so that the next plan shows it
// again.
func (u upkeep) held(done updated) outcome {
	have := found{Pod: done.Pod}
	sized := u.Todo.Resize != nil && sizeOf(mainContainer(done.Pod).Resources).equal(*u.Todo.Resize)
	rec := u.Record.after(u.Todo, done, sized)
	if u.Todo.Change != nil && done.Changed {
		state := u.Plan
		state.model = rec.seenAs(u.Plan.model, have)
		return outcome{State: state, Record: rec.found(have, state), Have: have}
	}
	if !sized {
		rec.Limited = u.Limited
	}
	state := u.Prior
	state.model = settled(u.Prior, rec.seenAs(u.Prior.model, have))
	planned := rec.seenAs(u.Plan.model, have)
	if sized {
		state.CPU, state.Memory, state.Requests = planned.CPU, planned.Memory, planned.Requests
	}
	live := everything(done.Pod)
	state.Labels = heldKeys(live.Labels, u.Prior.Labels, u.Plan.Labels)
	state.LabelsAll = heldKeys(live.LabelsAll, u.Prior.LabelsAll, u.Plan.LabelsAll)
	state.Annotations = heldKeys(live.Annotations, u.Prior.Annotations, u.Plan.Annotations)
	state.AnnotationsAll = heldKeys(live.AnnotationsAll, u.Prior.AnnotationsAll, u.Plan.AnnotationsAll)
	return outcome{State: state, Record: rec.found(have, state), Have: have}
}

// after is the record once that much of an update was carried out. Sized says
// whether the Pod has the size that was asked for.
func (r record) after(todo decision, done updated, sized bool) record {
	r.Unrecorded = !done.Changed && (r.Unrecorded || sized)
	if done.Changed && todo.Change.Image != "" {
		r = r.withStored(found{Pod: done.Pod}, todo.Change.Image)
	}
	r.Missed = ""
	if done.Missed {
		r.Missed = string(done.Pod.UID)
	}
	return r
}

// seenAs reads what there is in the terms of a model.
func (r record) seenAs(m model, have found) model {
	seen := r.asSent(m, observed(have.Pod, m, r.Limited))
	seen.Image = r.image(seen.Image)
	return seen
}

// heldKeys keeps of the live keys those that were declared before, and of those
// that are declared now the ones that have come about.
func heldKeys(live, prior, plan types.Map) types.Map {
	kept := map[string]attr.Value{}
	before, planned := prior.Elements(), plan.Elements()
	for key, value := range live.Elements() {
		_, was := before[key]
		if want, declared := planned[key]; was || declared && want.Equal(value) {
			kept[key] = value
		}
	}
	switch {
	case len(kept) > 0:
		return types.MapValueMust(types.StringType, kept)
	case len(planned) == 0:
		return plan
	case len(before) == 0:
		return prior
	}
	return types.MapValueMust(types.StringType, kept)
}
