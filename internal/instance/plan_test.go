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
		dropped     []string
		replace     string
		resize      bool
		change      bool
		unknown     string
	}{
		"nothing": {},
		"image":   {plan: func(m *resourceModel) { m.Image = types.StringValue("web:2") }, change: true},
		"image of a finished one": {
			prior: func(m *resourceModel) { m.RestartPolicy = types.StringValue("Never") },
			plan:  func(m *resourceModel) { m.Image = types.StringValue("web:2") }, record: func(r *record) { r.Standing.Status = statusSucceeded },
			replace: "image",
		},
		"labels":                  {plan: func(m *resourceModel) { m.LabelsAll = texted("team", "pay") }, change: true},
		"annotations":             {plan: func(m *resourceModel) { m.Annotations = texted("a", "b") }, change: true},
		"annotations, still none": {plan: func(m *resourceModel) { m.Annotations = texted() }},
		"labels, still the same":  {plan: func(m *resourceModel) { m.Labels = texted() }},
		"wait_for":                {plan: func(m *resourceModel) { m.WaitFor = types.StringValue(waitRunning) }},
		"replace_on":              {plan: func(m *resourceModel) { m.ReplaceOn = textSet() }},
		"cpu":                     {plan: func(m *resourceModel) { m.CPU = fwtypes.NewQuantity("2") }, resize: true},
		"cpu respelt":             {plan: func(m *resourceModel) { m.CPU = fwtypes.NewQuantity("1000m") }},
		"cpu and image":           {plan: func(m *resourceModel) { m.CPU, m.Image = fwtypes.NewQuantity("2"), types.StringValue("web:2") }, resize: true, change: true},
		"quality of service":      {plan: func(m *resourceModel) { m.Requests = quantities("cpu", "500m") }, replace: "requests"},
		"cpu no longer declared":  {dropped: []string{cpu}, replace: "cpu", unknown: "cpu"},
		"failed":                  {record: func(r *record) { r.Standing.Status = statusFailed }, replace: "status", unknown: "status"},
		"failed, from now on with replace_on = []": {
			plan:   func(m *resourceModel) { m.ReplaceOn = textSet() },
			record: func(r *record) { r.Standing.Status = statusFailed },
		},
		"being deleted": {record: func(r *record) { r.Standing.Deleting = "now" }, replace: "status", unknown: "status"},
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
			rec := record{Standing: standing{Status: statusRunning, Size: sizeOf(desiredResources(prior.model))}}
			if c.record != nil {
				c.record(&rec)
			}
			d := decide(prior, plan, c.dropped, rec, true)
			if strings.Join(d.Replace, " ") != c.replace || (d.Resize != nil) != c.resize || (d.Change != nil) != c.change || strings.Join(d.Unknown, " ") != c.unknown {
				t.Errorf("got %+v", d)
			}
			for _, n := range d.Notes {
				if !slices.Contains(d.Replace, n.Attribute) || n.Summary == "" || n.Detail == "" {
					t.Errorf("a note that explains nothing: %+v", n)
				}
			}
		})
	}
}

// TestDecide_isTheSameAfterARound holds that the record survives its way through
// the private state: plan and apply must decide alike.
func TestDecide_isTheSameAfterARound(t *testing.T) {
	rec := record{Standing: standingOf(living(t, plannedFull())), Limited: []string{cpu}}.withImage("web:1", "mirror/web:1")
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
	if diff := cmp.Diff(decide(prior, plan, nil, rec, true), decide(prior, plan, nil, again, true)); diff != "" {
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
