package instance

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// writes names what is asked about, as in "PodTemplate Secret Pod".
func writes(trials []trial) string {
	var all []string
	for _, t := range trials {
		ref, verb := t.ref()
		all = append(all, strings.TrimPrefix(verb+" "+ref.Kind, "create "))
	}
	return strings.Join(all, ", ")
}

// What isn't known yet is left out where an instance is taken or refused without
// it, and otherwise keeps the plan from asking.
func TestTrials_ofWhatIsKnown(t *testing.T) {
	unknownMap := types.MapUnknown(types.StringType)
	partly := types.MapValueMust(types.StringType, map[string]attr.Value{"A": types.StringUnknown(), "B": types.StringValue("b")})
	volume := types.MapValueMust(volumeType(), map[string]attr.Value{"x": types.ObjectUnknown(volumeType().AttrTypes)})
	for name, c := range map[string]struct {
		edit    func(plan, config *resourceModel)
		want    string
		leftOut string
	}{
		"all known":            {func(_, _ *resourceModel) {}, "Pod", ""},
		"no name yet":          {func(m, _ *resourceModel) { m.Name, m.ID = types.StringUnknown(), types.StringUnknown() }, "Pod", ""},
		"cpu chosen by others": {func(m, _ *resourceModel) { m.CPU = fwtypes.NewQuantityUnknown() }, "Pod", ""},
		"cpu":                  {func(_, c *resourceModel) { c.CPU = fwtypes.NewQuantityUnknown() }, "", ""},
		"cluster":              {func(m, _ *resourceModel) { m.Cluster = types.StringUnknown() }, "", ""},
		"image":                {func(m, _ *resourceModel) { m.Image = types.StringUnknown() }, "", ""},
		"requests":             {func(m, _ *resourceModel) { m.Requests = types.MapUnknown(fwtypes.QuantityType{}) }, "", ""},
		"service account":      {func(m, _ *resourceModel) { m.ServiceAccount = types.StringUnknown() }, "", ""},
		"desired status":       {func(m, _ *resourceModel) { m.DesiredStatus = types.StringUnknown() }, "", ""},
		"pod":                  {func(m, _ *resourceModel) { m.Pod = types.DynamicUnknown() }, "", ""},
		"part of security": {func(m, _ *resourceModel) {
			s := newSecurity()
			s.RunAsUser = types.Int64Unknown()
			m.Security = s.object()
		}, "", ""},
		"a variable":     {func(m, _ *resourceModel) { m.Env = partly }, "Pod", "env[A]"},
		"all variables":  {func(m, _ *resourceModel) { m.Env = unknownMap }, "Pod", "env"},
		"labels":         {func(m, _ *resourceModel) { m.Labels, m.LabelsAll = partly, unknownMap }, "Pod", "labels[A]"},
		"arguments":      {func(m, _ *resourceModel) { m.Args = types.ListUnknown(types.StringType) }, "Pod", "args"},
		"a volume":       {func(m, _ *resourceModel) { m.Volumes = volume }, "Pod", "volumes[x]"},
		"secret version": {func(m, _ *resourceModel) { m.SecretEnvVersion = types.Int64Unknown() }, "Pod", "secret_env_wo_version"},
		"secrets":        {func(m, _ *resourceModel) { m.SecretEnvVersion = types.Int64Value(1) }, "PodTemplate, Secret, Pod", ""},
		"stopped":        {func(m, _ *resourceModel) { m.DesiredStatus = types.StringValue(powerStopped) }, "PodTemplate", ""},
	} {
		plan, config := resourceOf(t, planned()), resourceOf(t, newModel())
		c.edit(&plan, &config)
		trials, leftOut := intent{Plan: plan, Config: config, Defaults: fw.Defaults{Labels: map[string]string{"team": "shop"}}}.trials(t.Context())
		if got := writes(trials); got != c.want || strings.Join(leftOut, " ") != c.leftOut {
			t.Errorf("%s: asks about %q without %q, want %q without %q", name, got, leftOut, c.want, c.leftOut)
		}
		for _, trial := range trials {
			if trial.Pod == nil {
				continue
			}
			text, err := json.Marshal(trial.Pod)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), basetypes.NewStringUnknown().String()) || trial.Pod.Labels["team"] != "shop" {
				t.Errorf("%s: it guesses:\n%s", name, text)
			}
		}
	}
}

func TestTrials_ofAChange(t *testing.T) {
	stopped := presence{Template: true}
	for name, c := range map[string]struct {
		todo   decision
		edit   func(prior, plan *resourceModel)
		record record
		want   string
	}{
		"nothing to send":        {want: ""},
		"resize and change":      {todo: decision{Resize: &size{}, Change: &change{}}, want: "resize Pod, apply Pod"},
		"replaced by a decision": {todo: decision{Replace: []string{"cpu"}, Resize: &size{}}, want: "Pod"},
		"replaced for a variable": {
			todo: decision{Replace: []string{"env"}, Change: &change{}}, edit: func(_, plan *resourceModel) { plan.Env = texted("A", "b") }, want: "Pod",
		},
		"replaced by one with secrets": {
			todo: decision{Replace: []string{"secret_env_wo_version"}}, edit: func(_, plan *resourceModel) { plan.SecretEnvVersion = types.Int64Value(1) }, want: "PodTemplate, Secret, Pod",
		},
		"stop":    {todo: decision{Move: moveStop}, want: "PodTemplate"},
		"restart": {todo: decision{Move: moveRestart}, want: "PodTemplate, Pod"},
		"start":   {todo: decision{Move: moveStart}, record: record{Standing: standing{Presence: stopped}}, want: "Pod"},
		"start with new secrets": {
			todo: decision{Move: moveStart}, record: record{Standing: standing{Presence: stopped}},
			edit: func(_, plan *resourceModel) { plan.SecretEnvVersion = types.Int64Value(2) }, want: "Secret, Pod",
		},
		"stopped, as it was": {record: record{Standing: standing{Presence: stopped}}, want: ""},
		"stopped, other variables": {
			record: record{Standing: standing{Presence: stopped}}, edit: func(_, plan *resourceModel) { plan.Env = texted("A", "b") }, want: "PodTemplate",
		},
		"refused": {todo: decision{Move: moveRefuse}, want: ""},
	} {
		prior, plan := resourceOf(t, planned()), resourceOf(t, planned())
		prior.SecretEnvVersion = types.Int64Null()
		if c.edit != nil {
			c.edit(&prior, &plan)
		}
		trials, _ := intent{Prior: &prior, Plan: plan, Config: resourceOf(t, newModel()), Record: c.record, Todo: c.todo}.trials(t.Context())
		if got := writes(trials); got != c.want {
			t.Errorf("%s: asks about %q, want %q", name, got, c.want)
		}
	}
}

// TestShapers_areAllThatReplaces fails for an attribute of which nobody has said whether a
// change replaces the instance.
func TestShapers_areAllThatReplaces(t *testing.T) {
	otherwise := []string{
		"cluster", "name", // by plan modifiers
		"cpu", "image", "limits", "memory", "pod", "requests", "secret_env_wo_version", // by what the change is
		"annotations", "desired_status", "labels", "replace_on", "restart_triggers", "secret_env_wo", "timeouts", "wait_for", // never
	}
	var said, has []string
	for _, s := range shapers() {
		said = append(said, s.name)
	}
	said = append(said, otherwise...)
	for name, attribute := range resourceAttributes(t.Context()) {
		if attribute.IsRequired() || attribute.IsOptional() {
			has = append(has, name)
		}
	}
	slices.Sort(said)
	slices.Sort(has)
	if diff := cmp.Diff(has, said); diff != "" {
		t.Errorf("the schema has -, the plan knows +\n%s", diff)
	}
}

// Instances that differ in their names alone are one question, others aren't.
func TestTrial_question(t *testing.T) {
	ask := func(edit func(*resourceModel)) string {
		plan := resourceOf(t, planned())
		plan.SecretEnvVersion = types.Int64Value(1)
		edit(&plan)
		trials, _ := intent{Plan: plan, Config: resourceOf(t, newModel())}.trials(t.Context())
		var questions []any
		for _, trial := range trials {
			questions = append(questions, trial.question())
		}
		text, err := json.Marshal(questions)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := ask(func(*resourceModel) {})
	for name, edit := range map[string]func(*resourceModel){
		"another name": func(m *resourceModel) { m.Name = types.StringValue("api") },
		"no name":      func(m *resourceModel) { m.Name = types.StringUnknown() },
	} {
		if got := ask(edit); got != first {
			t.Errorf("%s is another question:\n%s\n%s", name, got, first)
		}
	}
	for name, edit := range map[string]func(*resourceModel){
		"another cluster": func(m *resourceModel) { m.Cluster = types.StringValue("prod") },
		"another image":   func(m *resourceModel) { m.Image = types.StringValue("web:2") },
		"another label":   func(m *resourceModel) { m.Labels = texted("a", "b") },
	} {
		if ask(edit) == first {
			t.Errorf("%s is the same question", name)
		}
	}
	if plan := resourceOf(t, planned()); len(plan.LabelsAll.Elements()) > 0 || slices.Contains(slices.Collect(maps.Keys(plan.Labels.Elements())), kube.LabelInstanceID) {
		t.Error("asking has changed the plan")
	}
}
