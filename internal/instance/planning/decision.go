package planning

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// Decision is what is to be done about an instance that is there.
type Decision struct {
	// Move is done about its power. Any but StepNone and StepTidy makes it from
	// the plan as a whole, so nothing else is sent then.
	Step power.Step
	// Replace names the attributes that force a replacement.
	Replace []string
	// Notes say why, for people, and Cause why its status replaces it.
	Warnings []causes.Warning
	Cause    *causes.Warning
	// Resize and Change are sent, in this order, when set.
	Resize *manifest.Size
	Change *manifest.Change
	// Unknown names computed attributes that come to rest only in this update,
	// Gone those that the instance has no more.
	Unknown, Gone []string
}

// NeedsProgram names what takes effect only in a program that runs, or will.
func (d Decision) NeedsProgram() string {
	switch {
	case d.Change != nil && d.Change.Image != "":
		return "Its image"
	case d.Resize != nil:
		return "Its size"
	}
	return ""
}

// Facts are what a decision needs to know of the server, and what doesn't change
// between a plan and its apply.
type Facts struct {
	// Resizable is whether it can resize Pods.
	Resizable bool
	// Differs is what the plan changes about the Pod.
	Differs Differences
	// Pod is what a change of pod comes to, PodPaths where it differs.
	Pod      PodChange
	PodPaths []string
}

// Decide compares what is planned with what there is. It is asked in plan, in
// the second plan within an apply, and by the update itself, and answers the
// same each time.
func Decide(prior, plan, config model.Resource, rec PrivateState, of Facts) Decision {
	seen := rec.LastSeen.State
	d := Decision{Step: power.Next(powerWanted(prior, plan, seen), seen, restartAsked(prior, plan))}
	d.replaceForAttributes(prior, plan, of.Differs)
	switch d.Step {
	case power.StepStop:
		d.Gone = append([]string{"uid", "node", "ip"}, UndeclaredSize(config.Instance)...)
		return d
	case power.StepStart, power.StepRestart:
		d.Unknown = madeAnewBy(config.Instance)
		if seen.Starting {
			d.Warnings = append(d.Warnings, causes.Warning{
				Attribute: "status", Summary: "A create, start or restart of the instance was interrupted",
				Detail: manifest.TemplateRef(prior.Cluster.ValueString(), prior.Name.ValueString()).String() + " exists, but the Pod that starts from it doesn't. Apply starts the instance.",
			})
		}
		return d
	case power.StepRefuse:
		d.Unknown = madeAnewBy(config.Instance)
		d.Warnings = append(d.Warnings, takenNote(prior.Key()))
		return d
	case power.StepTidy:
		d.Unknown = append(d.Unknown, "status")
		d.Warnings = append(d.Warnings, causes.Warning{
			Attribute: "status", Summary: "A start or stop of the instance was interrupted",
			Detail: prior.Key().Ref().String() + " runs, but the PodTemplate that kept it while it was stopped still exists. Apply removes that, and waits for the instance as `wait_for` says.",
		})
	case power.StepNone, power.StepReplace, power.StepCreate:
	}
	open := powerUnknown(prior, plan)
	if open {
		d.Unknown = append(d.Unknown, madeAnewBy(config.Instance)...)
	}
	if seen.Stopped() {
		if !open {
			d.Gone = UndeclaredSize(config.Instance)
		}
		return d
	}
	d.replaceForStatus(prior, plan, rec)
	d.resize(prior, plan, config, rec, of.Resizable)
	if of.Pod == podOther {
		d.Replace = append(d.Replace, "pod")
		d.Warnings = append(d.Warnings, podNote(prior.Instance, of.PodPaths))
	}
	d.changeInPlace(prior, plan, rec, of.Differs.Pod)
	if len(rec.LastSeen.Unlabelled) > 0 {
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
func (d *Decision) replaceForAttributes(prior, plan model.Resource, of Differences) {
	if prior.Status.ValueString() == model.StatusStopped || plan.DesiredStatus.ValueString() == model.PowerStopped {
		return
	}
	d.Replace = append(d.Replace, of.Attributes...)
	if !plan.SecretEnvVersion.Equal(prior.SecretEnvVersion) {
		d.Replace = append(d.Replace, "secret_env_wo_version")
	}
}

func (d *Decision) replaceForStatus(prior, plan model.Resource, rec PrivateState) {
	found := prior
	if !plan.ReplaceOn.IsUnknown() {
		found.ReplaceOn = plan.ReplaceOn
	}
	if r, gone := ReplacementFor(found, rec.LastSeen); gone {
		d.Replace = append(d.Replace, "status")
		d.Unknown = append(d.Unknown, "status")
		d.Cause = &causes.Warning{Attribute: "status", Summary: r.Summary, Detail: r.Detail}
	}
	if rec.Missed != "" && rec.Missed == prior.UID.ValueString() && d.Cause == nil {
		d.Replace = append(d.Replace, "status")
		d.Unknown = append(d.Unknown, "status")
		d.Cause = &causes.Warning{
			Attribute: "status", Summary: "Instance will be replaced because of its image",
			Detail: prior.Key().Ref().String() + " finished before it used its last new image. It doesn't run again, so apply replaces it.",
		}
	}
}

// takenNote is about a stopped instance whose name somebody else's Pod has.
func takenNote(k model.Key) causes.Warning {
	return causes.Warning{
		Attribute: "desired_status", Summary: "Another Pod has the name of the instance " + k.String(),
		Detail: fmt.Sprintf("Something else created %s, without this provider's labels, while the instance was stopped. The instance can't start while that Pod has its name: the apply would fail. Delete that Pod, or give this instance another name.", k.Ref()),
	}
}

// TakenError is why such an instance can't be started.
func TakenError(k model.Key) error {
	return fmt.Errorf("another Pod has the name of the instance: something else created %s, without this provider's labels, while the instance was stopped. The provider leaves it alone. Delete it and apply again, or give this instance another name", k.Ref())
}

// unrecordedNote is about a size that is in force and isn't recorded.
func unrecordedNote(k model.Key) causes.Warning {
	return causes.Warning{
		Summary: "An update of the instance was interrupted",
		Detail:  fmt.Sprintf("%s has a new size, but the update ended before it recorded that in the annotation %s. A stopped instance is started again from that annotation. Apply records the size.", k.Ref(), mar.AnnotationSpec),
	}
}

func (d *Decision) resize(prior, plan, config model.Resource, rec PrivateState, resizable bool) {
	for _, name := range droppedLimits(prior.Instance, config.Instance, rec.Limited) {
		d.Replace = append(d.Replace, name)
		d.Unknown = append(d.Unknown, name)
		d.Warnings = append(d.Warnings, sizeNote(name, "Kubernetes can't take a limit away from a running instance"))
	}
	switch sizing := planSize(prior.Instance, plan.Instance, rec.LastSeen, resizable); sizing.Step {
	case stepReplace:
		for _, name := range sizing.Attributes {
			d.Replace = append(d.Replace, name)
			d.Warnings = append(d.Warnings, sizeNote(name, sizing.Why))
		}
	case stepInPlace:
		d.Resize = &sizing.Want
	case stepNone:
	}
}

func (d *Decision) changeInPlace(prior, plan model.Resource, rec PrivateState, podDiffers bool) {
	differs := !plan.Image.Equal(prior.Image)
	if differs && rec.LastSeen.finished() {
		d.Replace = append(d.Replace, "image")
		d.Warnings = append(d.Warnings, causes.Warning{
			Attribute: "image", Summary: "Instance will be replaced because of its image",
			Detail: prior.Key().Ref().String() + " has finished, so its image can't be changed in place.",
		})
		return
	}
	// A resize changes what the instance would be made anew from, which is noted
	// on it, and so does a pod that says more of what the Pod is already.
	if rec.Unrecorded {
		d.Unknown = append(d.Unknown, "annotations_all")
		d.Warnings = append(d.Warnings, unrecordedNote(prior.Key()))
	}
	if differs || rec.Unrecorded || d.Resize != nil || len(rec.LastSeen.Unlabelled) > 0 || podDiffers || !plan.LabelsAll.Equal(prior.LabelsAll) || !plan.AnnotationsAll.Equal(prior.AnnotationsAll) {
		change := manifest.ChangeBetween(prior.Instance, plan.Instance)
		d.Change = &change
	}
}

// powerWanted is what desired_status comes to. Where it was "Stopped" and is left out
// now, a start that was interrupted isn't continued.
func powerWanted(prior, plan model.Resource, seen power.State) string {
	if seen.Starting && plan.DesiredStatus.IsNull() && prior.DesiredStatus.ValueString() == model.PowerStopped {
		return model.PowerStopped
	}
	return plan.DesiredStatus.ValueString()
}

// restartAsked reports whether the triggers changed. Setting them for the first
// time, as after an import, or taking them away asks for nothing.
func restartAsked(prior, plan model.Resource) bool {
	return !fw.IsNothing(prior.RestartTriggers) && !fw.IsNothing(plan.RestartTriggers) && model.WholeMap(plan.RestartTriggers) &&
		!plan.RestartTriggers.Equal(prior.RestartTriggers)
}

// powerUnknown reports whether the instance may be stopped, started or restarted by
// what isn't known yet.
func powerUnknown(prior, plan model.Resource) bool {
	return plan.DesiredStatus.IsUnknown() || !fw.IsNothing(prior.RestartTriggers) && !model.WholeMap(plan.RestartTriggers)
}

// madeAnewBy names what a Pod that is made anew for a configuration comes to.
func madeAnewBy(config model.Instance) []string {
	return append([]string{"status", "uid", "node", "ip"}, UndeclaredSize(config)...)
}

// UndeclaredSize names the amounts that a LimitRange chooses whenever the Pod is
// made.
func UndeclaredSize(config model.Instance) []string {
	var names []string
	if config.CPU.IsNull() {
		names = append(names, manifest.CPU)
	}
	if config.Memory.IsNull() {
		names = append(names, manifest.Memory)
	}
	return names
}

func sizeNote(attribute, why string) causes.Warning {
	return causes.Warning{
		Attribute: attribute,
		Summary:   "Instance will be replaced because of its size",
		Detail:    "This change of `" + attribute + "` can't be made in place: " + strings.TrimSuffix(why, ".") + ".",
	}
}

// completed is what a plan came to: what it knew stays as it was planned, and
// what it didn't is as it was seen.
func completed(plan, seen model.Instance) model.Instance {
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
func droppedLimits(prior, config model.Instance, limited []string) []string {
	var names []string
	if config.CPU.IsNull() && !prior.CPU.IsNull() && slices.Contains(limited, manifest.CPU) {
		names = append(names, manifest.CPU)
	}
	if config.Memory.IsNull() && !prior.Memory.IsNull() && slices.Contains(limited, manifest.Memory) {
		names = append(names, manifest.Memory)
	}
	return names
}

// LimitedBy names the limits that a configuration declares.
func LimitedBy(config model.Instance) []string {
	var names []string
	if !config.CPU.IsNull() {
		names = append(names, manifest.CPU)
	}
	if !config.Memory.IsNull() {
		names = append(names, manifest.Memory)
	}
	return names
}
