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

// Decision is what an update does to an existing instance.
type Decision struct {
	// Step is the change of its power. Any step except StepNone and StepCleanUp makes the instance
	// from the whole plan, so nothing else is sent.
	Step power.Step
	// Replace holds the attributes that force a replacement.
	Replace []string
	// Warnings give the reasons to people. Cause is the reason why the instance's status replaces it.
	Warnings []causes.Warning
	Cause    *causes.Warning
	// Resize and Change are sent in this order, if set.
	Resize *manifest.Size
	Change *manifest.Change
	// Unknown holds the computed attributes that get their value in this update, Gone those that the
	// instance no longer has.
	Unknown, Gone []string
}

// NeedsProgram names what takes effect only in a running program. It is empty if nothing does.
func (d Decision) NeedsProgram() string {
	switch {
	case d.Change != nil && d.Change.Image != "":
		return "Its image"
	case d.Resize != nil:
		return "Its size"
	}
	return ""
}

// Facts is what Decide needs to know about the server. It doesn't change between a plan and its
// apply.
type Facts struct {
	// Resizable reports whether the server can resize Pods.
	Resizable bool
	// Differences is what the plan changes about the Pod.
	Differences Differences
	// Pod is what a change of pod amounts to, PodPaths where pod differs.
	Pod      PodChange
	PodPaths []string
}

// Decide compares the plan with the prior state and the private state. The plan, the second plan
// within an apply, and the update call it, and get the same answer.
func Decide(prior, plan, config model.Resource, private PrivateState, facts Facts) Decision {
	seen := private.LastSeen.State
	d := Decision{Step: power.Next(wantedPower(prior, plan, seen), seen, restartAsked(prior, plan))}
	d.replaceForAttributes(prior, plan, facts.Differences)
	switch d.Step {
	case power.StepStop:
		d.Gone = append([]string{"uid", "node", "ip"}, UndeclaredSize(config.Instance)...)
		return d
	case power.StepStart, power.StepRestart:
		d.Unknown = recreatedAttributes(config.Instance)
		if seen.Starting {
			d.Warnings = append(d.Warnings, causes.Warning{
				Attribute: "status", Summary: "A create, start or restart of the instance was interrupted",
				Detail: manifest.TemplateRef(prior.Cluster.ValueString(), prior.Name.ValueString()).String() + " exists, but the Pod that starts from it doesn't. Apply starts the instance.",
			})
		}
		return d
	case power.StepRefuse:
		d.Unknown = recreatedAttributes(config.Instance)
		d.Warnings = append(d.Warnings, takenWarning(prior.Key()))
		return d
	case power.StepCleanUp:
		d.Unknown = append(d.Unknown, "status")
		d.Warnings = append(d.Warnings, causes.Warning{
			Attribute: "status", Summary: "A start or stop of the instance was interrupted",
			Detail: prior.Key().Ref().String() + " runs, but the PodTemplate that kept it while it was stopped still exists. Apply removes that, and waits for the instance as `wait_for` says.",
		})
	case power.StepNone, power.StepReplace, power.StepCreate:
	}
	open := powerUnknown(prior, plan)
	if open {
		d.Unknown = append(d.Unknown, recreatedAttributes(config.Instance)...)
	}
	if seen.Stopped() {
		if !open {
			d.Gone = UndeclaredSize(config.Instance)
		}
		return d
	}
	d.replaceForStatus(prior, plan, private)
	d.resize(prior, plan, config, private, facts.Resizable)
	if facts.Pod == podOther {
		d.Replace = append(d.Replace, "pod")
		d.Warnings = append(d.Warnings, podWarning(prior.Instance, facts.PodPaths))
	}
	d.changeInPlace(prior, plan, private, facts.Differences.Pod)
	if len(private.LastSeen.Unlabelled) > 0 {
		d.Unknown = append(d.Unknown, "labels_all")
	}
	awaited := prior
	awaited.WaitFor = plan.WaitFor
	for _, name := range pendingAttributes(awaited) {
		if !slices.Contains(d.Unknown, name) {
			d.Unknown = append(d.Unknown, name)
		}
	}
	return d
}

// replaceForAttributes replaces a running instance for attributes that Kubernetes can't change on a
// Pod. A stopped instance has no Pod: it takes the change with its next start.
func (d *Decision) replaceForAttributes(prior, plan model.Resource, of Differences) {
	if prior.Status.ValueString() == model.StatusStopped || plan.DesiredStatus.ValueString() == model.PowerStopped {
		return
	}
	d.Replace = append(d.Replace, of.Attributes...)
	if !plan.SecretEnvVersion.Equal(prior.SecretEnvVersion) {
		d.Replace = append(d.Replace, "secret_env_wo_version")
	}
}

func (d *Decision) replaceForStatus(prior, plan model.Resource, private PrivateState) {
	found := prior
	if !plan.ReplaceOn.IsUnknown() {
		found.ReplaceOn = plan.ReplaceOn
	}
	if r, gone := ReplacementFor(found, private.LastSeen); gone {
		d.Replace = append(d.Replace, "status")
		d.Unknown = append(d.Unknown, "status")
		d.Cause = &causes.Warning{Attribute: "status", Summary: r.Summary, Detail: r.Detail}
	}
	if private.Missed != "" && private.Missed == prior.UID.ValueString() && d.Cause == nil {
		d.Replace = append(d.Replace, "status")
		d.Unknown = append(d.Unknown, "status")
		d.Cause = &causes.Warning{
			Attribute: "status", Summary: "Instance will be replaced because of its image",
			Detail: prior.Key().Ref().String() + " finished before it used its last new image. It doesn't run again, so apply replaces it.",
		}
	}
}

// takenWarning is for a stopped instance whose name is taken by a foreign Pod.
func takenWarning(k model.Key) causes.Warning {
	return causes.Warning{
		Attribute: "desired_status", Summary: "Another Pod has the name of the instance " + k.String(),
		Detail: fmt.Sprintf("Something else created %s, without this provider's labels, while the instance was stopped. The instance can't start while that Pod has its name: the apply would fail. Delete that Pod, or give this instance another name.", k.Ref()),
	}
}

// TakenError says why such an instance can't be started.
func TakenError(k model.Key) error {
	return fmt.Errorf("another Pod has the name of the instance: something else created %s, without this provider's labels, while the instance was stopped. The provider leaves it alone. Delete it and apply again, or give this instance another name", k.Ref())
}

// unrecordedWarning is for a size that is in force but isn't recorded in the Pod's annotation.
func unrecordedWarning(k model.Key) causes.Warning {
	return causes.Warning{
		Summary: "An update of the instance was interrupted",
		Detail:  fmt.Sprintf("%s has a new size, but the update ended before it recorded that in the annotation %s. A stopped instance is started again from that annotation. Apply records the size.", k.Ref(), mar.AnnotationSpec),
	}
}

func (d *Decision) resize(prior, plan, config model.Resource, private PrivateState, resizable bool) {
	for _, name := range droppedLimits(prior.Instance, config.Instance, private.Limited) {
		d.Replace = append(d.Replace, name)
		d.Unknown = append(d.Unknown, name)
		d.Warnings = append(d.Warnings, sizeWarning(name, "Kubernetes can't take a limit away from a running instance"))
	}
	switch resize := decideSize(prior.Instance, plan.Instance, private.LastSeen, resizable); resize.Step {
	case resizeReplace:
		for _, name := range resize.Attributes {
			d.Replace = append(d.Replace, name)
			d.Warnings = append(d.Warnings, sizeWarning(name, resize.Why))
		}
	case resizeInPlace:
		d.Resize = &resize.Want
	case resizeNone:
	}
}

func (d *Decision) changeInPlace(prior, plan model.Resource, private PrivateState, podDiffers bool) {
	differs := !plan.Image.Equal(prior.Image)
	if differs && private.LastSeen.finished() {
		d.Replace = append(d.Replace, "image")
		d.Warnings = append(d.Warnings, causes.Warning{
			Attribute: "image", Summary: "Instance will be replaced because of its image",
			Detail: prior.Key().Ref().String() + " has finished, so its image can't be changed in place.",
		})
		return
	}
	// A resize changes what the instance would be recreated from, which is noted
	// on it, and so does a pod that says more of what the Pod is already.
	if private.Unrecorded {
		d.Unknown = append(d.Unknown, "annotations_all")
		d.Warnings = append(d.Warnings, unrecordedWarning(prior.Key()))
	}
	if differs || private.Unrecorded || d.Resize != nil || len(private.LastSeen.Unlabelled) > 0 || podDiffers || !plan.LabelsAll.Equal(prior.LabelsAll) || !plan.AnnotationsAll.Equal(prior.AnnotationsAll) {
		change := manifest.ChangeBetween(prior.Instance, plan.Instance)
		d.Change = &change
	}
}

// wantedPower is the value of desired_status, with one exception: if it changed from "Stopped" to
// omitted, an interrupted start isn't continued.
func wantedPower(prior, plan model.Resource, seen power.State) string {
	if seen.Starting && plan.DesiredStatus.IsNull() && prior.DesiredStatus.ValueString() == model.PowerStopped {
		return model.PowerStopped
	}
	return plan.DesiredStatus.ValueString()
}

// restartAsked reports whether the triggers changed. Setting them for the first time, as after an
// import, or removing them doesn't restart.
func restartAsked(prior, plan model.Resource) bool {
	return !fw.IsNothing(prior.RestartTriggers) && !fw.IsNothing(plan.RestartTriggers) && model.IsWhollyKnown(plan.RestartTriggers) &&
		!plan.RestartTriggers.Equal(prior.RestartTriggers)
}

// powerUnknown reports whether a value that isn't known yet may stop, start or restart the
// instance.
func powerUnknown(prior, plan model.Resource) bool {
	return plan.DesiredStatus.IsUnknown() || !fw.IsNothing(prior.RestartTriggers) && !model.IsWhollyKnown(plan.RestartTriggers)
}

// recreatedAttributes names the attributes that change when the Pod is recreated.
func recreatedAttributes(config model.Instance) []string {
	return append([]string{"status", "uid", "node", "ip"}, UndeclaredSize(config)...)
}

// UndeclaredSize names the amounts that a LimitRange chooses when a Pod is created.
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

func sizeWarning(attribute, why string) causes.Warning {
	return causes.Warning{
		Attribute: attribute,
		Summary:   "Instance will be replaced because of its size",
		Detail:    "This change of `" + attribute + "` can't be made in place: " + strings.TrimSuffix(why, ".") + ".",
	}
}

// withComputed fills the unknown values of a plan with those that were read.
func withComputed(plan, seen model.Instance) model.Instance {
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

// droppedLimits names the limits that were declared before, and no longer are.
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
