package cluster

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func (r *clusterResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config resourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(validateLimitRange(ctx, config.LimitRange)...)
	resp.Diagnostics.Append(validateShortKeys(path.Root("quota"), config.Quota)...)
	resp.Diagnostics.Append(validateScopedQuotas(config.ScopedQuotas)...)
	resp.Diagnostics.Append(validateNetwork(ctx, config.Network)...)
	resp.Diagnostics.Append(validateAccess(ctx, config.Access)...)
	resp.Diagnostics.Append(validatePodSecurity(config.PodSecurity, config.Labels)...)
}

func (r *clusterResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan resourceModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if isUnread(state.model) {
			fw.AddUnread(&resp.Diagnostics, ref(state.Name.ValueString()))
			return
		}
	}
	if req.Plan.Raw.IsNull() {
		protect(state, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	rec := fw.LoadRecord(ctx, req.Private, record{}, &resp.Diagnostics)
	if !req.State.Raw.IsNull() && plan.Name.Equal(state.Name) {
		var config resourceModel
		resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
		plan = asPrior(ctx, state, config, plan, rec.Adopted)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	}
	plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, plan.Labels)
	plan.AnnotationsAll = fw.LabelsAll(r.defaults.Annotations, plan.Annotations)
	resp.Diagnostics.Append(validatePodSecurity(plan.PodSecurity, plan.Labels)...)
	resp.Diagnostics.Append(validateDefaultPodSecurity(plan.PodSecurity, r.defaults.Labels)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("labels_all"), plan.LabelsAll)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("annotations_all"), plan.AnnotationsAll)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), plan.Name)...)
	if req.State.Raw.IsNull() {
		r.warnOfNew(ctx, plan.model, &resp.Diagnostics)
		return
	}
	if !plan.Name.Equal(state.Name) {
		protect(state, &resp.Diagnostics)
		// Core asks for the successor's plan too, but drops what that warns of.
		r.warnOfNew(ctx, plan.model, &resp.Diagnostics)
		return
	}
	if isTerminating(state.model) {
		r.willRemake(plan.model)
		r.planSuccessor(ctx, plan, resp)
		return
	}
	if !sameMeaning(plan.Quota, state.Quota) || !sameMeaning(plan.LimitRange, state.LimitRange) {
		warn(&resp.Diagnostics, missingDefaults(ctx, plan.Quota, plan.LimitRange))
	}
	warn(&resp.Diagnostics, letGo(state.model, plan.model, rec.Adopted))
	r.warnOfKeys(ctx, state.model, plan.model, rec, &resp.Diagnostics)
	if rec.Namesake != "" {
		for _, name := range []string{"uid", "created_at"} {
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(name), types.StringUnknown())...)
		}
	}
	if rec.Unlabelled || rec.Ending {
		// Nothing that is declared changes, and yet there is something to put back, or to
		// wait for.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("labels_all"), types.MapUnknown(types.StringType))...)
	}
	r.warnOfUse(ctx, state.model, plan.model, rec.Adopted, &resp.Diagnostics)
	r.validateChange(ctx, state.model, plan.model, rec, &resp.Diagnostics)
}

// warnOfNew says what is to be known of a cluster that is made.
func (r *clusterResource) warnOfNew(ctx context.Context, plan model, diags *diag.Diagnostics) {
	warn(diags, missingDefaults(ctx, plan.Quota, plan.LimitRange))
	r.validateNew(ctx, plan, diags)
}

// warnOfUse looks, where a plan lowers a quota, at what is used now. What it sees
// is only said: the plan is the same whatever it is. Nothing is said where it
// can't be seen.
func (r *clusterResource) warnOfUse(ctx context.Context, state, plan model, a adopted, diags *diag.Diagnostics) {
	amounts := lowered(state, plan, a)
	if len(amounts) == 0 || !r.store.connected() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, usageTimeout)
	defer cancel()
	if quotas, err := r.store.Quotas(ctx, plan.Name.ValueString()); err == nil {
		warn(diags, belowUse(amounts, quotas, a))
	}
}

// warnOfKeys looks, where a plan removes labels or annotations, at who else sets
// them. Nothing is said where that can't be seen.
func (r *clusterResource) warnOfKeys(ctx context.Context, state, plan model, rec record, diags *diag.Diagnostics) {
	lost := plannedRemoval(ctx, state, plan, r.defaults)
	if lost.None() || !r.store.connected() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, usageTimeout)
	defer cancel()
	name := state.Name.ValueString()
	if removal, err := r.store.after(rec.Manager).Removal(ctx, name, state.UID.ValueString(), lost); err == nil {
		fw.RemovedKeys{Object: ref(name), Removal: removal, Attribute: attributeOfKey(state)}.Warn(diags)
	}
}

func warn(diags *diag.Diagnostics, warnings []warning) {
	for _, w := range warnings {
		if len(w.At.Steps()) == 0 {
			diags.AddWarning(w.Summary, w.Detail)
			continue
		}
		diags.AddAttributeWarning(w.At, w.Summary, w.Detail)
	}
}

// planSuccessor plans the replacement of a cluster that is being deleted: nothing
// can bring it back.
func (r *clusterResource) planSuccessor(ctx context.Context, plan resourceModel, resp *resource.ModifyPlanResponse) {
	for _, name := range []string{"phase", "uid", "created_at"} {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(name), types.StringUnknown())...)
	}
	resp.RequiresReplace.Append(path.Root("phase"))
	resp.Diagnostics.AddAttributeWarning(path.Root("phase"), "The cluster is being deleted",
		fmt.Sprintf("%s is being deleted and can't be brought back. An apply waits until it is gone, and then recreates it. Everything that was in it is lost.", ref(plan.Name.ValueString())))
}

// protect refuses to plan the end of a protected cluster, unless that has come
// from elsewhere already.
func protect(state resourceModel, diags *diag.Diagnostics) {
	if state.DeletionProtection.ValueBool() && !isTerminating(state.model) {
		diags.AddAttributeError(path.Root("deletion_protection"), "The cluster is protected from deletion",
			fmt.Sprintf("%s would be destroyed with everything in it, but its deletion_protection is true. To allow that, set deletion_protection = false, apply, and plan again.", ref(state.Name.ValueString())))
	}
}
