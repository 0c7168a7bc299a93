package instance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

const (
	defaultTimeout     = 10 * time.Minute
	defaultReadTimeout = 2 * time.Minute

	generatedPrefix = "mar-i-"
)

var (
	_ resource.ResourceWithConfigure      = (*instanceResource)(nil)
	_ resource.ResourceWithIdentity       = (*instanceResource)(nil)
	_ resource.ResourceWithImportState    = (*instanceResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*instanceResource)(nil)
	_ resource.ResourceWithMoveState      = (*instanceResource)(nil)
	_ resource.ResourceWithUpgradeState   = (*instanceResource)(nil)
	_ resource.ResourceWithValidateConfig = (*instanceResource)(nil)
)

// NewResource returns the resource mar_instance.
func NewResource() resource.Resource { return &instanceResource{} }

type instanceResource struct {
	store      *store
	defaults   fw.Defaults
	told       *fw.Told
	validation fw.PlanValidation
}

func (r *instanceResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName
}

func (r *instanceResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		Version:             schemaVersion,
		MarkdownDescription: "A MAR instance: one program in a container, with its share of CPU and memory, on one of the cluster's machines. In Kubernetes it is a Pod.\n\nOnly `image` and the cluster's name are needed. By default the instance runs under the *restricted* Pod Security level, is started again each time it ends, and an apply waits until it is ready. An instance that failed or was evicted is replaced by the next apply.",
		Attributes:          resourceAttributes(ctx),
	}
}

func (r *instanceResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Version: fw.IdentityVersion, Attributes: identityAttributes()}
}

func (r *instanceResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		r.store, r.defaults, r.told, r.validation = newStore(data.Client), data.Defaults, &data.Told, data.PlanValidation
	}
}

// Create makes the instance and waits for it. Whatever there is then is in the state,
// with an error too.
func (r *instanceResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	named := !plan.Name.IsUnknown()
	if !named {
		plan.Name = types.StringValue(generatedPrefix + kube.RandomSuffix())
	}
	plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, plan.Labels)
	plan.AnnotationsAll = fw.LabelsAll(r.defaults.Annotations, plan.Annotations)
	rec := record{Limited: limitedBy(config.model)}
	made, diags := partsOf(ctx, plan, config, types.Int64Null(), rec)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	ref := plan.key().ref()
	sending, warnings := kube.WithWarnings(ctx)
	have, made, err := r.store.New(sending, made, newcomer{Named: named, Stopped: plan.DesiredStatus.ValueString() == powerStopped})
	fw.AddServerWarnings(&resp.Diagnostics, ref, warnings)
	if err != nil {
		addCreateError(&resp.Diagnostics, plan.model, err)
		switch {
		case have.Pod != nil:
			addHalfMade(&resp.Diagnostics, plan.key())
		case have.Template == nil:
			return
		}
	}

	rec, notes := rec.made(made, have, plan)
	rec.Manager = r.store.Written()
	addNotes(&resp.Diagnostics, notes)
	aim := goalOf(plan)
	if !resp.Diagnostics.HasError() && have.Pod != nil {
		have.Pod, err = r.store.Await(ctx, have.Pod, aim)
	}
	out := saving{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	plan, rec = withResult(plan, have), rec.found(have, plan)
	out.save(ctx, plan, rec)
	fw.SaveSeen(ctx, resp.Private, r.foresee(ctx, plan, config, rec, have), &resp.Diagnostics)
	switch {
	case resp.Diagnostics.HasError():
	case fw.IsCancelled(err):
		fw.AddCancelled(&resp.Diagnostics, ref, aim.String(), err)
	case err != nil:
		fw.AddError(&resp.Diagnostics, "bring up the instance "+plan.key().String(), tainted(err), path.Empty())
	}
}

// tainted adds what Terraform makes of an error in a create.
func tainted(err error) error {
	var waited *kube.WaitError
	if errors.As(err, &waited) {
		waited.Advice += "\n\nThe instance exists and is in the state, marked as tainted, so the next apply replaces it. If it works by then, keep it with `terraform untaint <its address>`."
	}
	return err
}

func addCreateError(diags *diag.Diagnostics, m model, err error) {
	k := m.key()
	doing := "create the instance " + k.String()
	if kube.AnswerOf(k.ref(), err) == kube.NoNamespace {
		fw.AddError(diags, doing, fmt.Errorf("the cluster %s doesn't exist: create it first, and refer to it as `cluster = mar_cluster.<name>.name` so that Terraform keeps the order (%w)", k.Cluster, err), path.Root("cluster"))
		return
	}
	if fw.IsCancelled(err) {
		diags.AddError("Could not "+doing, "The run was cancelled before the instance was created. Apply again.")
	} else {
		fw.AddError(diags, doing, err, placeOf(err, m))
	}
	var left *leftError
	if errors.As(err, &left) {
		diags.AddError("Could not remove "+left.Left.String(), fmt.Sprintf("%s\n\nThe failed create left it behind. It is in the state, marked as tainted, so the next apply removes it and recreates the instance.", fw.Sentence(left.Why.Error())))
	}
}

// addHalfMade says what becomes of an instance whose Pod was made before the create failed.
func addHalfMade(diags *diag.Diagnostics, k key) {
	diags.AddWarning("The instance "+k.String()+" was created",
		fmt.Sprintf("%s was created before that error. It is in the state, marked as tainted, so the next apply replaces it. To keep it, run `terraform untaint <its address>`: the next apply then adds what is missing.", k.ref()))
}

// Read finds the Pod by its name: one that the provider made anew under that
// name is the same instance, one that somebody else made isn't.
func (r *instanceResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var prior resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	rec := fw.LoadRecord(ctx, req.Private, usualRecord(prior), &resp.Diagnostics)
	ctx, cancel := withTimeout(ctx, prior.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	out := saving{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	have, err := r.store.Look(ctx, prior.key())
	if err != nil {
		fw.AddError(&resp.Diagnostics, "read the instance "+prior.key().String(), err, path.Empty())
		return
	}
	importing := isUnread(prior.model)
	seen := presenceIn(have, prior, importing)
	if !importing || seen.Pod == podForeign {
		r.explain(ctx, prior, have, seen, &resp.Diagnostics)
	}
	switch {
	case seen.gone():
		out.identify(ctx, prior.key())
		resp.State.RemoveResource(ctx)
		return
	case importing && !seen.stopped():
		if owner := controllerOf(have.Pod); owner != "" {
			resp.Diagnostics.AddError("Could not import the instance "+prior.key().String(),
				fmt.Sprintf("%s belongs to %s, which creates and replaces it, so Terraform can't manage it as well. Manage %s instead, or create a separate instance.", prior.key().ref(), owner, owner))
			return
		}
		r.warnOfUnknownFields(ctx, prior.key(), &resp.Diagnostics)
	}
	if err := r.read(ctx, &prior, &rec, have, seen, importing, &resp.Diagnostics); err != nil {
		fw.AddError(&resp.Diagnostics, "read the Secret of the instance "+prior.key().String(), err, path.Root("secret_env_wo_version"))
		return
	}
	out.save(ctx, prior, rec)
}

// read brings state and record up to what was found.
func (r *instanceResource) read(ctx context.Context, state *resourceModel, rec *record, have found, seen presence, importing bool, diags *diag.Diagnostics) error {
	subject := have.subject(seen)
	if importing {
		*state = newResourceModel(ctx)
		var more diag.Diagnostics
		state.model, rec.Limited, more = imported(ctx, subject, r.store.Manager(), r.defaults)
		diags.Append(more...)
		rec.Unset = unsetIn(subject, state.model)
	} else {
		prior := *state
		state.model = rec.asSent(prior.model, observed(subject, prior.model, rec.Limited))
		state.Image = rec.image(state.Image)
		state.model = settled(prior, state.model)
		if !prior.DesiredStatus.IsNull() {
			state.DesiredStatus = types.StringValue(powerOf(seen))
		}
	}
	size := rec.Standing.Size
	rec.Standing = standingOf(subject, seen).steady(*state)
	rec.Standing.Unlabelled = lostLabels(have, seen, r.store.Manager())
	rec.Standing.Size = rec.Standing.Size.speltAs(size)
	return r.readSecret(ctx, state, rec, ownSecret(subject, state.model), importing)
}

// Delete removes that very Pod and waits until it is gone; the instance's
// Secret goes with it.
func (r *instanceResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := withTimeout(ctx, state.Timeouts.Delete, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.store.Remove(ctx, state.key(), state.UID.ValueString()); err != nil {
		fw.AddError(&resp.Diagnostics, "delete the instance "+state.key().String(), err, path.Empty())
	}
}

// ImportState takes the ID cluster/name or the identity; Read does the rest.
func (r *instanceResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var k key
	var err error
	if req.ID != "" {
		k, err = parseID(req.ID)
	} else {
		var identity identityModel
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		k, err = newKey(identity.Cluster.ValueString(), identity.Name.ValueString())
	}
	if err != nil {
		resp.Diagnostics.AddError("Invalid import ID of an instance", err.Error()+".")
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("cluster"), k.Cluster)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), k.Name)...)
	saving{Identity: resp.Identity, Diagnostics: &resp.Diagnostics}.identify(ctx, k)
}

func withTimeout(ctx context.Context, configured func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), otherwise time.Duration, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	limit, more := configured(ctx, otherwise)
	diags.Append(more...)
	return kube.WithTimeout(ctx, limit)
}

// saving is where a response keeps an instance.
type saving struct {
	State       *tfsdk.State
	Identity    *tfsdk.ResourceIdentity
	Private     fw.PrivateWriter
	Diagnostics *diag.Diagnostics
}

func (s saving) save(ctx context.Context, state resourceModel, rec record) {
	s.Diagnostics.Append(s.State.Set(ctx, state)...)
	s.identify(ctx, state.key())
	rec.Name = state.Name.ValueString()
	fw.SaveRecord(ctx, s.Private, rec, usualRecord(state), s.Diagnostics)
}

func (s saving) identify(ctx context.Context, k key) {
	if s.Identity != nil {
		s.Diagnostics.Append(s.Identity.Set(ctx, k.identity())...)
	}
}
