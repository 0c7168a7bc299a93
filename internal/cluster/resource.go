package cluster

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

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

const (
	createTimeout = 5 * time.Minute
	readTimeout   = 2 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 10 * time.Minute
	// usageTimeout bounds a look at what is used, which a plan can do without.
	usageTimeout = 10 * time.Second
	// rollbackTimeout bounds the removal of a half-made cluster, which goes on
	// when the run was cancelled.
	rollbackTimeout = 30 * time.Second
)

// NewResource returns the resource mar_cluster.
func NewResource() resource.Resource { return &clusterResource{} }

type clusterResource struct {
	store      store
	defaults   fw.Defaults
	validation fw.PlanValidation
}

func (r *clusterResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName
}

func (r *clusterResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Version: schemaVersion, MarkdownDescription: description, Attributes: resourceAttributes(ctx)}
}

func (r *clusterResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identitySchema()
}

func (r *clusterResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		r.store, r.defaults, r.validation = store{client: data.Client}, data.Defaults, data.PlanValidation
	}
}

func (r *clusterResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	want, diags := desiredOf(ctx, plan.model, adopted{})
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := plan.Name.ValueString()
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, warnings := kube.WithWarnings(ctx)
	defer func() { fw.AddServerWarnings(&resp.Diagnostics, ref(name), warnings) }()

	namespace, err := r.store.CreateNamespace(ctx, want.Namespace)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "create the cluster "+name, err, path.Root("name"))
		return
	}
	if manager := r.store.Written(); manager != "" {
		fw.SaveRecord(ctx, resp.Private, record{Manager: manager}, record{}, &resp.Diagnostics)
	}
	have := observed{Namespace: namespace}.own(adopted{})
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: plan.Name})...)
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, adopted{})...)

	have, err = r.store.inNewNamespace().Carry(ctx, want, have, changesBetween(want, have, dropped{}), dropped{})
	if err != nil {
		r.rollBack(ctx, want, have, plan, err, resp)
		return
	}
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, adopted{})...)
}

// rollBack removes a cluster whose children could not be made, while it is still
// empty, so that the error leaves nothing tainted behind.
func (r *clusterResource) rollBack(ctx context.Context, want desired, have observed, plan resourceModel, cause error, resp *resource.CreateResponse) {
	fw.AddError(&resp.Diagnostics, "create the cluster "+plan.Name.ValueString(), cause, placeOf(cause, adopted{}))
	ctx, cancel := kube.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	err := r.store.DeleteEmpty(ctx, have.Namespace, want)
	if err == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, adopted{})...)
	fw.AddError(&resp.Diagnostics, "remove the half-made cluster again", err, path.Empty())
	resp.Diagnostics.AddWarning("The cluster is tainted",
		fmt.Sprintf("%s exists without all that was asked for, and the next apply would replace it. To keep and complete it instead, run terraform untaint with the address of this resource, and apply.", ref(plan.Name.ValueString())))
}

func (r *clusterResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: state.Name})...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()

	rec := fw.LoadRecord(ctx, req.Private, record{}, &resp.Diagnostics)
	// A state that has drifted may hold what no configuration can.
	known, _ := desiredOf(ctx, state.model, rec.Adopted)
	have, err := r.store.Get(ctx, state.Name.ValueString(), known)
	switch {
	case kube.IsGone(err):
		resp.State.RemoveResource(ctx)
	case err != nil:
		fw.AddError(&resp.Diagnostics, "read the cluster "+state.Name.ValueString(), err, placeOf(err, rec.Adopted))
	case isUnread(state.model):
		r.readImported(ctx, have, resp)
	default:
		resp.Diagnostics.Append(r.save(ctx, &resp.State, have, state, rec.Adopted)...)
		if lost := r.store.lostLabel(have); lost != rec.Unlabelled {
			rec.Unlabelled = lost
			fw.SaveRecord(ctx, resp.Private, rec, record{}, &resp.Diagnostics)
		}
		if rec.Unlabelled {
			warn(&resp.Diagnostics, []warning{unlabelled(have)})
		}
	}
}

// readImported reads a cluster that no state has yet, and remembers what of it
// others made.
func (r *clusterResource) readImported(ctx context.Context, have observed, resp *resource.ReadResponse) {
	state, rec := r.imported(ctx, have, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	fw.SaveRecord(ctx, resp.Private, rec, record{}, &resp.Diagnostics)
}

func (r *clusterResource) imported(ctx context.Context, have observed, diags *diag.Diagnostics) (resourceModel, record) {
	rec, notes := recordOf(have)
	imported, more := importedModelOf(ctx, have, r.defaults, rec.Adopted)
	diags.Append(more...)
	state := newResourceModel(ctx, have.Namespace.Name)
	state.model = imported
	for _, note := range notes {
		diags.AddWarning("Not all of the namespace is imported", fmt.Sprintf("%s: %s", ref(have.Namespace.Name), note))
	}
	return state, rec
}

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

	have, err := r.store.Get(ctx, name, before, want)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "update the cluster "+name, err, placeOf(err, rec.Adopted))
		return
	}
	former, unlabelled := rec.Manager, rec.Unlabelled
	rec = record{Adopted: rec.Adopted.remaining(have).keptBy(plan.model), Manager: former}
	want, diags = desiredOf(ctx, plan.model, rec.Adopted)
	resp.Diagnostics.Append(diags...)
	have, lost := have.own(rec.Adopted), droppedBetween(before.Namespace, want.Namespace)
	lost.Own = unlabelled
	have, err = r.store.after(former).Carry(ctx, want, have, changesBetween(want, have, lost), lost)
	if err == nil {
		rec.Manager = r.store.Written()
	}
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan, rec.Adopted)...)
	fw.SaveRecord(ctx, resp.Private, rec, record{}, &resp.Diagnostics)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "update the cluster "+name, err, placeOf(err, rec.Adopted))
	}
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
// knows.
func (r *clusterResource) save(ctx context.Context, state *tfsdk.State, have observed, known resourceModel, a adopted) diag.Diagnostics {
	now, diags := modelOf(ctx, have, known.model, a)
	known.model = now
	diags.Append(state.Set(ctx, known)...)
	return diags
}
