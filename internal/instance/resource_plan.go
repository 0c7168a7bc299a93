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
	private := fw.LoadRecord(ctx, req.Private, planning.DefaultPrivateState(prior), &resp.Diagnostics)
	if model.IsUnread(prior.Instance) {
		fw.AddUnread(&resp.Diagnostics, prior.Key().Ref())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	facts := planning.Facts{Resizable: true, Differences: planning.DifferencesBetween(ctx, prior.Instance, plan.Instance)}
	*plan = facts.Differences.AsPrior(ctx, prior, config, *plan)
	if facts.Differences.Pod {
		var diags diag.Diagnostics
		var err error
		facts.Pod, facts.PodPaths, diags, err = planning.ComparePod(ctx, prior, *plan, r.store.Reader(ctx, prior.Key(), prior.UID.ValueString()))
		resp.Diagnostics.Append(diags...)
		if err != nil {
			fw.AddError(&resp.Diagnostics, "compare pod with the instance "+prior.Key().String(), err, path.Root("pod"))
		}
		if resp.Diagnostics.HasError() {
			return
		}
	}
	d := planning.Decide(prior, *plan, config, private, facts)
	if d.Resize != nil {
		var err error
		if facts.Resizable, err = r.store.Resizable(); err != nil {
			fw.AddError(&resp.Diagnostics, "plan the new size of the instance "+prior.Key().String(), err, path.Empty())
			return
		}
		d = planning.Decide(prior, *plan, config, private, facts)
	}
	for _, name := range d.Replace {
		resp.RequiresReplace.Append(planning.ReplacedBy(name, prior.Instance, plan.Instance)...)
	}
	addWarnings(&resp.Diagnostics, d.Warnings)
	if d.Cause != nil && !r.warned.Has(prior.Key().String()) {
		addWarnings(&resp.Diagnostics, []causes.Warning{*d.Cause})
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, *plan)...)
	if changes := !resp.Plan.Raw.Equal(req.State.Raw) || len(d.Replace) > 0 || d.Step == power.StepCleanUp || private.Unrecorded || private.LastSeen.State.Starting || len(private.LastSeen.Unlabelled) > 0; changes {
		r.warnOfKeys(ctx, planning.PlannedChange{Prior: &prior, Plan: *plan, Config: config, PrivateState: private, Decision: d}, &resp.Diagnostics)
		setUnknown(plan, d.Unknown)
		setNull(plan, d.Gone)
		if d.Step == power.StepStop {
			plan.Status = types.StringValue(model.StatusStopped)
		}
		r.validatePlan(ctx, planning.PlannedChange{Prior: &prior, Plan: *plan, Config: config, PrivateState: private, Decision: d}, &resp.Diagnostics)
	}
}

// setUnknown marks the attributes as known after the apply.
func setUnknown(plan *model.Resource, names []string) {
	if slices.Contains(names, "labels_all") {
		plan.LabelsAll = types.MapUnknown(types.StringType)
	}
	if slices.Contains(names, "annotations_all") {
		plan.AnnotationsAll = types.MapUnknown(types.StringType)
	}
	setComputed(plan, names, types.StringUnknown(), fwtypes.NewQuantityUnknown())
}

// setNull empties the attributes that a stopped instance doesn't have.
func setNull(plan *model.Resource, names []string) {
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

// planNew plans a new instance. Terraform also calls it for the successor of a replaced one.
func (r *instanceResource) planNew(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan *model.Resource) {
	var config model.Resource
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	// Of one that is replaced, only what its state makes no difference to is of use.
	private := fw.LoadRecord(ctx, req.Private, planning.DefaultPrivateState(model.Resource{}), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.DesiredStatus.ValueString() == model.PowerStopped {
		plan.Status = types.StringValue(model.StatusStopped)
		setNull(plan, append([]string{"uid", "node", "ip"}, planning.UndeclaredSize(config.Instance)...))
	}
	r.validatePlan(ctx, planning.PlannedChange{Plan: *plan, Config: config, PrivateState: private}, &resp.Diagnostics)
}
