package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
)

// held is the state and the record of a running instance whose update ended in an
// error: of each attribute what the server holds. What was carried out is as it was
// planned; everything else has its prior value, so that the next plan shows it
// again.
func (u updateInput) held(done planning.Applied) updateResult {
	have := power.Existing{Pod: done.Pod}
	sized := u.Todo.Resize != nil && manifest.SizeOf(manifest.MainContainer(done.Pod).Resources).Equal(*u.Todo.Resize)
	rec := u.Record.After(u.Todo, done, sized)
	if u.Todo.Change != nil && done.Changed {
		state := u.Plan
		state.Instance = rec.SeenAs(u.Plan.Instance, have)
		return updateResult{State: state, Record: rec.Found(have, state), Have: have}
	}
	if !sized {
		rec.Limited = u.Limited
	}
	state := u.Prior
	state.Instance = planning.Normalise(u.Prior, rec.SeenAs(u.Prior.Instance, have))
	planned := rec.SeenAs(u.Plan.Instance, have)
	if sized {
		state.CPU, state.Memory, state.Requests = planned.CPU, planned.Memory, planned.Requests
	}
	live := manifest.ObservedAll(done.Pod)
	state.Labels = heldKeys(live.Labels, u.Prior.Labels, u.Plan.Labels)
	state.LabelsAll = heldKeys(live.LabelsAll, u.Prior.LabelsAll, u.Plan.LabelsAll)
	state.Annotations = heldKeys(live.Annotations, u.Prior.Annotations, u.Plan.Annotations)
	state.AnnotationsAll = heldKeys(live.AnnotationsAll, u.Prior.AnnotationsAll, u.Plan.AnnotationsAll)
	return updateResult{State: state, Record: rec.Found(have, state), Have: have}
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
