package cluster

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/store"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/contents"
)

func (r *clusterResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model.Resource
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, child.DeleteTimeout)
	resp.Diagnostics.Append(diags...)
	protect(state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	name := state.Name.ValueString()
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()

	rec := fw.LoadRecord(ctx, req.Private, privateState{}, &resp.Diagnostics)
	contents, err := r.lookInto(ctx, state, rec.Adopted)
	if err == nil && !state.ForceDestroy.ValueBool() {
		refuseToEmpty(name, contents, &resp.Diagnostics)
	} else if err != nil && !state.ForceDestroy.ValueBool() {
		fw.AddError(&resp.Diagnostics, "look into the cluster "+name+" before destroying it", err, path.Empty())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.destroy(ctx, state, rec, resp) {
		return
	}
	report := objects.Removed(contents)
	if err != nil {
		report = fw.Sentence(err.Error())
	}
	if report != "" {
		resp.Diagnostics.AddWarning("The cluster was destroyed with what was in it",
			fmt.Sprintf("force_destroy is set, so the destroy of %s also removed what this resource didn't create:\n\n%s", child.ClusterRef(name), report))
	}
}

// destroy deletes the state's Namespace and no other, and reports whether it is gone or
// will be without a further run.
func (r *clusterResource) destroy(ctx context.Context, state model.Resource, rec privateState, resp *resource.DeleteResponse) bool {
	var (
		gone      *kube.GoneError
		unwatched *store.UnwatchedError
		waited    *kube.WaitError
	)
	name := state.Name.ValueString()
	err := r.store.Delete(ctx, name, state.UID.ValueString())
	switch {
	case err == nil:
		return true
	case errors.As(err, &gone) && gone.ReplacedBy != "":
		resp.Diagnostics.AddWarning("Another Namespace with the cluster's name stays",
			fmt.Sprintf("The cluster was already gone. Something else has created another %s since, which stays with everything in it. If it belongs to this configuration, import it, or apply before you destroy.", child.ClusterRef(name)))
		return false
	case errors.As(err, &unwatched):
		addUnwatched(&resp.Diagnostics, name, unwatched.Err)
		return true
	case errors.As(err, &waited):
		// It goes on without this run, and isn't what others have done to the cluster.
		rec.Deleting = true
		fw.SaveRecord(ctx, resp.Private, rec, privateState{}, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("phase"), string(objects.PhaseTerminating))...)
	}
	fw.AddError(&resp.Diagnostics, "destroy the cluster "+name, err, path.Empty())
	return false
}

// addUnwatched says that a deletion goes on without anybody looking.
func addUnwatched(diags *diag.Diagnostics, name string, err error) {
	diags.AddWarning("The cluster's end can't be watched",
		fmt.Sprintf("The API server has accepted the deletion of %s. Since then these credentials may not read it, as happens when their rights were granted inside the cluster: %s\n\nKubernetes finishes the deletion by itself. It isn't in the state any more.", child.ClusterRef(name), fw.Sentence(err.Error())))
}

// lookInto lists what a destroy would take along. What is terminating already, or is
// another one, needs no look.
func (r *clusterResource) lookInto(ctx context.Context, state model.Resource, a child.Adopted) (contents.Contents, error) {
	known, _ := objects.DesiredOf(ctx, state.Cluster, a)
	have, found, err := r.store.Get(ctx, state.Name.ValueString(), known)
	if err != nil {
		return contents.Contents{}, err
	}
	if !found || objects.PhaseOf(have.Namespace) == objects.PhaseTerminating || isNamesake(state.Cluster, have.Namespace) {
		return contents.Contents{}, nil
	}
	return r.store.Foreign(ctx, have.Own(a))
}

// refuseToEmpty errs where a destroy would take along what isn't the cluster's.
func refuseToEmpty(name string, contents contents.Contents, diags *diag.Diagnostics) {
	report := objects.Inhabitants(contents)
	switch {
	case report == "":
	case len(contents.Objects) > 0:
		diags.AddAttributeError(path.Root("force_destroy"), "The cluster isn't empty",
			fmt.Sprintf("%s has objects that this resource didn't create, and a destroy would remove them too:\n\n%s\n\nRemove them first. To destroy them along with the cluster, set force_destroy = true, apply, and then destroy.", child.ClusterRef(name), report))
	default:
		diags.AddAttributeError(path.Root("force_destroy"), "The cluster may not be empty",
			fmt.Sprintf("%s may have objects that this resource didn't create, and a destroy would remove them too:\n\n%s\n\n%s To destroy the cluster with everything in it, set force_destroy = true, apply, and then destroy.", child.ClusterRef(name), report, objects.AdviceOnUnseen(contents)))
	}
}
