package instance

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	k8stypes "k8s.io/apimachinery/pkg/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func sizedAs(cpu, memory string) model {
	m := planned()
	m.CPU, m.Memory = fwtypes.NewQuantity(cpu), fwtypes.NewQuantity(memory)
	return m
}

func requesting(m model, pairs ...string) model {
	m.Requests = quantities(pairs...)
	return m
}

// There is nothing to remember of an instance that runs as it was asked for.
func TestUsualRecord(t *testing.T) {
	for name, m := range map[string]model{
		"only an image":              planned(),
		"everything":                 plannedFull(),
		"cpu and memory":             sizedAs("10m", "16Mi"),
		"in another spelling":        sizedAs("0.010", "16384Ki"),
		"requested in part":          requesting(sizedAs("1", "1Gi"), "cpu", "100m"),
		"more than cpu is requested": requesting(sizedAs("1", "1Gi"), "cpu", "100m", "ephemeral-storage", "1Gi"),
	} {
		t.Run(name, func(t *testing.T) {
			state := stateful(t, m)
			pod, diags := desired(t.Context(), state.model, making{})
			if diags.HasError() {
				t.Fatal(diags)
			}
			pod.UID, pod.Status.Phase = k8stypes.UID(state.UID.ValueString()), corev1.PodRunning
			rec := record{Limited: limitedBy(state.model)}.found(found{Pod: pod}, state)
			if diff := cmp.Diff(jsonOf(t, usualRecord(state)), jsonOf(t, rec)); diff != "" {
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
	state := stateful(t, sizedAs("1", "1Gi"))
	state.ReplaceOn = types.SetValueMust(types.StringType, textValues([]string{statusFailed}))
	usual := usualRecord(state)
	for name, c := range map[string]struct {
		change  func(r *instanceResource, state, config *resourceModel, rec *record)
		nothing bool
	}{
		"as it was asked for": {func(*instanceResource, *resourceModel, *resourceModel, *record) {}, true},
		"it failed": {func(_ *instanceResource, _, _ *resourceModel, rec *record) {
			rec.Standing.Status = statusFailed
		}, false},
		"it is being deleted": {func(_ *instanceResource, _, _ *resourceModel, rec *record) {
			rec.Standing.Deleting = "2026-01-01T00:00:00Z"
		}, false},
		"it has lost a label": {func(_ *instanceResource, _, _ *resourceModel, rec *record) {
			rec.Standing.Unlabelled = []string{"app"}
		}, false},
		"a limit isn't declared any more": {func(_ *instanceResource, _, config *resourceModel, _ *record) {
			config.CPU = fwtypes.NewQuantityNull()
		}, false},
		"it was stopped and shouldn't be": {func(_ *instanceResource, state, _ *resourceModel, rec *record) {
			state.DesiredStatus = types.StringValue(powerRunning)
			rec.Standing.Presence = presence{Template: true}
		}, false},
		"a template is beside it": {func(_ *instanceResource, _, _ *resourceModel, rec *record) {
			rec.Standing.Presence.Template = true
		}, false},
		"its address isn't known yet": {func(_ *instanceResource, state, _ *resourceModel, _ *record) {
			state.IP = types.StringNull()
		}, false},
		"the provider has other default labels": {func(r *instanceResource, _, _ *resourceModel, _ *record) {
			r.defaults.Labels = map[string]string{"team": "shop"}
		}, false},
		"the provider has other default annotations": {func(r *instanceResource, _, _ *resourceModel, _ *record) {
			r.defaults.Annotations = map[string]string{"team": "shop"}
		}, false},
		"it was never read": {func(_ *instanceResource, state, _ *resourceModel, _ *record) {
			state.UID, state.Image = types.StringNull(), types.StringNull()
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r, its, config, rec := &instanceResource{}, state, state, usual
			c.change(r, &its, &config, &rec)
			if got := r.plansNothing(its, config, rec); got != c.nothing {
				t.Errorf("plans nothing: %t", got)
			}
		})
	}
}
