package instance

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
)

// ModifyPlan fills in what can be known before an apply, and says which changes
// replace the instance.
func (r *instanceResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if destroying := req.Plan.Raw.IsNull(); destroying || r.store == nil {
		return
	}
	var plan model.Resource
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, plan.Labels)
	plan.AnnotationsAll = fw.LabelsAll(r.defaults.Annotations, plan.Annotations)
	if !plan.Cluster.IsUnknown() && !plan.Name.IsUnknown() {
		plan.ID = types.StringValue(plan.Key().String())
	}
	resp.Diagnostics.Append(hostPathWarning(ctx, req.State, plan.Volumes)...)
	if req.State.Raw.IsNull() {
		r.planNew(ctx, req, resp, &plan)
	} else {
		r.planChange(ctx, req, resp, &plan)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

func (r *instanceResource) planChange(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan *model.Resource) {
	var prior, config model.Resource
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	rec := fw.LoadRecord(ctx, req.Private, planning.DefaultPrivateState(prior), &resp.Diagnostics)
	if model.IsUnread(prior.Instance) {
		fw.AddUnread(&resp.Diagnostics, prior.Key().Ref())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	of := planning.Facts{Resizable: true, Differs: planning.DifferencesBetween(ctx, prior.Instance, plan.Instance)}
	*plan = of.Differs.AsPrior(ctx, prior, config, *plan)
	if of.Differs.Pod {
		var diags diag.Diagnostics
		var err error
		of.Pod, of.PodPaths, diags, err = planning.ComparePod(ctx, prior, *plan, r.store.Reader(ctx, prior.Key(), prior.UID.ValueString()))
		resp.Diagnostics.Append(diags...)
		if err != nil {
			fw.AddError(&resp.Diagnostics, "compare pod with the instance "+prior.Key().String(), err, path.Root("pod"))
		}
		if resp.Diagnostics.HasError() {
			return
		}
	}
	d := planning.Decide(prior, *plan, config, rec, of)
	if d.Resize != nil {
		var err error
		if of.Resizable, err = r.store.Resizable(); err != nil {
			fw.AddError(&resp.Diagnostics, "plan the new size of the instance "+prior.Key().String(), err, path.Empty())
			return
		}
		d = planning.Decide(prior, *plan, config, rec, of)
	}
	for _, name := range d.Replace {
		resp.RequiresReplace.Append(planning.ReplacedBy(name, prior.Instance, plan.Instance)...)
	}
	addNotes(&resp.Diagnostics, d.Warnings)
	if d.Cause != nil && !r.told.Has(prior.Key().String()) {
		addNotes(&resp.Diagnostics, []causes.Warning{*d.Cause})
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, *plan)...)
	if changes := !resp.Plan.Raw.Equal(req.State.Raw) || len(d.Replace) > 0 || d.Step == power.StepTidy || rec.Unrecorded || rec.LastSeen.State.Starting || len(rec.LastSeen.Unlabelled) > 0; changes {
		r.warnOfKeys(ctx, planning.PlannedChange{Prior: &prior, Plan: *plan, Config: config, Record: rec, Todo: d}, &resp.Diagnostics)
		setUnknown(plan, d.Unknown)
		setGone(plan, d.Gone)
		if d.Step == power.StepStop {
			plan.Status = types.StringValue(model.StatusStopped)
		}
		r.validatePlan(ctx, planning.PlannedChange{Prior: &prior, Plan: *plan, Config: config, Record: rec, Todo: d}, &resp.Diagnostics)
	}
}

func addNotes(diags *diag.Diagnostics, notes []causes.Warning) {
	for _, n := range notes {
		if n.Attribute == "" {
			diags.AddWarning(n.Summary, n.Detail)
			continue
		}
		diags.AddAttributeWarning(path.Root(n.Attribute), n.Summary, n.Detail)
	}
}

// setUnknown leaves to the apply what the attributes come to.
func setUnknown(plan *model.Resource, names []string) {
	if slices.Contains(names, "labels_all") {
		plan.LabelsAll = types.MapUnknown(types.StringType)
	}
	if slices.Contains(names, "annotations_all") {
		plan.AnnotationsAll = types.MapUnknown(types.StringType)
	}
	setComputed(plan, names, types.StringUnknown(), fwtypes.NewQuantityUnknown())
}

// setGone empties what an instance doesn't have while it is stopped.
func setGone(plan *model.Resource, names []string) {
	setComputed(plan, names, types.StringNull(), fwtypes.NewQuantityNull())
}

func setComputed(plan *model.Resource, names []string, text types.String, amount fwtypes.Quantity) {
	for _, name := range names {
		switch name {
		case "status":
			plan.Status = text
		case "uid":
			plan.UID = text
		case "node":
			plan.Node = text
		case "ip":
			plan.IP = text
		case manifest.CPU:
			plan.CPU = amount
		case manifest.Memory:
			plan.Memory = amount
		}
	}
}

// planNew says what is known of an instance that is made stopped. Core asks for it
// also where another one is replaced.
func (r *instanceResource) planNew(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan *model.Resource) {
	var config model.Resource
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	// Of one that is replaced, only what its state makes no difference to is of use.
	rec := fw.LoadRecord(ctx, req.Private, planning.DefaultPrivateState(model.Resource{}), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.DesiredStatus.ValueString() == model.PowerStopped {
		plan.Status = types.StringValue(model.StatusStopped)
		setGone(plan, append([]string{"uid", "node", "ip"}, planning.UndeclaredSize(config.Instance)...))
	}
	r.validatePlan(ctx, planning.PlannedChange{Plan: *plan, Config: config, Record: rec}, &resp.Diagnostics)
}
