package instance

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

const canary = "password is hunter2"

// withProse puts the canary wherever the status has room for free text.
func withProse(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			withProse(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			withProse(v.Index(i))
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			switch {
			case !field.IsExported():
			case field.Type.Kind() == reflect.String && field.Name == "Message":
				value.SetString(canary)
			default:
				withProse(value)
			}
		}
	}
}

// Promise 8: what is remembered of a Pod, and what the data sources say of it, has no
// termination message, no condition's message and no other free text of its status in it.
// Diagnostics have it.
func TestNothingKept_ofAStatusMessage(t *testing.T) {
	said := 0
	for _, name := range fixture.PodNames(t) {
		pod := fixture.PodFrom(t, name)
		withProse(reflect.ValueOf(&pod.Status).Elem())
		state := fixture.Stateful(t, fixture.Planned())
		state.Status = types.StringValue(model.StatusRunning)
		for _, message := range []string{pod.Status.Message, podhealth.EndCause(pod)} {
			if strings.Contains(message, canary) {
				said++
			}
		}
		private := planning.PrivateState{}.WithLastSeen(power.Existing{Pod: pod}, state)
		text, err := json.Marshal(private)
		if err != nil {
			t.Fatal(err)
		}
		kept := map[string]string{
			"private state":            string(text),
			"a new state":              fmt.Sprint(manifest.Observed(pod, state.Instance, nil)),
			"data.mar_instance":        fmt.Sprint(manifest.ObservedNow(pod, nil, fixture.Then())),
			"data.mar_instances":       fmt.Sprint(observedList([]*corev1.Pod{pod}, true, fixture.Then())),
			"a plan, from private":     fmt.Sprint(planning.ReplacementFor(state, private.LastSeen)),
			"an instance that is read": fmt.Sprint(manifest.ObservedAll(pod)),
		}
		for where, text := range kept {
			if strings.Contains(text, canary) {
				t.Errorf("%s: %s has free text in it: %s", name, where, text)
			}
		}
	}
	if said == 0 {
		t.Error("no Pod has a message: the test has tested nothing")
	}
}
