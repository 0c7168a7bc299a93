package cluster

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/store"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var (
	_ resource.ResourceWithConfigure      = (*clusterResource)(nil)
	_ resource.ResourceWithIdentity       = (*clusterResource)(nil)
	_ resource.ResourceWithImportState    = (*clusterResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*clusterResource)(nil)
	_ resource.ResourceWithMoveState      = (*clusterResource)(nil)
	_ resource.ResourceWithUpgradeState   = (*clusterResource)(nil)
	_ resource.ResourceWithValidateConfig = (*clusterResource)(nil)
)

// NewResource returns the resource mar_cluster.
func NewResource() resource.Resource { return &clusterResource{} }

type clusterResource struct {
	store      store.Store
	defaults   fw.Defaults
	validation fw.PlanValidation
}

func (r *clusterResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + child.TypeName
}

func (r *clusterResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Version: schemaVersion, MarkdownDescription: description, Attributes: resourceAttributes(ctx)}
}

func (r *clusterResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identitySchema()
}

func (r *clusterResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		r.store, r.defaults, r.validation = store.Store{Client: data.Client}, data.Defaults, data.PlanValidation
	}
}

func (r *clusterResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model.Resource
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, child.CreateTimeout)
	resp.Diagnostics.Append(diags...)
	want, diags := objects.DesiredOf(ctx, plan.Cluster, child.Adopted{})
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := plan.Name.ValueString()
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, warnings := kube.WithWarnings(ctx)
	defer func() { fw.AddServerWarnings(&resp.Diagnostics, child.ClusterRef(name), warnings) }()

	namespace, err := r.store.CreateNamespace(ctx, want.Namespace)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "create the cluster "+name, err, placeOfNew(err))
		return
	}
	if manager := r.store.Written(); manager != "" {
		fw.SaveRecord(ctx, resp.Private, privateState{Manager: manager}, privateState{}, &resp.Diagnostics)
	}
	have := objects.Observed{Namespace: namespace}.Own(child.Adopted{})
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: plan.Name})...)
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, child.Adopted{})...)

	steps := objects.ChangesBetween(want, have, objects.Dropped{})
	have, err = r.store.InNewNamespace().Carry(ctx, want, have, steps, objects.Dropped{})
	if err != nil {
		r.rollBack(ctx, want, have, plan, err, resp)
		return
	}
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, child.Adopted{})...)
	if err = r.store.AwaitForce(ctx, have, steps); err == nil {
		err = r.store.AwaitAccount(ctx, name)
	}
	if addUnforced(&resp.Diagnostics, "create the cluster "+name, err) {
		resp.Diagnostics.AddWarning("The cluster is tainted",
			fmt.Sprintf("%s has everything that was requested, but the next apply would replace it. To keep it, run terraform untaint with the address of this resource.", child.ClusterRef(name)))
	}
}

// addUnforced says that what was written isn't in force yet, and reports whether that is an
// error. Where the run was cancelled it is none, for an error taints what is whole.
func addUnforced(diags *diag.Diagnostics, doing string, err error) bool {
	var waited *kube.WaitError
	switch {
	case err == nil:
		return false
	case fw.IsCancelled(err) && errors.As(err, &waited):
		diags.AddWarning("Stopped waiting for "+waited.Ref.String(),
			fmt.Sprintf("The run was cancelled while %s was expected to %s. Everything was written, and is in the state.", waited.Ref, waited.Goal))
		return false
	}
	fw.AddError(diags, doing, err, placeOf(err, child.Adopted{}))
	return true
}

// rollBack removes a cluster whose children could not be made, while it is still
// empty, so that the error leaves nothing tainted behind. Once its deletion was accepted
// it is in no state any more; the next create waits for its end.
func (r *clusterResource) rollBack(ctx context.Context, want objects.Desired, have objects.Observed, plan model.Resource, cause error, resp *resource.CreateResponse) {
	fw.AddError(&resp.Diagnostics, "create the cluster "+plan.Name.ValueString(), cause, placeOf(cause, child.Adopted{}))
	ctx, cancel := kube.WithTimeout(context.WithoutCancel(ctx), child.RollbackTimeout)
	defer cancel()
	err := r.store.DeleteEmpty(ctx, have.Namespace, want)
	var (
		ending    *kube.WaitError
		unwatched *store.UnwatchedError
	)
	switch {
	case err == nil:
		resp.State.RemoveResource(ctx)
		return
	case errors.As(err, &ending), errors.As(err, &unwatched):
		resp.State.RemoveResource(ctx)
		resp.Diagnostics.AddWarning("The incomplete cluster is still being deleted",
			fmt.Sprintf("%s is being deleted, and isn't in the state any more. The next apply waits until it is gone, and then recreates it.", child.ClusterRef(plan.Name.ValueString())))
		return
	}
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, child.Adopted{})...)
	fw.AddError(&resp.Diagnostics, "remove the incomplete cluster", err, path.Empty())
	resp.Diagnostics.AddWarning("The cluster is tainted",
		fmt.Sprintf("%s exists but is incomplete, and the next apply would replace it. To keep and complete it instead, run terraform untaint with the address of this resource, and apply.", child.ClusterRef(plan.Name.ValueString())))
}

func (r *clusterResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model.Resource
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, child.ReadTimeout)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: state.Name})...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()

	rec := fw.LoadRecord(ctx, req.Private, privateState{}, &resp.Diagnostics)
	// A state that has drifted may hold what no configuration can.
	known, _ := objects.DesiredOf(ctx, state.Cluster, rec.Adopted)
	have, found, err := r.store.Get(ctx, state.Name.ValueString(), known)
	switch {
	case err != nil:
		r.addUnreadable(ctx, state, rec, err, resp)
	case !found:
		resp.State.RemoveResource(ctx)
	case isUnread(state.Cluster):
		r.readImported(ctx, have, resp)
	case rec.Deleting && isNamesake(state.Cluster, have.Namespace):
		// The state's own is gone, by a destroy that was accepted.
		resp.State.RemoveResource(ctx)
	default:
		r.refresh(ctx, have, state, rec, resp)
	}
}

// refresh reads a cluster that the state has, and remembers what of it isn't as it should
// be and has no attribute.
func (r *clusterResource) refresh(ctx context.Context, have objects.Observed, state model.Resource, rec privateState, resp *resource.ReadResponse) {
	before := rec
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, state, rec.Adopted)...)
	rec.Namesake, rec.Unlabelled = "", r.store.LostLabel(have)
	if isNamesake(state.Cluster, have.Namespace) {
		rec.Namesake, rec.Unlabelled = string(have.Namespace.UID), false
		warn(&resp.Diagnostics, []child.Warning{namesake(have)})
	}
	if rec.Unlabelled {
		warn(&resp.Diagnostics, []child.Warning{unlabelled(have)})
	}
	ending := have.Own(rec.Adopted).Ending()
	if rec.Ending = len(ending) > 0; rec.Ending {
		warn(&resp.Diagnostics, []child.Warning{endingChildren(have, ending)})
	}
	if rec != before {
		fw.SaveRecord(ctx, resp.Private, rec, privateState{}, &resp.Diagnostics)
	}
}

// addUnreadable says that a cluster can't be read. Of one whose deletion was accepted
// nothing else is to be expected where the rights to read it lay in it.
func (r *clusterResource) addUnreadable(ctx context.Context, state model.Resource, rec privateState, err error, resp *resource.ReadResponse) {
	name := state.Name.ValueString()
	answer := kube.AnswerOf(child.ClusterRef(name), err)
	withoutRights := answer == kube.NotAccepted || store.LacksRight(err) && placeOf(err, rec.Adopted).Equal(path.Empty())
	if rec.Deleting && withoutRights {
		resp.State.RemoveResource(ctx)
		addUnwatched(&resp.Diagnostics, name, err)
		return
	}
	fw.AddError(&resp.Diagnostics, "read the cluster "+name, err, placeOf(err, rec.Adopted))
	if withoutRights {
		resp.Diagnostics.AddWarning("The cluster may be gone",
			fmt.Sprintf("%s stays in the state, because a refusal doesn't mean that it is gone. But rights that were granted inside the cluster end with it. If you know that it is gone, take it out of the state with terraform state rm and the address of this resource.", child.ClusterRef(name)))
	}
}

// readImported reads a cluster that no state has yet, and remembers what of it
// others made.
func (r *clusterResource) readImported(ctx context.Context, have objects.Observed, resp *resource.ReadResponse) {
	state, rec := r.imported(ctx, have, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	fw.SaveRecord(ctx, resp.Private, rec, privateState{}, &resp.Diagnostics)
}

func (r *clusterResource) imported(ctx context.Context, have objects.Observed, diags *diag.Diagnostics) (model.Resource, privateState) {
	rec, notes := recordOf(have)
	imported, more := objects.ImportedModelOf(ctx, have, r.defaults, rec.Adopted)
	diags.Append(more...)
	state := model.NewResource(ctx, have.Namespace.Name)
	state.Cluster = imported
	for _, note := range notes {
		diags.AddWarning("Not all of the namespace is imported", fmt.Sprintf("%s: %s", child.ClusterRef(have.Namespace.Name), note))
	}
	return state, rec
}

// ImportState takes the cluster's name, as ID or as identity.
func (r *clusterResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := req.ID
	if id == "" && req.Identity != nil {
		var given identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &given)...)
		id = given.Name.ValueString()
	}
	name, err := parseID(id)
	if err != nil {
		resp.Diagnostics.AddError("Invalid import ID", err.Error()+".")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), name)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), name)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: types.StringValue(name)})...)
}

// save puts what is there into the state, with the settings that only Terraform
// knows. Who a known cluster is, only an apply changes.
func (r *clusterResource) save(ctx context.Context, state *tfsdk.State, have objects.Observed, known model.Resource, a child.Adopted) diag.Diagnostics {
	now, diags := objects.ModelOf(ctx, have, known.Cluster, a)
	if isNamesake(known.Cluster, have.Namespace) {
		now.UID, now.CreatedAt = known.UID, known.CreatedAt
	}
	known.Cluster = now
	diags.Append(state.Set(ctx, known)...)
	return diags
}
