package cluster

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

func (r *clusterResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	resp.Diagnostics.Append(diags...)
	protect(state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	name := state.Name.ValueString()
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()

	rec := fw.LoadRecord(ctx, req.Private, record{}, &resp.Diagnostics)
	contents, err := r.lookInto(ctx, state, rec.Adopted)
	if err == nil && !state.ForceDestroy.ValueBool() {
		refuseToEmpty(name, contents, &resp.Diagnostics)
	} else if err != nil && !state.ForceDestroy.ValueBool() {
		fw.AddError(&resp.Diagnostics, "look into the cluster "+name+" before destroying it", err, path.Empty())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.store.Delete(ctx, name, state.UID.ValueString()); err != nil {
		fw.AddError(&resp.Diagnostics, "destroy the cluster "+name, err, path.Empty())
		return
	}
	report := removed(contents)
	if err != nil {
		report = fw.Sentence(err.Error())
	}
	if report != "" {
		resp.Diagnostics.AddWarning("The cluster was destroyed with what was in it",
			fmt.Sprintf("force_destroy is set, so the destroy of %s took along what this resource didn't put there:\n\n%s", ref(name), report))
	}
}

// lookInto lists what a destroy would take along. What is terminating already
// needs no look.
func (r *clusterResource) lookInto(ctx context.Context, state resourceModel, a adopted) (kube.Contents, error) {
	known, _ := desiredOf(ctx, state.model, a)
	have, err := r.store.Get(ctx, state.Name.ValueString(), known)
	if kube.IsGone(err) || err == nil && phaseOf(have.Namespace) == phaseTerminating {
		return kube.Contents{}, nil
	}
	if err != nil {
		return kube.Contents{}, err
	}
	return r.store.Foreign(ctx, have.own(a))
}

// refuseToEmpty errs where a destroy would take along what isn't the cluster's.
func refuseToEmpty(name string, contents kube.Contents, diags *diag.Diagnostics) {
	report := inhabitants(contents)
	switch {
	case report == "":
	case len(contents.Objects) > 0:
		diags.AddAttributeError(path.Root("force_destroy"), "The cluster isn't empty",
			fmt.Sprintf("%s holds what this resource didn't put there, and a destroy would remove it too:\n\n%s\n\nRemove it first. To destroy it along with the cluster, set force_destroy = true, apply, and then destroy.", ref(name), report))
	default:
		diags.AddAttributeError(path.Root("force_destroy"), "The cluster may not be empty",
			fmt.Sprintf("It can't be told whether %s holds something that a destroy would remove too:\n\n%s\n\nUse credentials that may list these kinds. To destroy the cluster whatever is in it, set force_destroy = true, apply, and then destroy.", ref(name), report))
	}
}
