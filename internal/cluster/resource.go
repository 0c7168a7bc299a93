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
	_ resource.ResourceWithValidateConfig = (*clusterResource)(nil)
)

const (
	createTimeout = 5 * time.Minute
	readTimeout   = 2 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 10 * time.Minute
	// rollbackTimeout bounds the removal of a half-made cluster, which goes on
	// when the run was cancelled.
	rollbackTimeout = 30 * time.Second
)

// NewResource returns the resource mar_cluster.
func NewResource() resource.Resource { return &clusterResource{} }

type clusterResource struct {
	store         store
	defaultLabels map[string]string
}

func (r *clusterResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName
}

func (r *clusterResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: description, Attributes: resourceAttributes(ctx)}
}

func (r *clusterResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identitySchema()
}

func (r *clusterResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		r.store, r.defaultLabels = store{client: data.Client}, data.DefaultLabels
	}
}

func (r *clusterResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var limitRange types.Object
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("limit_range"), &limitRange)...)
	resp.Diagnostics.Append(validateLimitRange(ctx, limitRange)...)
}

func (r *clusterResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state, plan resourceModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		protect(state, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.LabelsAll = fw.LabelsAll(r.defaultLabels, plan.Labels)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("labels_all"), plan.LabelsAll)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), plan.Name)...)
	if req.State.Raw.IsNull() {
		warnOfMissingDefaults(ctx, plan.model, &resp.Diagnostics)
		return
	}
	if !plan.Name.Equal(state.Name) {
		protect(state, &resp.Diagnostics)
	}
	if isTerminating(state.model) {
		r.planSuccessor(ctx, plan, resp)
	}
	if !sameMeaning(plan.Quota, state.Quota) || !sameMeaning(plan.LimitRange, state.LimitRange) {
		warnOfMissingDefaults(ctx, plan.model, &resp.Diagnostics)
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
		fmt.Sprintf("%s is being deleted and can't be brought back. An apply waits until it is gone and makes it anew; what was in it is lost.", ref(plan.Name.ValueString())))
}

// protect refuses to plan the end of a protected cluster, unless that has come
// from elsewhere already.
func protect(state resourceModel, diags *diag.Diagnostics) {
	if state.DeletionProtection.ValueBool() && !isTerminating(state.model) {
		diags.AddAttributeError(path.Root("deletion_protection"), "The cluster is protected from deletion",
			fmt.Sprintf("%s would be destroyed with everything in it, and its deletion_protection is true. To let that happen, set deletion_protection = false, apply, and plan again.", ref(state.Name.ValueString())))
	}
}

func warnOfMissingDefaults(ctx context.Context, plan model, diags *diag.Diagnostics) {
	for _, attribute := range lacksDefaults(ctx, plan) {
		diags.AddAttributeWarning(path.Root("quota").AtName(attribute), "A quota without default limits",
			fmt.Sprintf("The quota limits %[1]s, and limit_range gives containers no default for it. Kubernetes refuses every container that has no %[1]s limit of its own. Set limit_range.container.default, or %[1]s on each instance.", attribute))
	}
}

func (r *clusterResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	want, diags := desiredOf(ctx, plan.model)
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
	have := observed{Namespace: namespace}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: plan.Name})...)
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan)...)

	have, err = r.store.Carry(ctx, want, have, changes{
		Quota: stepOf(want.Quota == nil, false), LimitRange: stepOf(want.LimitRange == nil, false),
	})
	if err != nil {
		r.rollBack(ctx, have, plan, err, resp)
		return
	}
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan)...)
}

// rollBack removes a cluster whose children could not be made, while it is still
// empty, so that the error leaves nothing tainted behind.
func (r *clusterResource) rollBack(ctx context.Context, have observed, plan resourceModel, cause error, resp *resource.CreateResponse) {
	fw.AddError(&resp.Diagnostics, "create the cluster "+plan.Name.ValueString(), cause, path.Empty())
	ctx, cancel := kube.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	err := r.store.DeleteEmpty(ctx, have)
	if err == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan)...)
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

	have, err := r.store.Get(ctx, state.Name.ValueString())
	switch {
	case kube.IsGone(err):
		resp.State.RemoveResource(ctx)
	case err != nil:
		fw.AddError(&resp.Diagnostics, "read the cluster "+state.Name.ValueString(), err, path.Empty())
	case state.UID.IsNull():
		state.model = importedModelOf(have, r.defaultLabels)
		state.ForceDestroy, state.DeletionProtection = types.BoolValue(false), types.BoolValue(false)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	default:
		resp.Diagnostics.Append(r.save(ctx, &resp.State, have, state)...)
	}
}

func (r *clusterResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	want, diags := desiredOf(ctx, plan.model)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{Name: plan.Name})...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := plan.Name.ValueString()
	ctx, cancel := kube.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, warnings := kube.WithWarnings(ctx)
	defer func() { fw.AddServerWarnings(&resp.Diagnostics, ref(name), warnings) }()

	have, err := r.store.Get(ctx, name)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "update the cluster "+name, err, path.Empty())
		return
	}
	now, diags := modelOf(ctx, have, plan.model)
	resp.Diagnostics.Append(diags...)
	have, err = r.store.Carry(ctx, want, have, changesBetween(plan.model, now))
	resp.Diagnostics.Append(r.save(ctx, &resp.State, have, plan)...)
	if err != nil {
		fw.AddError(&resp.Diagnostics, "update the cluster "+name, err, path.Empty())
	}
}

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

	if !state.ForceDestroy.ValueBool() {
		r.refuseToEmpty(ctx, name, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	if err := r.store.Delete(ctx, name, state.UID.ValueString()); err != nil {
		fw.AddError(&resp.Diagnostics, "destroy the cluster "+name, err, path.Empty())
	}
}

// refuseToEmpty errs where a destroy would take along what isn't the cluster's.
func (r *clusterResource) refuseToEmpty(ctx context.Context, name string, diags *diag.Diagnostics) {
	have, err := r.store.Get(ctx, name)
	if kube.IsGone(err) || err == nil && phaseOf(have.Namespace) == phaseTerminating {
		return
	}
	if err != nil {
		fw.AddError(diags, "destroy the cluster "+name, err, path.Empty())
		return
	}
	contents, err := r.store.Foreign(ctx, name)
	if err != nil {
		fw.AddError(diags, "look into the cluster "+name+" before destroying it", err, path.Empty())
		return
	}
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
func (r *clusterResource) save(ctx context.Context, state *tfsdk.State, have observed, known resourceModel) diag.Diagnostics {
	now, diags := modelOf(ctx, have, known.model)
	known.model = now
	diags.Append(state.Set(ctx, known)...)
	return diags
}
