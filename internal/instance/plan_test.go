package instance

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func TestDecide(t *testing.T) {
	for name, c := range map[string]struct {
		prior, plan func(*resourceModel)
		record      func(*record)
		config      func(*resourceModel)
		move        move
		replace     string
		resize      bool
		change      bool
		unknown     string
		gone        string
	}{
		"nothing": {},
		"image":   {plan: func(m *resourceModel) { m.Image = types.StringValue("web:2") }, change: true},
		"image of a finished one": {
			prior: func(m *resourceModel) { m.RestartPolicy = types.StringValue("Never") },
			plan:  func(m *resourceModel) { m.Image = types.StringValue("web:2") }, record: func(r *record) { r.Standing.Status = statusSucceeded },
			replace: "image",
		},
		"labels":                  {plan: func(m *resourceModel) { m.LabelsAll = texted("team", "pay") }, change: true},
		"annotations":             {plan: func(m *resourceModel) { m.AnnotationsAll = texted("a", "b") }, change: true},
		"annotations, still none": {plan: func(m *resourceModel) { m.Annotations = texted() }},
		"labels, still the same":  {plan: func(m *resourceModel) { m.Labels = texted() }},
		"wait_for":                {plan: func(m *resourceModel) { m.WaitFor = types.StringValue(waitRunning) }},
		"replace_on":              {plan: func(m *resourceModel) { m.ReplaceOn = textSet() }},
		"cpu":                     {plan: func(m *resourceModel) { m.CPU = fwtypes.NewQuantity("2") }, resize: true, change: true},
		"cpu respelt":             {plan: func(m *resourceModel) { m.CPU = fwtypes.NewQuantity("1000m") }},
		"cpu and image":           {plan: func(m *resourceModel) { m.CPU, m.Image = fwtypes.NewQuantity("2"), types.StringValue("web:2") }, resize: true, change: true},
		"quality of service":      {plan: func(m *resourceModel) { m.Requests = quantities("cpu", "500m") }, replace: "requests"},
		"cpu no longer declared":  {config: func(m *resourceModel) { m.CPU = fwtypes.NewQuantityNull() }, replace: "cpu", unknown: "cpu"},
		"stop":                    {plan: func(m *resourceModel) { m.DesiredStatus = types.StringValue(powerStopped) }, move: moveStop, gone: "uid node ip"},
		"stop of one whose CPU a LimitRange chose": {
			plan:   func(m *resourceModel) { m.DesiredStatus = types.StringValue(powerStopped) },
			config: func(m *resourceModel) { m.CPU = fwtypes.NewQuantityNull() }, move: moveStop, gone: "uid node ip cpu",
		},
		"stop of a failed one": {
			plan:   func(m *resourceModel) { m.DesiredStatus = types.StringValue(powerStopped) },
			record: func(r *record) { r.Standing.Status, r.Standing.Presence.Pod = statusFailed, podFinished }, move: moveStop, gone: "uid node ip",
		},
		"start": {
			plan: func(m *resourceModel) {
				m.DesiredStatus, m.Image = types.StringValue(powerRunning), types.StringValue("web:2")
			},
			record: func(r *record) { r.Standing = stoppedStanding() }, move: moveStart, unknown: "status uid node ip",
		},
		"change of a stopped one": {
			plan: func(m *resourceModel) {
				m.Image, m.CPU, m.Limits = types.StringValue("web:2"), fwtypes.NewQuantity("2"), quantities("nvidia.com/gpu", "1")
			},
			record: func(r *record) { r.Standing = stoppedStanding() },
		},
		"restart, and another quality of service on the way": {
			prior: func(m *resourceModel) { m.RestartTriggers = texted("config", "1") },
			plan: func(m *resourceModel) {
				m.RestartTriggers, m.Requests = texted("config", "2"), quantities("cpu", "500m")
			},
			move: moveRestart, unknown: "status uid node ip",
		},
		"first restart triggers": {plan: func(m *resourceModel) { m.RestartTriggers = texted("config", "1") }},
		"restart triggers that aren't known yet": {
			prior:   func(m *resourceModel) { m.RestartTriggers = texted("config", "1") },
			plan:    func(m *resourceModel) { m.RestartTriggers = types.MapUnknown(types.StringType) },
			unknown: "status uid node ip",
		},
		"restart triggers that aren't known yet, of one whose CPU a LimitRange chose": {
			prior:   func(m *resourceModel) { m.RestartTriggers = texted("config", "1") },
			plan:    func(m *resourceModel) { m.RestartTriggers = types.MapUnknown(types.StringType) },
			config:  func(m *resourceModel) { m.CPU = fwtypes.NewQuantityNull() },
			record:  func(r *record) { r.Limited = []string{memory} },
			unknown: "status uid node ip cpu",
		},
		"a desired status that isn't known yet": {
			plan: func(m *resourceModel) { m.DesiredStatus = types.StringUnknown() }, unknown: "status uid node ip",
		},
		"a desired status that isn't known yet, of a stopped one": {
			plan:   func(m *resourceModel) { m.DesiredStatus = types.StringUnknown() },
			config: func(m *resourceModel) { m.CPU = fwtypes.NewQuantityNull() },
			record: func(r *record) { r.Standing = stoppedStanding() }, unknown: "status uid node ip cpu",
		},
		"an interrupted create": {
			record: func(r *record) { r.Standing = startingStanding() }, move: moveStart, unknown: "status uid node ip",
		},
		"an interrupted start of one that is to be stopped": {
			prior:  func(m *resourceModel) { m.DesiredStatus = types.StringValue(powerStopped) },
			plan:   func(m *resourceModel) { m.DesiredStatus = types.StringValue(powerStopped) },
			record: func(r *record) { r.Standing = startingStanding() }, move: moveStop, gone: "uid node ip",
		},
		"an interrupted start of one whose power isn't managed any more": {
			prior:  func(m *resourceModel) { m.DesiredStatus = types.StringValue(powerStopped) },
			record: func(r *record) { r.Standing = startingStanding() }, move: moveStop, gone: "uid node ip",
		},
		"a template left behind": {record: func(r *record) { r.Standing.Presence.Template = true }, move: moveTidy, unknown: "status"},
		"failed":                 {record: func(r *record) { r.Standing.Status = statusFailed }, replace: "status", unknown: "status"},
		"a label of the provider's that is missing": {
			record: func(r *record) { r.Standing.Unlabelled = []string{"instance-id"} }, change: true, unknown: "labels_all",
		},
		"failed, from now on with replace_on = []": {
			plan:   func(m *resourceModel) { m.ReplaceOn = textSet() },
			record: func(r *record) { r.Standing.Status = statusFailed },
		},
		"being deleted": {record: func(r *record) { r.Standing.Deleting, r.Standing.Presence.Pod = "now", podLeaving }, move: moveReplace, replace: "status", unknown: "status"},
		"an interrupted wait": {
			prior: func(m *resourceModel) { m.Status, m.IP = types.StringValue(statusPending), types.StringNull() }, unknown: "status ip",
		},
		"a wait that wasn't wanted": {
			prior: func(m *resourceModel) {
				m.WaitFor, m.Status, m.Node, m.IP = types.StringValue(waitNone), types.StringValue(statusPending), types.StringNull(), types.StringNull()
			},
			plan:    func(m *resourceModel) { m.WaitFor = types.StringValue(waitScheduled) },
			unknown: "node",
		},
	} {
		t.Run(name, func(t *testing.T) {
			prior := sized(t, "1", "1Gi")
			if c.prior != nil {
				c.prior(&prior)
			}
			plan := sized(t, "1", "1Gi")
			if c.plan != nil {
				c.plan(&plan)
			}
			rec := record{
				Standing: standing{Status: statusRunning, Presence: presence{Pod: podAlive}, Size: sizeOf(desiredResources(prior.model))},
				Limited:  []string{cpu, memory},
			}
			if c.record != nil {
				c.record(&rec)
			}
			config := plan
			if c.config != nil {
				c.config(&config)
			}
			d := decide(prior, plan, config, rec, facts{Resizable: true})
			if d.Move != c.move || strings.Join(d.Gone, " ") != c.gone || strings.Join(d.Replace, " ") != c.replace || (d.Resize != nil) != c.resize || (d.Change != nil) != c.change || strings.Join(d.Unknown, " ") != c.unknown {
				t.Errorf("got %+v", d)
			}
			if (d.Cause != nil) != (c.replace == "status") || d.Cause != nil && (d.Cause.Summary == "" || d.Cause.Detail == "") {
				t.Errorf("the cause is %+v", d.Cause)
			}
			for _, n := range d.Notes {
				if !slices.Contains(d.Replace, n.Attribute) && d.Move == moveNone || n.Summary == "" || n.Detail == "" {
					t.Errorf("a note that explains nothing: %+v", n)
				}
			}
		})
	}
}

func stoppedStanding() standing {
	return standing{Status: statusStopped, Presence: presence{Template: true}}
}

func startingStanding() standing {
	return standing{Status: statusStopped, Presence: presence{Template: true, Starting: true}}
}

// TestDecide_isTheSameAfterARound holds that the record survives its way through
// the private state: plan and apply must decide alike.
func TestDecide_isTheSameAfterARound(t *testing.T) {
	rec := record{Standing: standingOf(living(t)(desired(t.Context(), plannedFull(), making{Nonce: "nonce"})), presence{Pod: podAlive}), Limited: []string{cpu}}.withImage("web:1", "mirror/web:1")
	data, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	var again record
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	prior, plan := stateful(t, plannedFull()), stateful(t, plannedFull())
	plan.CPU = fwtypes.NewQuantity("3")
	if diff := cmp.Diff(decide(prior, plan, plan, rec, facts{Resizable: true}), decide(prior, plan, plan, again, facts{Resizable: true})); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestRecord_knowsARewrittenImage(t *testing.T) {
	rec := record{}.withImage("web:1", "mirror/web:1")
	if got := rec.image(types.StringValue("mirror/web:1")); got.ValueString() != "web:1" {
		t.Errorf("got %s", got)
	}
	if got := rec.image(types.StringValue("web:2")); got.ValueString() != "web:2" {
		t.Errorf("drift is hidden: %s", got)
	}
	rec = rec.withImage("web:3", "web:3")
	if got := rec.image(types.StringValue("mirror/web:1")); got.ValueString() != "mirror/web:1" {
		t.Errorf("an old rewriting is remembered: %s", got)
	}
}

func TestCompleted_keepsWhatWasPlanned(t *testing.T) {
	plan, seen := planned(), stateful(t, plannedFull()).model
	plan.Name = types.StringUnknown()
	got := completed(plan, seen)
	want := planned()
	want.CPU, want.Memory, want.UID, want.Status, want.Node, want.IP = seen.CPU, seen.Memory, seen.UID, seen.Status, seen.Node, seen.IP
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
