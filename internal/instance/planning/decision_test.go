package planning

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
)

func TestDecide(t *testing.T) {
	for name, c := range map[string]struct {
		prior, plan func(*model.Resource)
		record      func(*PrivateState)
		config      func(*model.Resource)
		move        power.Step
		replace     string
		resize      bool
		change      bool
		unknown     string
		gone        string
	}{
		"nothing": {},
		"image":   {plan: func(m *model.Resource) { m.Image = types.StringValue("web:2") }, change: true},
		"image of a finished one": {
			prior: func(m *model.Resource) { m.RestartPolicy = types.StringValue("Never") },
			plan:  func(m *model.Resource) { m.Image = types.StringValue("web:2") }, record: func(r *PrivateState) { r.LastSeen.Status = model.StatusSucceeded },
			replace: "image",
		},
		"labels":                  {plan: func(m *model.Resource) { m.LabelsAll = fixture.Texted("team", "pay") }, change: true},
		"annotations":             {plan: func(m *model.Resource) { m.AnnotationsAll = fixture.Texted("a", "b") }, change: true},
		"annotations, still none": {plan: func(m *model.Resource) { m.Annotations = fixture.Texted() }},
		"labels, still the same":  {plan: func(m *model.Resource) { m.Labels = fixture.Texted() }},
		"wait_for":                {plan: func(m *model.Resource) { m.WaitFor = types.StringValue(model.WaitRunning) }},
		"replace_on":              {plan: func(m *model.Resource) { m.ReplaceOn = model.TextSet() }},
		"cpu":                     {plan: func(m *model.Resource) { m.CPU = fwtypes.NewQuantity("2") }, resize: true, change: true},
		"cpu respelt":             {plan: func(m *model.Resource) { m.CPU = fwtypes.NewQuantity("1000m") }},
		"cpu and image":           {plan: func(m *model.Resource) { m.CPU, m.Image = fwtypes.NewQuantity("2"), types.StringValue("web:2") }, resize: true, change: true},
		"quality of service":      {plan: func(m *model.Resource) { m.Requests = fixture.Quantities("cpu", "500m") }, replace: "requests"},
		"cpu no longer declared":  {config: func(m *model.Resource) { m.CPU = fwtypes.NewQuantityNull() }, replace: "cpu", unknown: "cpu"},
		"stop":                    {plan: func(m *model.Resource) { m.DesiredStatus = types.StringValue(model.PowerStopped) }, move: power.StepStop, gone: "uid node ip"},
		"stop of one whose CPU a LimitRange chose": {
			plan:   func(m *model.Resource) { m.DesiredStatus = types.StringValue(model.PowerStopped) },
			config: func(m *model.Resource) { m.CPU = fwtypes.NewQuantityNull() }, move: power.StepStop, gone: "uid node ip cpu",
		},
		"stop of a failed one": {
			plan:   func(m *model.Resource) { m.DesiredStatus = types.StringValue(model.PowerStopped) },
			record: func(r *PrivateState) { r.LastSeen.Status, r.LastSeen.State.Pod = model.StatusFailed, power.PodFinished }, move: power.StepStop, gone: "uid node ip",
		},
		"start": {
			plan: func(m *model.Resource) {
				m.DesiredStatus, m.Image = types.StringValue(model.PowerRunning), types.StringValue("web:2")
			},
			record: func(r *PrivateState) { r.LastSeen = stoppedStanding() }, move: power.StepStart, unknown: "status uid node ip",
		},
		"change of a stopped one": {
			plan: func(m *model.Resource) {
				m.Image, m.CPU, m.Limits = types.StringValue("web:2"), fwtypes.NewQuantity("2"), fixture.Quantities("nvidia.com/gpu", "1")
			},
			record: func(r *PrivateState) { r.LastSeen = stoppedStanding() },
		},
		"restart, and another quality of service on the way": {
			prior: func(m *model.Resource) { m.RestartTriggers = fixture.Texted("config", "1") },
			plan: func(m *model.Resource) {
				m.RestartTriggers, m.Requests = fixture.Texted("config", "2"), fixture.Quantities("cpu", "500m")
			},
			move: power.StepRestart, unknown: "status uid node ip",
		},
		"first restart triggers": {plan: func(m *model.Resource) { m.RestartTriggers = fixture.Texted("config", "1") }},
		"restart triggers that aren't known yet": {
			prior:   func(m *model.Resource) { m.RestartTriggers = fixture.Texted("config", "1") },
			plan:    func(m *model.Resource) { m.RestartTriggers = types.MapUnknown(types.StringType) },
			unknown: "status uid node ip",
		},
		"restart triggers that aren't known yet, of one whose CPU a LimitRange chose": {
			prior:   func(m *model.Resource) { m.RestartTriggers = fixture.Texted("config", "1") },
			plan:    func(m *model.Resource) { m.RestartTriggers = types.MapUnknown(types.StringType) },
			config:  func(m *model.Resource) { m.CPU = fwtypes.NewQuantityNull() },
			record:  func(r *PrivateState) { r.Limited = []string{manifest.Memory} },
			unknown: "status uid node ip cpu",
		},
		"a desired status that isn't known yet": {
			plan: func(m *model.Resource) { m.DesiredStatus = types.StringUnknown() }, unknown: "status uid node ip",
		},
		"a desired status that isn't known yet, of a stopped one": {
			plan:   func(m *model.Resource) { m.DesiredStatus = types.StringUnknown() },
			config: func(m *model.Resource) { m.CPU = fwtypes.NewQuantityNull() },
			record: func(r *PrivateState) { r.LastSeen = stoppedStanding() }, unknown: "status uid node ip cpu",
		},
		"an interrupted create": {
			record: func(r *PrivateState) { r.LastSeen = startingStanding() }, move: power.StepStart, unknown: "status uid node ip",
		},
		"an interrupted start of one that is to be stopped": {
			prior:  func(m *model.Resource) { m.DesiredStatus = types.StringValue(model.PowerStopped) },
			plan:   func(m *model.Resource) { m.DesiredStatus = types.StringValue(model.PowerStopped) },
			record: func(r *PrivateState) { r.LastSeen = startingStanding() }, move: power.StepStop, gone: "uid node ip",
		},
		"an interrupted start of one whose power isn't managed any more": {
			prior:  func(m *model.Resource) { m.DesiredStatus = types.StringValue(model.PowerStopped) },
			record: func(r *PrivateState) { r.LastSeen = startingStanding() }, move: power.StepStop, gone: "uid node ip",
		},
		"a template left behind": {record: func(r *PrivateState) { r.LastSeen.State.Template = true }, move: power.StepCleanUp, unknown: "status"},
		"failed":                 {record: func(r *PrivateState) { r.LastSeen.Status = model.StatusFailed }, replace: "status", unknown: "status"},
		"a label of the provider's that is missing": {
			record: func(r *PrivateState) { r.LastSeen.Unlabelled = []string{"instance-id"} }, change: true, unknown: "labels_all",
		},
		"failed, from now on with replace_on = []": {
			plan:   func(m *model.Resource) { m.ReplaceOn = model.TextSet() },
			record: func(r *PrivateState) { r.LastSeen.Status = model.StatusFailed },
		},
		"being deleted": {record: func(r *PrivateState) { r.LastSeen.Deleting, r.LastSeen.State.Pod = "now", power.PodTerminating }, move: power.StepReplace, replace: "status", unknown: "status"},
		"an interrupted wait": {
			prior: func(m *model.Resource) { m.Status, m.IP = types.StringValue(model.StatusPending), types.StringNull() }, unknown: "status ip",
		},
		"a wait that wasn't wanted": {
			prior: func(m *model.Resource) {
				m.WaitFor, m.Status, m.Node, m.IP = types.StringValue(model.WaitNone), types.StringValue(model.StatusPending), types.StringNull(), types.StringNull()
			},
			plan:    func(m *model.Resource) { m.WaitFor = types.StringValue(model.WaitScheduled) },
			unknown: "node",
		},
	} {
		t.Run(name, func(t *testing.T) {
			prior := fixture.Sized(t, "1", "1Gi")
			if c.prior != nil {
				c.prior(&prior)
			}
			plan := fixture.Sized(t, "1", "1Gi")
			if c.plan != nil {
				c.plan(&plan)
			}
			private := PrivateState{
				LastSeen: LastSeen{Status: model.StatusRunning, State: power.State{Pod: power.PodAlive}, Size: manifest.SizeOf(manifest.DesiredResources(prior.Instance))},
				Limited:  []string{manifest.CPU, manifest.Memory},
			}
			if c.record != nil {
				c.record(&private)
			}
			config := plan
			if c.config != nil {
				c.config(&config)
			}
			d := Decide(prior, plan, config, private, Facts{Resizable: true})
			if d.Step != c.move || strings.Join(d.Gone, " ") != c.gone || strings.Join(d.Replace, " ") != c.replace || (d.Resize != nil) != c.resize || (d.Change != nil) != c.change || strings.Join(d.Unknown, " ") != c.unknown {
				t.Errorf("got %+v", d)
			}
			if (d.Cause != nil) != (c.replace == "status") || d.Cause != nil && (d.Cause.Summary == "" || d.Cause.Detail == "") {
				t.Errorf("the cause is %+v", d.Cause)
			}
			for _, n := range d.Warnings {
				if !slices.Contains(d.Replace, n.Attribute) && d.Step == power.StepNone || n.Summary == "" || n.Detail == "" {
					t.Errorf("a note that explains nothing: %+v", n)
				}
			}
		})
	}
}

func stoppedStanding() LastSeen {
	return LastSeen{Status: model.StatusStopped, State: power.State{Template: true}}
}

func startingStanding() LastSeen {
	return LastSeen{Status: model.StatusStopped, State: power.State{Template: true, Starting: true}}
}

// TestDecide_isTheSameAfterARound holds that the record survives its way through
// the private state: plan and apply must decide alike.
func TestDecide_isTheSameAfterARound(t *testing.T) {
	private := PrivateState{LastSeen: LastSeenOf(fixture.Living(t)(manifest.Desired(t.Context(), fixture.PlannedFull(), manifest.Options{Nonce: "nonce"})), power.State{Pod: power.PodAlive}), Limited: []string{manifest.CPU}}.withImage("web:1", "mirror/web:1")
	data, err := json.Marshal(private)
	if err != nil {
		t.Fatal(err)
	}
	var again PrivateState
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	prior, plan := fixture.Stateful(t, fixture.PlannedFull()), fixture.Stateful(t, fixture.PlannedFull())
	plan.CPU = fwtypes.NewQuantity("3")
	if diff := cmp.Diff(Decide(prior, plan, plan, private, Facts{Resizable: true}), Decide(prior, plan, plan, again, Facts{Resizable: true})); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestPrivateState_knowsARewrittenImage(t *testing.T) {
	private := PrivateState{}.withImage("web:1", "mirror/web:1")
	if got := private.Image(types.StringValue("mirror/web:1")); got.ValueString() != "web:1" {
		t.Errorf("got %s", got)
	}
	if got := private.Image(types.StringValue("web:2")); got.ValueString() != "web:2" {
		t.Errorf("drift is hidden: %s", got)
	}
	private = private.withImage("web:3", "web:3")
	if got := private.Image(types.StringValue("mirror/web:1")); got.ValueString() != "mirror/web:1" {
		t.Errorf("an old rewriting is remembered: %s", got)
	}
}

func TestWithComputed_keepsWhatWasPlanned(t *testing.T) {
	plan, seen := fixture.Planned(), fixture.Stateful(t, fixture.PlannedFull()).Instance
	plan.Name = types.StringUnknown()
	got := withComputed(plan, seen)
	want := fixture.Planned()
	want.CPU, want.Memory, want.UID, want.Status, want.Node, want.IP = seen.CPU, seen.Memory, seen.UID, seen.Status, seen.Node, seen.IP
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
