package instance

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// record is what is remembered of an instance beside its state.
type record struct {
	Standing standing `json:"standing"`
	// Limited names the resources whose limit the configuration declares, so
	// that one which it no longer does is seen.
	Limited []string `json:"limited,omitempty"`
	// Sent and Stored are the image as it was sent and as the API server keeps
	// it, where an admission policy rewrites images.
	Sent   string `json:"sent,omitempty"`
	Stored string `json:"stored,omitempty"`
}

func (r record) withImage(sent, stored string) record {
	r.Sent, r.Stored = sent, stored
	if sent == stored {
		r.Sent, r.Stored = "", ""
	}
	return r
}

// image is the image that is declared by the one that the Pod has.
func (r record) image(live types.String) types.String {
	if r.Stored != "" && live.ValueString() == r.Stored {
		return types.StringValue(r.Sent)
	}
	return live
}

// decision is what is to be done about an instance that is there.
type decision struct {
	// Replace names the attributes that force a replacement.
	Replace []string
	// Notes say why, for people.
	Notes []note
	// Resize and Change are sent, in this order, when set.
	Resize *size
	Change *change
	// Unknown names computed attributes that come to rest only in this update.
	Unknown []string
}

// note is a warning about an attribute.
type note struct {
	Attribute, Summary, Detail string
}

// decide compares what is planned with what there is. Dropped names the limits
// that the configuration declared before and no longer does. It is asked in
// plan, in the second plan within an apply, and by the update itself, and
// answers the same each time.
func decide(prior, plan resourceModel, dropped []string, rec record, resizable bool) decision {
	var d decision
	found := prior
	if !plan.ReplaceOn.IsUnknown() {
		found.ReplaceOn = plan.ReplaceOn
	}
	if r, gone := replacementFor(found, rec.Standing); gone {
		d.Replace = append(d.Replace, "status")
		d.Unknown = append(d.Unknown, "status")
		d.Notes = append(d.Notes, note{Attribute: "status", Summary: r.Summary, Detail: r.Detail})
	}
	for _, name := range dropped {
		d.Replace = append(d.Replace, name)
		d.Unknown = append(d.Unknown, name)
		d.Notes = append(d.Notes, sizeNote(name, "Kubernetes can't take a limit away from a running instance"))
	}
	switch sizing := planSize(prior.model, plan.model, rec.Standing, resizable); sizing.Step {
	case stepReplace:
		for _, name := range sizing.Attributes {
			d.Replace = append(d.Replace, name)
			d.Notes = append(d.Notes, sizeNote(name, sizing.Why))
		}
	case stepInPlace:
		d.Resize = &sizing.Want
	case stepNone:
	}
	if differs := !plan.Image.Equal(prior.Image); differs && rec.Standing.finished() {
		d.Replace = append(d.Replace, "image")
		d.Notes = append(d.Notes, note{
			Attribute: "image", Summary: "Instance will be replaced for its image",
			Detail: prior.key().ref().String() + " has finished, so it can't take up another image in place.",
		})
	} else if differs || !plan.LabelsAll.Equal(prior.LabelsAll) || !fw.SameLabels(plan.Annotations, prior.Annotations) {
		change := desiredChange(prior.model, plan.model)
		d.Change = &change
	}
	awaited := prior
	awaited.WaitFor = plan.WaitFor
	for _, name := range unsettled(awaited) {
		if !slices.Contains(d.Unknown, name) {
			d.Unknown = append(d.Unknown, name)
		}
	}
	return d
}

func sizeNote(attribute, why string) note {
	return note{
		Attribute: attribute,
		Summary:   "Instance will be replaced for its size",
		Detail:    "This change of `" + attribute + "` can't be made in place: " + strings.TrimSuffix(why, ".") + ".",
	}
}

// completed is what a plan came to: what it knew stays as it was planned, and
// what it didn't is as it was seen.
func completed(plan, seen model) model {
	m := plan
	for _, text := range []struct{ planned, found *types.String }{
		{&m.ID, &seen.ID},
		{&m.Name, &seen.Name},
		{&m.UID, &seen.UID},
		{&m.Status, &seen.Status},
		{&m.Node, &seen.Node},
		{&m.IP, &seen.IP},
	} {
		if text.planned.IsUnknown() {
			*text.planned = *text.found
		}
	}
	if m.CPU.IsUnknown() {
		m.CPU = seen.CPU
	}
	if m.Memory.IsUnknown() {
		m.Memory = seen.Memory
	}
	if m.LabelsAll.IsUnknown() {
		m.LabelsAll = seen.LabelsAll
	}
	return m
}

// dropped names the limits that were declared before and aren't now.
func droppedLimits(prior, config model, limited []string) []string {
	var names []string
	if config.CPU.IsNull() && !prior.CPU.IsNull() && slices.Contains(limited, cpu) {
		names = append(names, cpu)
	}
	if config.Memory.IsNull() && !prior.Memory.IsNull() && slices.Contains(limited, memory) {
		names = append(names, memory)
	}
	return names
}

// limitedBy names the limits that a configuration declares.
func limitedBy(config model) []string {
	var names []string
	if !config.CPU.IsNull() {
		names = append(names, cpu)
	}
	if !config.Memory.IsNull() {
		names = append(names, memory)
	}
	return names
}
