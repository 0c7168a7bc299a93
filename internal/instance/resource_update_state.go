package instance

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
)

// held is the result of an update of a running instance that failed: each attribute has the value
// that the server holds. What was carried out is as planned, and everything else is as before, so
// that the next plan shows it again.
func (u updateInput) held(done planning.Applied) updateResult {
	have := power.Existing{Pod: done.Pod}
	sized := u.Decision.Resize != nil && manifest.SizeOf(manifest.MainContainer(done.Pod).Resources).Equal(*u.Decision.Resize)
	private := u.PrivateState.AfterUpdate(u.Decision, done, sized)
	if u.Decision.Change != nil && done.Changed {
		state := u.Plan
		state.Instance = private.ObservedAs(u.Plan.Instance, have)
		return updateResult{State: state, PrivateState: private.WithLastSeen(have, state), Existing: have}
	}
	if !sized {
		private.Limited = u.Limited
	}
	state := u.Prior
	state.Instance = planning.Normalise(u.Prior, private.ObservedAs(u.Prior.Instance, have))
	planned := private.ObservedAs(u.Plan.Instance, have)
	if sized {
		state.CPU, state.Memory, state.Requests = planned.CPU, planned.Memory, planned.Requests
	}
	live := manifest.ObservedAll(done.Pod)
	state.Labels = heldKeys(live.Labels, u.Prior.Labels, u.Plan.Labels)
	state.LabelsAll = heldKeys(live.LabelsAll, u.Prior.LabelsAll, u.Plan.LabelsAll)
	state.Annotations = heldKeys(live.Annotations, u.Prior.Annotations, u.Plan.Annotations)
	state.AnnotationsAll = heldKeys(live.AnnotationsAll, u.Prior.AnnotationsAll, u.Plan.AnnotationsAll)
	return updateResult{State: state, PrivateState: private.WithLastSeen(have, state), Existing: have}
}

// heldKeys keeps the live keys that were declared before, and the newly declared ones that are
// already set.
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
