package instance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// record is what is remembered of an instance beside its state.
type record struct {
	// Name is the Pod's, which a plan of its successor doesn't have in its state.
	Name     string   `json:"name,omitempty"`
	Standing standing `json:"standing"`
	// Limited names the resources whose limit the configuration declares, so
	// that one which it no longer does is seen.
	Limited []string `json:"limited,omitempty"`
	// Sent and Stored are the image as it was sent and as the API server keeps
	// it, where an admission policy rewrites images.
	Sent   string `json:"sent,omitempty"`
	Stored string `json:"stored,omitempty"`
	// Secret is the one that secret_env_wo was put into.
	Secret *secretRef `json:"secret,omitempty"`
	// Manager is the name under which the Pod was last written, if it isn't the
	// usual one.
	Manager string `json:"manager,omitempty"`
	// Unrecorded is set when the Pod has a size that its own record, from which it is
	// made anew, doesn't say: an update ended between the two.
	Unrecorded bool `json:"unrecorded,omitempty"`
	// Unset names what an imported Pod didn't say, see unsetIn.
	Unset []string `json:"unset,omitempty"`
	// Missed is the UID of a Pod whose program finished before it took up a change.
	Missed string `json:"missed,omitempty"`
	// Admitted is what earlier versions noted of what admission policies made of attributes
	// on creation: the text of it, which may have a secret in it.
	Admitted map[string]string `json:"admitted,omitempty"`
	// AdmittedAs has its hashes, by attribute.
	AdmittedAs map[string]string `json:"admitted_as,omitempty"`
}

// usualRecord is the record of an instance of such a state that runs as it was asked for.
// It has no name, which is needed where there is no state.
func usualRecord(m resourceModel) record {
	return record{
		Standing: standing{Presence: presence{Pod: podAlive}, Status: m.Status.ValueString(), Size: sizeOf(desiredResources(m.model))},
		Limited:  limitedBy(m.model),
	}
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
	// Move is done about its power. Any but moveNone and moveTidy makes it from
	// the plan as a whole, so nothing else is sent then.
	Move move
	// Replace names the attributes that force a replacement.
	Replace []string
	// Notes say why, for people, and Cause why its status replaces it.
	Notes []note
	Cause *note
	// Resize and Change are sent, in this order, when set.
	Resize *size
	Change *change
	// Unknown names computed attributes that come to rest only in this update,
	// Gone those that the instance has no more.
	Unknown, Gone []string
}

// needsProgram names what takes effect only in a program that runs, or will.
func (d decision) needsProgram() string {
	switch {
	case d.Change != nil && d.Change.Image != "":
		return "Its image"
	case d.Resize != nil:
		return "Its size"
	}
	return ""
}

// note is a warning about an attribute, or about the instance where that is empty.
type note struct {
	Attribute, Summary, Detail string
}

// facts are what a decision needs to know of the server, and what doesn't change
// between a plan and its apply.
type facts struct {
	// Resizable is whether it can resize Pods.
	Resizable bool
	// Differs is what the plan changes about the Pod.
	Differs differences
	// Pod is what a change of pod comes to, PodPaths where it differs.
	Pod      podChange
	PodPaths []string
}

// decide compares what is planned with what there is. It is asked in plan, in
// the second plan within an apply, and by the update itself, and answers the
// same each time.
func decide(prior, plan, config resourceModel, rec record, of facts) decision {
	seen := rec.Standing.Presence
	d := decision{Move: nextMove(powerWanted(prior, plan, seen), seen, restartAsked(prior, plan))}
	d.replaceForAttributes(prior, plan, of.Differs)
	switch d.Move {
	case moveStop:
		d.Gone = append([]string{"uid", "node", "ip"}, undeclaredSize(config.model)...)
		return d
	case moveStart, moveRestart:
		d.Unknown = madeAnewBy(config.model)
		if seen.Starting {
			d.Notes = append(d.Notes, note{
				Attribute: "status", Summary: "A create, start or restart of the instance was interrupted",
				Detail: templateRef(prior.Cluster.ValueString(), prior.Name.ValueString()).String() + " exists, but the Pod that starts from it doesn't. Apply starts the instance.",
			})
		}
		return d
	case moveRefuse:
		d.Unknown = madeAnewBy(config.model)
		d.Notes = append(d.Notes, takenNote(prior.key()))
		return d
	case moveTidy:
		d.Unknown = append(d.Unknown, "status")
		d.Notes = append(d.Notes, note{
			Attribute: "status", Summary: "A start or stop of the instance was interrupted",
			Detail: prior.key().ref().String() + " runs, but the PodTemplate that kept it while it was stopped still exists. Apply removes that, and waits for the instance as `wait_for` says.",
		})
	case moveNone, moveReplace, moveCreate:
	}
	open := powerUnknown(prior, plan)
	if open {
		d.Unknown = append(d.Unknown, madeAnewBy(config.model)...)
	}
	if seen.stopped() {
		if !open {
			d.Gone = undeclaredSize(config.model)
		}
		return d
	}
	d.replaceForStatus(prior, plan, rec)
	d.resize(prior, plan, config, rec, of.Resizable)
	if of.Pod == podOther {
		d.Replace = append(d.Replace, "pod")
		d.Notes = append(d.Notes, podNote(prior.model, of.PodPaths))
	}
	d.changeInPlace(prior, plan, rec, of.Differs.Pod)
	if len(rec.Standing.Unlabelled) > 0 {
		d.Unknown = append(d.Unknown, "labels_all")
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

// replaceForAttributes replaces what runs, and is to go on running, for what can't be changed
// on a Pod. A stopped instance has none: it takes up the change when it is started.
func (d *decision) replaceForAttributes(prior, plan resourceModel, of differences) {
	if prior.Status.ValueString() == statusStopped || plan.DesiredStatus.ValueString() == powerStopped {
		return
	}
	d.Replace = append(d.Replace, of.Attributes...)
	if !plan.SecretEnvVersion.Equal(prior.SecretEnvVersion) {
		d.Replace = append(d.Replace, "secret_env_wo_version")
	}
}

func (d *decision) replaceForStatus(prior, plan resourceModel, rec record) {
	found := prior
	if !plan.ReplaceOn.IsUnknown() {
		found.ReplaceOn = plan.ReplaceOn
	}
	if r, gone := replacementFor(found, rec.Standing); gone {
		d.Replace = append(d.Replace, "status")
		d.Unknown = append(d.Unknown, "status")
		d.Cause = &note{Attribute: "status", Summary: r.Summary, Detail: r.Detail}
	}
	if rec.Missed != "" && rec.Missed == prior.UID.ValueString() && d.Cause == nil {
		d.Replace = append(d.Replace, "status")
		d.Unknown = append(d.Unknown, "status")
		d.Cause = &note{
			Attribute: "status", Summary: "Instance will be replaced because of its image",
			Detail: prior.key().ref().String() + " finished before it used its last new image. It doesn't run again, so apply replaces it.",
		}
	}
}

// takenNote is about a stopped instance whose name somebody else's Pod has.
func takenNote(k key) note {
	return note{
		Attribute: "desired_status", Summary: "Another Pod has the name of the instance " + k.String(),
		Detail: fmt.Sprintf("Something else created %s, without this provider's labels, while the instance was stopped. The instance can't start while that Pod has its name: the apply would fail. Delete that Pod, or give this instance another name.", k.ref()),
	}
}

// takenError is why such an instance can't be started.
func takenError(k key) error {
	return fmt.Errorf("another Pod has the name of the instance: something else created %s, without this provider's labels, while the instance was stopped. The provider leaves it alone. Delete it and apply again, or give this instance another name", k.ref())
}

// unrecordedNote is about a size that is in force and isn't recorded.
func unrecordedNote(k key) note {
	return note{
		Summary: "An update of the instance was interrupted",
		Detail:  fmt.Sprintf("%s has a new size, but the update ended before it recorded that in the annotation %s. A stopped instance is started again from that annotation. Apply records the size.", k.ref(), kube.AnnotationSpec),
	}
}

func (d *decision) resize(prior, plan, config resourceModel, rec record, resizable bool) {
	for _, name := range droppedLimits(prior.model, config.model, rec.Limited) {
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
}

func (d *decision) changeInPlace(prior, plan resourceModel, rec record, podDiffers bool) {
	differs := !plan.Image.Equal(prior.Image)
	if differs && rec.Standing.finished() {
		d.Replace = append(d.Replace, "image")
		d.Notes = append(d.Notes, note{
			Attribute: "image", Summary: "Instance will be replaced because of its image",
			Detail: prior.key().ref().String() + " has finished, so its image can't be changed in place.",
		})
		return
	}
	// A resize changes what the instance would be made anew from, which is noted
	// on it, and so does a pod that says more of what the Pod is already.
	if rec.Unrecorded {
		d.Unknown = append(d.Unknown, "annotations_all")
		d.Notes = append(d.Notes, unrecordedNote(prior.key()))
	}
	if differs || rec.Unrecorded || d.Resize != nil || len(rec.Standing.Unlabelled) > 0 || podDiffers || !plan.LabelsAll.Equal(prior.LabelsAll) || !plan.AnnotationsAll.Equal(prior.AnnotationsAll) {
		change := desiredChange(prior.model, plan.model)
		d.Change = &change
	}
}

// powerWanted is what desired_status comes to. Where it was "Stopped" and is left out
// now, a start that was interrupted isn't continued.
func powerWanted(prior, plan resourceModel, seen presence) string {
	if seen.Starting && plan.DesiredStatus.IsNull() && prior.DesiredStatus.ValueString() == powerStopped {
		return powerStopped
	}
	return plan.DesiredStatus.ValueString()
}

// restartAsked reports whether the triggers changed. Setting them for the first
// time, as after an import, or taking them away asks for nothing.
func restartAsked(prior, plan resourceModel) bool {
	return !fw.IsNothing(prior.RestartTriggers) && !fw.IsNothing(plan.RestartTriggers) && wholeMap(plan.RestartTriggers) &&
		!plan.RestartTriggers.Equal(prior.RestartTriggers)
}

// powerUnknown reports whether the instance may be stopped, started or restarted by
// what isn't known yet.
func powerUnknown(prior, plan resourceModel) bool {
	return plan.DesiredStatus.IsUnknown() || !fw.IsNothing(prior.RestartTriggers) && !wholeMap(plan.RestartTriggers)
}

// madeAnewBy names what a Pod that is made anew for a configuration comes to.
func madeAnewBy(config model) []string {
	return append([]string{"status", "uid", "node", "ip"}, undeclaredSize(config)...)
}

// undeclaredSize names the amounts that a LimitRange chooses whenever the Pod is
// made.
func undeclaredSize(config model) []string {
	var names []string
	if config.CPU.IsNull() {
		names = append(names, cpu)
	}
	if config.Memory.IsNull() {
		names = append(names, memory)
	}
	return names
}

func sizeNote(attribute, why string) note {
	return note{
		Attribute: attribute,
		Summary:   "Instance will be replaced because of its size",
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
	if m.AnnotationsAll.IsUnknown() {
		m.AnnotationsAll = seen.AnnotationsAll
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
