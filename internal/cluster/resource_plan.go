package cluster

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/access"
	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/network"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func (r *clusterResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model.Resource
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(limits.Validate(ctx, config.LimitRange)...)
	resp.Diagnostics.Append(quota.ValidateShortKeys(path.Root("quota"), config.Quota)...)
	resp.Diagnostics.Append(quota.ValidateScoped(config.ScopedQuotas)...)
	resp.Diagnostics.Append(network.Validate(ctx, config.Network)...)
	resp.Diagnostics.Append(access.Validate(ctx, config.Access)...)
	resp.Diagnostics.Append(podsecurity.Validate(config.PodSecurity, config.Labels)...)
}

func (r *clusterResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan model.Resource
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if isUnread(state.Cluster) {
			fw.AddUnread(&resp.Diagnostics, child.ClusterRef(state.Name.ValueString()))
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
	rec := fw.LoadRecord(ctx, req.Private, privateState{}, &resp.Diagnostics)
	if !req.State.Raw.IsNull() && plan.Name.Equal(state.Name) {
		var config model.Resource
		resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
		plan = objects.AsPrior(ctx, state, config, plan, rec.Adopted)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	}
	plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, plan.Labels)
	plan.AnnotationsAll = fw.LabelsAll(r.defaults.Annotations, plan.Annotations)
	resp.Diagnostics.Append(podsecurity.Validate(plan.PodSecurity, plan.Labels)...)
	resp.Diagnostics.Append(podsecurity.ValidateDefault(plan.PodSecurity, r.defaults.Labels)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("labels_all"), plan.LabelsAll)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("annotations_all"), plan.AnnotationsAll)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), plan.Name)...)
	if req.State.Raw.IsNull() {
		r.warnOfNew(ctx, plan.Cluster, &resp.Diagnostics)
		return
	}
	if !plan.Name.Equal(state.Name) {
		protect(state, &resp.Diagnostics)
		// Core asks for the successor's plan too, but drops what that warns of.
		r.warnOfNew(ctx, plan.Cluster, &resp.Diagnostics)
		return
	}
	if isTerminating(state.Cluster) {
		r.willRemake(plan.Cluster)
		r.planSuccessor(ctx, plan, resp)
		return
	}
	if !objects.SameMeaning(plan.Quota, state.Quota) || !objects.SameMeaning(plan.LimitRange, state.LimitRange) {
		warn(&resp.Diagnostics, limits.MissingDefaults(ctx, plan.Quota, plan.LimitRange))
	}
	warn(&resp.Diagnostics, letGo(state.Cluster, plan.Cluster, rec.Adopted))
	r.warnOfKeys(ctx, state.Cluster, plan.Cluster, rec, &resp.Diagnostics)
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
	r.warnOfUse(ctx, state.Cluster, plan.Cluster, rec.Adopted, &resp.Diagnostics)
	r.validateChange(ctx, state.Cluster, plan.Cluster, rec, &resp.Diagnostics)
}

// warnOfNew says what is to be known of a cluster that is made.
func (r *clusterResource) warnOfNew(ctx context.Context, plan model.Cluster, diags *diag.Diagnostics) {
	warn(diags, limits.MissingDefaults(ctx, plan.Quota, plan.LimitRange))
	r.validateNew(ctx, plan, diags)
}

// warnOfUse looks, where a plan lowers a quota, at what is used now. What it sees
// is only said: the plan is the same whatever it is. Nothing is said where it
// can't be seen.
func (r *clusterResource) warnOfUse(ctx context.Context, state, plan model.Cluster, a child.Adopted, diags *diag.Diagnostics) {
	amounts := lowered(state, plan, a)
	if len(amounts) == 0 || !r.store.Connected() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, child.UsageTimeout)
	defer cancel()
	if quotas, err := r.store.Quotas(ctx, plan.Name.ValueString()); err == nil {
		warn(diags, belowUse(amounts, quotas, a))
	}
}

// warnOfKeys looks, where a plan removes labels or annotations, at who else sets
// them. Nothing is said where that can't be seen.
func (r *clusterResource) warnOfKeys(ctx context.Context, state, plan model.Cluster, rec privateState, diags *diag.Diagnostics) {
	lost := plannedRemoval(ctx, state, plan, r.defaults)
	if lost.None() || !r.store.Connected() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, child.UsageTimeout)
	defer cancel()
	name := state.Name.ValueString()
	if removal, err := r.store.After(rec.Manager).Removal(ctx, name, state.UID.ValueString(), lost); err == nil {
		fw.RemovedKeys{Object: child.ClusterRef(name), Removal: removal, Attribute: attributeOfKey(state)}.Warn(diags)
	}
}

func warn(diags *diag.Diagnostics, warnings []child.Warning) {
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
func (r *clusterResource) planSuccessor(ctx context.Context, plan model.Resource, resp *resource.ModifyPlanResponse) {
	for _, name := range []string{"phase", "uid", "created_at"} {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(name), types.StringUnknown())...)
	}
	resp.RequiresReplace.Append(path.Root("phase"))
	resp.Diagnostics.AddAttributeWarning(path.Root("phase"), "The cluster is being deleted",
		fmt.Sprintf("%s is being deleted and can't be brought back. An apply waits until it is gone, and then recreates it. Everything that was in it is lost.", child.ClusterRef(plan.Name.ValueString())))
}

// protect refuses to plan the end of a protected cluster, unless that has come
// from elsewhere already.
func protect(state model.Resource, diags *diag.Diagnostics) {
	if state.DeletionProtection.ValueBool() && !isTerminating(state.Cluster) {
		diags.AddAttributeError(path.Root("deletion_protection"), "The cluster is protected from deletion",
			fmt.Sprintf("%s would be destroyed with everything in it, but its deletion_protection is true. To allow that, set deletion_protection = false, apply, and plan again.", child.ClusterRef(state.Name.ValueString())))
	}
}
