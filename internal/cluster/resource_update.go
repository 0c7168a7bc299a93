package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func (r *clusterResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: plan.Name})...)
	rec := fw.LoadRecord(ctx, req.Private, record{}, &resp.Diagnostics)
	plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, plan.Labels)
	before, _ := desiredOf(ctx, state.model, rec.Adopted)
	want, diags := desiredOf(ctx, plan.model, rec.Adopted)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := plan.Name.ValueString()
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, warnings := kube.WithWarnings(ctx)
	defer func() { fw.AddServerWarnings(&resp.Diagnostics, ref(name), warnings) }()

	have, err := r.planned(ctx, state, rec, before, want)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "update the cluster "+name, err, placeOf(err, rec.Adopted))
		return
	}
	next := record{Adopted: keptBy(plan.model, remainingOf(rec.Adopted, have)), Manager: rec.Manager}
	want, diags = desiredOf(ctx, plan.model, next.Adopted)
	resp.Diagnostics.Append(diags...)
	have, lost := have.own(next.Adopted), droppedBetween(before.Namespace, want.Namespace)
	lost.Own = rec.Unlabelled || rec.Namesake != ""
	steps := changesBetween(want, have, lost)
	have, err = r.store.after(rec.Manager).Carry(ctx, want, have, steps, lost)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "update the cluster "+name, err, placeOf(err, next.Adopted))
		r.saveUnfinished(ctx, have, state, plan, rec, resp)
		return
	}
	next.Manager = r.store.Written()
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, next.Adopted)...)
	fw.SaveRecord(ctx, resp.Private, next, record{}, &resp.Diagnostics)
	addUnforced(&resp.Diagnostics, "update the cluster "+name, r.store.AwaitForce(ctx, have, steps))
}

// planned reads the cluster that the plan was made for. Another one is a *kube.GoneError.
func (r *clusterResource) planned(ctx context.Context, state resourceModel, rec record, known ...desired) (observed, error) {
	name := state.Name.ValueString()
	have, found, err := r.store.Get(ctx, name, known...)
	switch {
	case err != nil:
		return observed{}, err
	case !found:
		return observed{}, &kube.GoneError{Ref: ref(name)}
	case !isNamesake(state.model, have.Namespace) && rec.Namesake == "", rec.Namesake == string(have.Namespace.UID):
		return have, nil
	}
	return observed{}, &kube.GoneError{Ref: ref(name), ReplacedBy: have.Namespace.UID}
}

// saveUnfinished saves after an error what the server holds, attribute by attribute. If it
// can't be read, that is what was there before with what was written since.
func (r *clusterResource) saveUnfinished(ctx context.Context, carried observed, state, plan resourceModel, rec record, resp *resource.UpdateResponse) {
	ctx, cancel := kube.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	before, _ := desiredOf(ctx, state.model, rec.Adopted)
	want, _ := desiredOf(ctx, plan.model, rec.Adopted)
	now := carried
	if read, found, err := r.store.Get(ctx, state.Name.ValueString(), before, want); err == nil && found && read.Namespace.UID == carried.Namespace.UID {
		now = read
	}
	rec.Adopted = remainingOf(rec.Adopted, now)
	saved, diags := settledModel(ctx, now, state, plan, rec.Adopted)
	resp.Diagnostics.Append(diags...)
	if rec.Namesake != "" && r.store.wrote(now) {
		// It is the cluster from now on.
		rec.Namesake = ""
	}
	if rec.Namesake != "" {
		saved.UID, saved.CreatedAt = state.UID, state.CreatedAt
	}
	rec.Unlabelled = r.store.lostLabel(now)
	rec.Ending = len(now.own(rec.Adopted).ending()) > 0
	resp.Diagnostics.Append(resp.State.Set(ctx, saved)...)
	fw.SaveRecord(ctx, resp.Private, rec, record{}, &resp.Diagnostics)
}
