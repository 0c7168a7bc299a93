package planning

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
	"github.com/headgym/terraform-provider-mar/internal/instance/attributes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// writes names what is asked about, as in "PodTemplate Secret Pod".
func writes(runs []DryRun) string {
	var all []string
	for _, run := range runs {
		ref, verb := run.Ref()
		all = append(all, strings.TrimPrefix(verb+" "+ref.Kind, "create "))
	}
	return strings.Join(all, ", ")
}

// What isn't known yet is left out where an instance is taken or refused without
// it, and otherwise keeps the plan from asking.
func TestDryRuns_ofWhatIsKnown(t *testing.T) {
	unknownMap := types.MapUnknown(types.StringType)
	partly := types.MapValueMust(types.StringType, map[string]attr.Value{"A": types.StringUnknown(), "B": types.StringValue("b")})
	volume := types.MapValueMust(model.VolumeType(), map[string]attr.Value{"x": types.ObjectUnknown(model.VolumeType().AttrTypes)})
	for name, c := range map[string]struct {
		edit    func(plan, config *model.Resource)
		want    string
		leftOut string
	}{
		"all known":            {func(_, _ *model.Resource) {}, "Pod", ""},
		"no name yet":          {func(m, _ *model.Resource) { m.Name, m.ID = types.StringUnknown(), types.StringUnknown() }, "Pod", ""},
		"cpu chosen by others": {func(m, _ *model.Resource) { m.CPU = fwtypes.NewQuantityUnknown() }, "Pod", ""},
		"cpu":                  {func(_, c *model.Resource) { c.CPU = fwtypes.NewQuantityUnknown() }, "", ""},
		"cluster":              {func(m, _ *model.Resource) { m.Cluster = types.StringUnknown() }, "", ""},
		"image":                {func(m, _ *model.Resource) { m.Image = types.StringUnknown() }, "", ""},
		"requests":             {func(m, _ *model.Resource) { m.Requests = types.MapUnknown(fwtypes.QuantityType{}) }, "", ""},
		"service account":      {func(m, _ *model.Resource) { m.ServiceAccount = types.StringUnknown() }, "", ""},
		"desired status":       {func(m, _ *model.Resource) { m.DesiredStatus = types.StringUnknown() }, "", ""},
		"pod":                  {func(m, _ *model.Resource) { m.Pod = types.DynamicUnknown() }, "", ""},
		"part of security": {func(m, _ *model.Resource) {
			s := model.NewSecurity()
			s.RunAsUser = types.Int64Unknown()
			m.Security = s.Object()
		}, "", ""},
		"a variable":     {func(m, _ *model.Resource) { m.Env = partly }, "Pod", "env[A]"},
		"all variables":  {func(m, _ *model.Resource) { m.Env = unknownMap }, "Pod", "env"},
		"labels":         {func(m, _ *model.Resource) { m.Labels, m.LabelsAll = partly, unknownMap }, "Pod", "labels[A]"},
		"arguments":      {func(m, _ *model.Resource) { m.Args = types.ListUnknown(types.StringType) }, "Pod", "args"},
		"a volume":       {func(m, _ *model.Resource) { m.Volumes = volume }, "Pod", "volumes[x]"},
		"secret version": {func(m, _ *model.Resource) { m.SecretEnvVersion = types.Int64Unknown() }, "Pod", "secret_env_wo_version"},
		"secrets":        {func(m, _ *model.Resource) { m.SecretEnvVersion = types.Int64Value(1) }, "PodTemplate, Secret, Pod", ""},
		"stopped":        {func(m, _ *model.Resource) { m.DesiredStatus = types.StringValue(model.PowerStopped) }, "PodTemplate", ""},
	} {
		plan, config := fixture.ResourceOf(t, fixture.Planned()), fixture.ResourceOf(t, model.NewInstance())
		c.edit(&plan, &config)
		runs, leftOut := PlannedChange{Plan: plan, Config: config, Defaults: fw.Defaults{Labels: map[string]string{"team": "shop"}}}.DryRuns(t.Context())
		if got := writes(runs); got != c.want || strings.Join(leftOut, " ") != c.leftOut {
			t.Errorf("%s: asks about %q without %q, want %q without %q", name, got, leftOut, c.want, c.leftOut)
		}
		for _, run := range runs {
			if run.Pod == nil {
				continue
			}
			text, err := json.Marshal(run.Pod)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), basetypes.NewStringUnknown().String()) || run.Pod.Labels["team"] != "shop" {
				t.Errorf("%s: it guesses:\n%s", name, text)
			}
		}
	}
}

func TestDryRuns_ofAChange(t *testing.T) {
	stopped := power.State{Template: true}
	for name, c := range map[string]struct {
		todo   Decision
		edit   func(prior, plan *model.Resource)
		record PrivateState
		want   string
	}{
		"nothing to send":        {want: ""},
		"resize and change":      {todo: Decision{Resize: &manifest.Size{}, Change: &manifest.Change{}}, want: "resize Pod, apply Pod"},
		"replaced by a decision": {todo: Decision{Replace: []string{"cpu"}, Resize: &manifest.Size{}}, want: "Pod"},
		"replaced for a variable": {
			todo: Decision{Replace: []string{"env"}, Change: &manifest.Change{}}, edit: func(_, plan *model.Resource) { plan.Env = fixture.Texted("A", "b") }, want: "Pod",
		},
		"replaced by one with secrets": {
			todo: Decision{Replace: []string{"secret_env_wo_version"}}, edit: func(_, plan *model.Resource) { plan.SecretEnvVersion = types.Int64Value(1) }, want: "PodTemplate, Secret, Pod",
		},
		"stop":    {todo: Decision{Step: power.StepStop}, want: "PodTemplate"},
		"restart": {todo: Decision{Step: power.StepRestart}, want: "PodTemplate, Pod"},
		"start":   {todo: Decision{Step: power.StepStart}, record: PrivateState{LastSeen: LastSeen{State: stopped}}, want: "Pod"},
		"start with new secrets": {
			todo: Decision{Step: power.StepStart}, record: PrivateState{LastSeen: LastSeen{State: stopped}},
			edit: func(_, plan *model.Resource) { plan.SecretEnvVersion = types.Int64Value(2) }, want: "Secret, Pod",
		},
		"stopped, as it was": {record: PrivateState{LastSeen: LastSeen{State: stopped}}, want: ""},
		"stopped, other variables": {
			record: PrivateState{LastSeen: LastSeen{State: stopped}}, edit: func(_, plan *model.Resource) { plan.Env = fixture.Texted("A", "b") }, want: "PodTemplate",
		},
		"refused": {todo: Decision{Step: power.StepRefuse}, want: ""},
	} {
		prior, plan := fixture.ResourceOf(t, fixture.Planned()), fixture.ResourceOf(t, fixture.Planned())
		prior.SecretEnvVersion = types.Int64Null()
		if c.edit != nil {
			c.edit(&prior, &plan)
		}
		runs, _ := PlannedChange{Prior: &prior, Plan: plan, Config: fixture.ResourceOf(t, model.NewInstance()), PrivateState: c.record, Decision: c.todo}.DryRuns(t.Context())
		if got := writes(runs); got != c.want {
			t.Errorf("%s: asks about %q, want %q", name, got, c.want)
		}
	}
}

// TestPodAttributes_areAllThatReplaces fails for an attribute of which nobody has said whether a
// change replaces the instance.
func TestPodAttributes_areAllThatReplaces(t *testing.T) {
	otherwise := []string{
		"cluster", "name", // by plan modifiers
		"cpu", "image", "limits", "memory", "pod", "requests", "secret_env_wo_version", // by what the change is
		"annotations", "desired_status", "labels", "min_ready_seconds", "replace_on", "restart_triggers", "secret_env_wo", "timeouts", "wait_for", // never
	}
	var said, has []string
	for _, s := range podAttributes() {
		said = append(said, s.name)
	}
	said = append(said, otherwise...)
	for name, attribute := range attributes.Resource(t.Context()) {
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
func TestDryRun_cacheKey(t *testing.T) {
	ask := func(edit func(*model.Resource)) string {
		plan := fixture.ResourceOf(t, fixture.Planned())
		plan.SecretEnvVersion = types.Int64Value(1)
		edit(&plan)
		runs, _ := PlannedChange{Plan: plan, Config: fixture.ResourceOf(t, model.NewInstance())}.DryRuns(t.Context())
		var questions []any
		for _, run := range runs {
			questions = append(questions, run.CacheKey())
		}
		text, err := json.Marshal(questions)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := ask(func(*model.Resource) {})
	for name, edit := range map[string]func(*model.Resource){
		"another name": func(m *model.Resource) { m.Name = types.StringValue("api") },
		"no name":      func(m *model.Resource) { m.Name = types.StringUnknown() },
	} {
		if got := ask(edit); got != first {
			t.Errorf("%s is another question:\n%s\n%s", name, got, first)
		}
	}
	for name, edit := range map[string]func(*model.Resource){
		"another cluster": func(m *model.Resource) { m.Cluster = types.StringValue("prod") },
		"another image":   func(m *model.Resource) { m.Image = types.StringValue("web:2") },
		"another label":   func(m *model.Resource) { m.Labels = fixture.Texted("a", "b") },
	} {
		if ask(edit) == first {
			t.Errorf("%s is the same question", name)
		}
	}
	if plan := fixture.ResourceOf(t, fixture.Planned()); len(plan.LabelsAll.Elements()) > 0 || slices.Contains(slices.Collect(maps.Keys(plan.Labels.Elements())), mar.LabelInstanceID) {
		t.Error("asking has changed the plan")
	}
}
