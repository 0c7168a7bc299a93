package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/store"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func (r *clusterResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model.Resource
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, child.UpdateTimeout)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: plan.Name})...)
	rec := fw.LoadRecord(ctx, req.Private, privateState{}, &resp.Diagnostics)
	plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, plan.Labels)
	before, _ := objects.DesiredOf(ctx, state.Cluster, rec.Adopted)
	want, diags := objects.DesiredOf(ctx, plan.Cluster, rec.Adopted)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := plan.Name.ValueString()
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, warnings := kube.WithWarnings(ctx)
	defer func() { fw.AddServerWarnings(&resp.Diagnostics, child.ClusterRef(name), warnings) }()

	have, err := r.planned(ctx, state, rec, before, want)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "update the cluster "+name, err, placeOf(err, rec.Adopted))
		return
	}
	next := privateState{Adopted: objects.KeptBy(plan.Cluster, objects.RemainingOf(rec.Adopted, have)), Manager: rec.Manager}
	want, diags = objects.DesiredOf(ctx, plan.Cluster, next.Adopted)
	resp.Diagnostics.Append(diags...)
	have, lost := have.Own(next.Adopted), objects.DroppedBetween(before.Namespace, want.Namespace)
	lost.Own = rec.Unlabelled || rec.Namesake != ""
	steps := objects.ChangesBetween(want, have, lost)
	have, err = r.store.After(rec.Manager).Carry(ctx, want, have, steps, lost)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "update the cluster "+name, err, placeOf(err, next.Adopted))
		r.saveUnfinished(ctx, have, state, plan, rec, resp)
		return
	}
	next.Manager = r.store.Written()
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, next.Adopted)...)
	fw.SaveRecord(ctx, resp.Private, next, privateState{}, &resp.Diagnostics)
	addUnforced(&resp.Diagnostics, "update the cluster "+name, r.store.AwaitForce(ctx, have, steps))
}

// planned reads the cluster that the plan was made for. Another one is a *kube.GoneError.
func (r *clusterResource) planned(ctx context.Context, state model.Resource, rec privateState, known ...objects.Desired) (objects.Observed, error) {
	name := state.Name.ValueString()
	have, found, err := r.store.Get(ctx, name, known...)
	switch {
	case err != nil:
		return objects.Observed{}, err
	case !found:
		return objects.Observed{}, &kube.GoneError{Ref: child.ClusterRef(name)}
	case !isNamesake(state.Cluster, have.Namespace) && rec.Namesake == "", rec.Namesake == string(have.Namespace.UID):
		return have, nil
	}
	return objects.Observed{}, &kube.GoneError{Ref: child.ClusterRef(name), ReplacedBy: have.Namespace.UID}
}

// saveUnfinished saves after an error what the server holds, attribute by attribute. If it
// can't be read, that is what was there before with what was written since.
func (r *clusterResource) saveUnfinished(ctx context.Context, carried objects.Observed, state, plan model.Resource, rec privateState, resp *resource.UpdateResponse) {
	ctx, cancel := kube.WithTimeout(context.WithoutCancel(ctx), store.LookTimeout)
	defer cancel()
	before, _ := objects.DesiredOf(ctx, state.Cluster, rec.Adopted)
	want, _ := objects.DesiredOf(ctx, plan.Cluster, rec.Adopted)
	now := carried
	if read, found, err := r.store.Get(ctx, state.Name.ValueString(), before, want); err == nil && found && read.Namespace.UID == carried.Namespace.UID {
		now = read
	}
	rec.Adopted = objects.RemainingOf(rec.Adopted, now)
	saved, diags := settledModel(ctx, now, state, plan, rec.Adopted)
	resp.Diagnostics.Append(diags...)
	if rec.Namesake != "" && r.store.Wrote(now) {
		// It is the cluster from now on.
		rec.Namesake = ""
	}
	if rec.Namesake != "" {
		saved.UID, saved.CreatedAt = state.UID, state.CreatedAt
	}
	rec.Unlabelled = r.store.LostLabel(now)
	rec.Ending = len(now.Own(rec.Adopted).Ending()) > 0
	resp.Diagnostics.Append(resp.State.Set(ctx, saved)...)
	fw.SaveRecord(ctx, resp.Private, rec, privateState{}, &resp.Diagnostics)
}
