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
	"github.com/headgym/terraform-provider-mar/internal/instance/attributes"
	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/instance/store"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

const typeName = "instance"

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
	store      *store.Store
	defaults   fw.Defaults
	warned     *fw.Told
	validation fw.PlanValidation
}

func (r *instanceResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName
}

func (r *instanceResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		Version:             schemaVersion,
		MarkdownDescription: "A MAR instance: one program in a container, with its share of CPU and memory, on one of the cluster's machines. In Kubernetes it is a Pod.\n\nOnly `image` and the cluster's name are needed. By default the instance runs under the *restricted* Pod Security level, is started again each time it ends, and an apply waits until it is ready. An instance that failed or was evicted is replaced by the next apply.",
		Attributes:          attributes.Resource(ctx),
	}
}

func (r *instanceResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Version: fw.IdentityVersion, Attributes: identityAttributes()}
}

func (r *instanceResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		r.store, r.defaults, r.warned, r.validation = store.New(data.Client), data.Defaults, &data.Told, data.PlanValidation
	}
}

// Create creates the instance and waits for it. The state holds what exists then, also after an
// error.
func (r *instanceResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model.Resource
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Create, model.DefaultTimeout, &resp.Diagnostics)
	defer cancel()
	named := !plan.Name.IsUnknown()
	if !named {
		plan.Name = types.StringValue(model.GeneratedPrefix + mar.RandomSuffix())
	}
	plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, plan.Labels)
	plan.AnnotationsAll = fw.LabelsAll(r.defaults.Annotations, plan.Annotations)
	private := planning.PrivateState{Limited: planning.LimitedBy(config.Instance)}
	objects, diags := planning.ObjectsOf(ctx, plan, config, types.Int64Null(), private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	ref := plan.Key().Ref()
	sending, warnings := kube.WithWarnings(ctx)
	have, objects, err := r.store.CreateInstance(sending, objects, store.CreateOptions{Named: named, Stopped: plan.DesiredStatus.ValueString() == model.PowerStopped})
	fw.AddServerWarnings(&resp.Diagnostics, ref, warnings)
	if err != nil {
		addCreateError(&resp.Diagnostics, plan.Instance, err)
		switch {
		case have.Pod != nil:
			addCreatedWarning(&resp.Diagnostics, plan.Key())
		case have.Template == nil:
			return
		}
	}

	private, notices := private.AfterCreate(objects, have, plan)
	private.Manager = r.store.ManagerUsed()
	addWarnings(&resp.Diagnostics, notices)
	goal := waiting.GoalOf(plan)
	if !resp.Diagnostics.HasError() && have.Pod != nil {
		have.Pod, err = r.store.Await(ctx, have.Pod, goal)
	}
	out := output{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	plan, private = planning.WithResult(plan, have), private.WithLastSeen(have, plan)
	out.save(ctx, plan, private)
	fw.SaveSeen(ctx, resp.Private, r.predictNext(ctx, plan, config, private, have), &resp.Diagnostics)
	switch {
	case resp.Diagnostics.HasError():
	case fw.IsCancelled(err):
		fw.AddCancelled(&resp.Diagnostics, ref, goal.String(), err)
	case err != nil:
		fw.AddError(&resp.Diagnostics, "bring up the instance "+plan.Key().String(), tainted(err), path.Empty())
	}
}

// tainted adds to a failed wait that Terraform marks the resource as tainted.
func tainted(err error) error {
	var waited *kube.WaitError
	if errors.As(err, &waited) {
		waited.Advice += "\n\nThe instance exists and is in the state, marked as tainted, so the next apply replaces it. If it works by then, keep it with `terraform untaint <its address>`."
	}
	return err
}

func addCreateError(diags *diag.Diagnostics, m model.Instance, err error) {
	k := m.Key()
	doing := "create the instance " + k.String()
	if kube.AnswerOf(k.Ref(), err) == kube.NoNamespace {
		fw.AddError(diags, doing, fmt.Errorf("the cluster %s doesn't exist: create it first, and refer to it as `cluster = mar_cluster.<name>.name` so that Terraform keeps the order (%w)", k.Cluster, err), path.Root("cluster"))
		return
	}
	if fw.IsCancelled(err) {
		diags.AddError("Could not "+doing, "The run was cancelled before the instance was created. Apply again.")
	} else {
		fw.AddError(diags, doing, err, planning.PathOf(err, m))
	}
	var left *store.LeftoverError
	if errors.As(err, &left) {
		diags.AddError("Could not remove "+left.Leftover.String(), fmt.Sprintf("%s\n\nThe failed create left it behind. It is in the state, marked as tainted, so the next apply removes it and recreates the instance.", fw.Sentence(left.Why.Error())))
	}
}

// addCreatedWarning says that the Pod was created before the create failed.
func addCreatedWarning(diags *diag.Diagnostics, k model.Key) {
	diags.AddWarning("The instance "+k.String()+" was created",
		fmt.Sprintf("%s was created before that error. It is in the state, marked as tainted, so the next apply replaces it. To keep it, run `terraform untaint <its address>`: the next apply then adds what is missing.", k.Ref()))
}

// Read finds the Pod by its name. One that the provider created under that name is the same
// instance, even with another UID. A foreign one isn't.
func (r *instanceResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var prior model.Resource
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	private := fw.LoadRecord(ctx, req.Private, planning.DefaultPrivateState(prior), &resp.Diagnostics)
	ctx, cancel := withTimeout(ctx, prior.Timeouts.Read, model.DefaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	out := output{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	have, err := r.store.FindCached(ctx, prior.Key())
	if err != nil {
		fw.AddError(&resp.Diagnostics, "read the instance "+prior.Key().String(), err, path.Empty())
		return
	}
	importing := model.IsUnread(prior.Instance)
	seen := power.StateIn(have, prior, importing)
	if !importing || seen.Pod == power.PodForeign {
		r.explain(ctx, prior, have, seen, &resp.Diagnostics)
	}
	switch {
	case seen.Gone():
		out.identify(ctx, prior.Key())
		resp.State.RemoveResource(ctx)
		return
	case importing && !seen.Stopped():
		if owner := manifest.ControllerOf(have.Pod); owner != "" {
			resp.Diagnostics.AddError("Could not import the instance "+prior.Key().String(),
				fmt.Sprintf("%s belongs to %s, which creates and replaces it, so Terraform can't manage it as well. Manage %s instead, or create a separate instance.", prior.Key().Ref(), owner, owner))
			return
		}
		r.warnOfUnknownFields(ctx, prior.Key(), &resp.Diagnostics)
	}
	if err := r.read(ctx, &prior, &private, have, seen, importing, &resp.Diagnostics); err != nil {
		fw.AddError(&resp.Diagnostics, "read the Secret of the instance "+prior.Key().String(), err, path.Root("secret_env_wo_version"))
		return
	}
	out.save(ctx, prior, private)
}

// read updates the state and the private state with what exists.
func (r *instanceResource) read(ctx context.Context, state *model.Resource, private *planning.PrivateState, have power.Existing, seen power.State, importing bool, diags *diag.Diagnostics) error {
	subject := have.EffectivePod(seen)
	if importing {
		*state = model.NewResource(ctx)
		var more diag.Diagnostics
		state.Instance, private.Limited, more = manifest.Imported(ctx, subject, r.store.Manager(), r.defaults)
		diags.Append(more...)
		private.Unset = manifest.UnsetIn(subject, state.Instance)
	} else {
		prior := *state
		state.Instance = private.AsSent(prior.Instance, manifest.Observed(subject, prior.Instance, private.Limited))
		state.Image = private.Image(state.Image)
		state.Instance = planning.Normalise(prior, state.Instance)
		if !prior.DesiredStatus.IsNull() {
			state.DesiredStatus = types.StringValue(power.DesiredStatus(seen))
		}
	}
	size := private.LastSeen.Size
	private.LastSeen = planning.LastSeenOf(subject, seen).Normalised(*state)
	private.LastSeen.Unlabelled = causes.LostLabels(have, seen, r.store.Manager())
	private.LastSeen.Size = private.LastSeen.Size.SpeltAs(size)
	return r.readSecret(ctx, state, private, manifest.OwnSecret(subject, state.Instance), importing)
}

// Delete deletes that very Pod and waits until it is gone. Kubernetes deletes the instance's Secret
// with it.
func (r *instanceResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model.Resource
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := withTimeout(ctx, state.Timeouts.Delete, model.DefaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.store.Remove(ctx, state.Key(), state.UID.ValueString()); err != nil {
		fw.AddError(&resp.Diagnostics, "delete the instance "+state.Key().String(), err, path.Empty())
	}
}

// ImportState takes the ID cluster/name or the identity; Read does the rest.
func (r *instanceResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var k model.Key
	var err error
	if req.ID != "" {
		k, err = model.ParseID(req.ID)
	} else {
		var identity model.Identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		k, err = model.NewKey(identity.Cluster.ValueString(), identity.Name.ValueString())
	}
	if err != nil {
		resp.Diagnostics.AddError("Invalid import ID of an instance", err.Error()+".")
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("cluster"), k.Cluster)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), k.Name)...)
	output{Identity: resp.Identity, Diagnostics: &resp.Diagnostics}.identify(ctx, k)
}

func withTimeout(ctx context.Context, configured func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), otherwise time.Duration, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	limit, more := configured(ctx, otherwise)
	diags.Append(more...)
	return kube.WithTimeout(ctx, limit)
}

// output is where a response stores an instance.
type output struct {
	State       *tfsdk.State
	Identity    *tfsdk.ResourceIdentity
	Private     fw.PrivateWriter
	Diagnostics *diag.Diagnostics
}

func (s output) save(ctx context.Context, state model.Resource, private planning.PrivateState) {
	s.Diagnostics.Append(s.State.Set(ctx, state)...)
	s.identify(ctx, state.Key())
	private.Name = state.Name.ValueString()
	fw.SaveRecord(ctx, s.Private, private, planning.DefaultPrivateState(state), s.Diagnostics)
}

func (s output) identify(ctx context.Context, k model.Key) {
	if s.Identity != nil {
		s.Diagnostics.Append(s.Identity.Set(ctx, k.Identity())...)
	}
}

// readSecret checks that the instance's Secret is still the one that was created for it. If it
// isn't, the state has no version, so that the next plan creates another. InUse names the Secret of
// an imported instance.
func (r *instanceResource) readSecret(ctx context.Context, state *model.Resource, private *planning.PrivateState, inUse string, importing bool) error {
	name := inUse
	if !importing {
		if private.Secret == nil {
			return nil
		}
		name = private.Secret.Name
	}
	if name == "" {
		return nil
	}
	seen, err := r.store.Secret(ctx, state.Key(), name)
	switch {
	case err != nil || seen.Hidden:
		return err
	case importing && seen.Ours:
		private.Secret = &seen.SecretRef
		state.SecretEnvVersion = types.Int64Value(seen.Version)
	case !importing && seen.SecretRef != *private.Secret:
		state.SecretEnvVersion = types.Int64Null()
	}
	return nil
}
