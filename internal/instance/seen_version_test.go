package instance

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	k8stypes "k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
)

func sizedAs(cpu, memory string) model.Instance {
	m := fixture.Planned()
	m.CPU, m.Memory = fwtypes.NewQuantity(cpu), fwtypes.NewQuantity(memory)
	return m
}

func requesting(m model.Instance, pairs ...string) model.Instance {
	m.Requests = fixture.Quantities(pairs...)
	return m
}

// There is nothing to remember of an instance that runs as it was asked for.
func TestUsualRecord(t *testing.T) {
	for name, m := range map[string]model.Instance{
		"only an image":              fixture.Planned(),
		"everything":                 fixture.PlannedFull(),
		"cpu and memory":             sizedAs("10m", "16Mi"),
		"in another spelling":        sizedAs("0.010", "16384Ki"),
		"requested in part":          requesting(sizedAs("1", "1Gi"), "cpu", "100m"),
		"more than cpu is requested": requesting(sizedAs("1", "1Gi"), "cpu", "100m", "ephemeral-storage", "1Gi"),
	} {
		t.Run(name, func(t *testing.T) {
			state := fixture.Stateful(t, m)
			pod, diags := manifest.Desired(t.Context(), state.Instance, manifest.Options{})
			if diags.HasError() {
				t.Fatal(diags)
			}
			pod.UID, pod.Status.Phase = k8stypes.UID(state.UID.ValueString()), corev1.PodRunning
			private := planning.PrivateState{Limited: planning.LimitedBy(state.Instance)}.WithLastSeen(power.Existing{Pod: pod}, state)
			if diff := cmp.Diff(jsonOf(t, planning.DefaultPrivateState(state)), jsonOf(t, private)); diff != "" {
				t.Errorf("what is remembered of it isn't the usual (-usual +it):\n%s", diff)
			}
		})
	}
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A plan of what is there plans nothing if it has neither anything to change nor to say.
func TestPlansNothing(t *testing.T) {
	state := fixture.Stateful(t, sizedAs("1", "1Gi"))
	state.ReplaceOn = types.SetValueMust(types.StringType, model.TextValues([]string{model.StatusFailed}))
	usual := planning.DefaultPrivateState(state)
	for name, c := range map[string]struct {
		change  func(r *instanceResource, state, config *model.Resource, private *planning.PrivateState)
		nothing bool
	}{
		"as it was asked for": {func(*instanceResource, *model.Resource, *model.Resource, *planning.PrivateState) {}, true},
		"it failed": {func(_ *instanceResource, _, _ *model.Resource, private *planning.PrivateState) {
			private.LastSeen.Status = model.StatusFailed
		}, false},
		"it is being deleted": {func(_ *instanceResource, _, _ *model.Resource, private *planning.PrivateState) {
			private.LastSeen.Deleting = "2026-01-01T00:00:00Z"
		}, false},
		"it has lost a label": {func(_ *instanceResource, _, _ *model.Resource, private *planning.PrivateState) {
			private.LastSeen.Unlabelled = []string{"app"}
		}, false},
		"a limit isn't declared any more": {func(_ *instanceResource, _, config *model.Resource, _ *planning.PrivateState) {
			config.CPU = fwtypes.NewQuantityNull()
		}, false},
		"it was stopped and shouldn't be": {func(_ *instanceResource, state, _ *model.Resource, private *planning.PrivateState) {
			state.DesiredStatus = types.StringValue(model.PowerRunning)
			private.LastSeen.State = power.State{Template: true}
		}, false},
		"a template is beside it": {func(_ *instanceResource, _, _ *model.Resource, private *planning.PrivateState) {
			private.LastSeen.State.Template = true
		}, false},
		"its address isn't known yet": {func(_ *instanceResource, state, _ *model.Resource, _ *planning.PrivateState) {
			state.IP = types.StringNull()
		}, false},
		"the provider has other default labels": {func(r *instanceResource, _, _ *model.Resource, _ *planning.PrivateState) {
			r.defaults.Labels = map[string]string{"team": "shop"}
		}, false},
		"the provider has other default annotations": {func(r *instanceResource, _, _ *model.Resource, _ *planning.PrivateState) {
			r.defaults.Annotations = map[string]string{"team": "shop"}
		}, false},
		"it was never read": {func(_ *instanceResource, state, _ *model.Resource, _ *planning.PrivateState) {
			state.UID, state.Image = types.StringNull(), types.StringNull()
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r, its, config, private := &instanceResource{}, state, state, usual
			c.change(r, &its, &config, &private)
			if got := r.plansNothing(its, config, private); got != c.nothing {
				t.Errorf("plans nothing: %t", got)
			}
		})
	}
}
