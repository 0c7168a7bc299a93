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
	_ resource.ResourceWithValidateConfig = (*instanceResource)(nil)
)

// NewResource returns the resource mar_instance.
func NewResource() resource.Resource { return &instanceResource{} }

type instanceResource struct {
	store         *store
	defaultLabels map[string]string
}

func (r *instanceResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName
}

func (r *instanceResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A MAR instance: one program in a container, with its share of CPU and memory, on one of the cluster's machines. In Kubernetes it is a Pod.\n\nOnly `image` and the cluster's name are needed. With nothing else set the instance is as restricted as Kubernetes knows, is started again whenever it ends, and an apply waits until it is ready. An instance that failed or was evicted is replaced by the next apply.",
		Attributes:          resourceAttributes(ctx),
	}
}

func (r *instanceResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: identityAttributes()}
}

func (r *instanceResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		r.store, r.defaultLabels = newStore(data.Client), data.DefaultLabels
	}
}

// Create makes the Pod, puts it into the state, and only then waits.
func (r *instanceResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	if plan.Name.IsUnknown() {
		plan.Name = types.StringValue(generatedPrefix + kube.RandomSuffix())
	}
	plan.LabelsAll = fw.LabelsAll(r.defaultLabels, plan.Labels)
	want, diags := desired(ctx, plan.model, kube.NewNonce())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	ref := plan.key().ref()
	sending, warnings := kube.WithWarnings(ctx)
	pod, err := r.store.Create(sending, want)
	fw.AddServerWarnings(&resp.Diagnostics, ref, warnings)
	if err != nil {
		addCreateError(&resp.Diagnostics, plan.key(), err)
		return
	}

	rec := record{Limited: limitedBy(config.model)}.withImage(plan.Image.ValueString(), mainContainer(pod).Image)
	out := saving{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	save := func() {
		state := plan
		state.model = completed(plan.model, everything(pod))
		rec.Standing = standingOf(pod)
		out.save(ctx, state, rec)
	}
	save()
	if resp.Diagnostics.HasError() {
		return
	}

	aim := goal{For: plan.WaitFor.ValueString()}
	pod, err = r.store.Await(ctx, pod, aim)
	save()
	switch {
	case fw.IsCancelled(err):
		fw.AddCancelled(&resp.Diagnostics, ref, aim.String())
	case err != nil:
		fw.AddError(&resp.Diagnostics, "bring up the instance "+plan.key().String(), tainted(err), path.Empty())
	}
}

// tainted adds what Terraform makes of an error in a create.
func tainted(err error) error {
	var waited *kube.WaitError
	if errors.As(err, &waited) {
		waited.Advice += "\n\nThe instance is there and in the state, marked as tainted, so the next apply replaces it. If it has come right by then, keep it with `terraform untaint <its address>`."
	}
	return err
}

func addCreateError(diags *diag.Diagnostics, k key, err error) {
	doing := "create the instance " + k.String()
	var refused *kube.RefusedError
	switch {
	case errors.As(err, &refused) && refused.Kind == kube.RefusedByPodSecurity:
		fw.AddError(diags, doing, err, path.Root("security"))
	case kube.IsGone(err):
		fw.AddError(diags, doing, fmt.Errorf("the cluster %s isn't there: make it first, and refer to it as `cluster = mar_cluster.<name>.name` so that Terraform keeps the order (%w)", k.Cluster, err), path.Root("cluster"))
	default:
		fw.AddError(diags, doing, err, path.Empty())
	}
}

// Read finds the Pod by its name: one that the provider made anew under that
// name is the same instance, one that somebody else made isn't.
func (r *instanceResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var prior resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	rec := loadRecord(ctx, req.Private, &resp.Diagnostics)
	ctx, cancel := withTimeout(ctx, prior.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	out := saving{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	pod, err := r.store.Get(ctx, prior.key().ref())
	switch {
	case kube.IsGone(err):
		out.identify(ctx, prior.key())
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		fw.AddError(&resp.Diagnostics, "read the instance "+prior.key().String(), err, path.Empty())
		return
	}

	state := prior
	if importing := prior.Image.IsNull(); importing {
		if owner := controllerOf(pod); owner != "" {
			resp.Diagnostics.AddError("Could not import the instance "+prior.key().String(),
				fmt.Sprintf("%s belongs to %s, which makes and replaces it as it sees fit, so it can't be managed from here as well. Manage %s instead, or make an instance of its own.", prior.key().ref(), owner, owner))
			return
		}
		state = newResourceModel(ctx)
		state.model, rec.Limited = imported(pod, r.store.Manager(), r.defaultLabels)
	} else {
		if !isSame(prior.model, pod) {
			addForeign(&resp.Diagnostics, prior.key())
			return
		}
		state.model = observed(pod, prior.model, rec.Limited)
		state.Image = rec.image(state.Image)
		state.model = settled(prior, state.model)
	}
	rec.Standing = standingOf(pod)
	out.save(ctx, state, rec)
}

func addForeign(diags *diag.Diagnostics, k key) {
	diags.AddError("Another Pod has the name of the instance "+k.String(),
		fmt.Sprintf("%s is not the Pod that the state knows: that one is gone, and somebody else has made another of the same name, without this provider's labels.\n\nEither delete that Pod, and apply makes the instance anew; or adopt it: `terraform state rm <the instance's address>`, then import it with the ID %q; or give this instance another name.", k.ref(), k))
}

// Update sends what can be changed in place, and nothing where only the state
// changes.
func (r *instanceResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, prior, config resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	rec := loadRecord(ctx, req.Private, &resp.Diagnostics)
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Update, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	rec.Limited = limitedBy(config.model)
	out := saving{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	todo := decide(prior, plan, nil, rec, true)
	if todo.Resize == nil && todo.Change == nil && len(todo.Unknown) == 0 {
		out.save(ctx, plan, rec)
		return
	}

	sending, warnings := kube.WithWarnings(ctx)
	pod, err := r.store.Update(sending, plan.key().ref(), plan.UID.ValueString(), goal{For: plan.WaitFor.ValueString()}, todo)
	fw.AddServerWarnings(&resp.Diagnostics, plan.key().ref(), warnings)
	if pod == nil {
		fw.AddError(&resp.Diagnostics, "update the instance "+plan.key().String(), err, path.Empty())
		return
	}
	if todo.Change != nil && todo.Change.Image != "" && err == nil {
		rec = rec.withImage(todo.Change.Image, mainContainer(pod).Image)
	}
	state := plan
	if rec.Standing = standingOf(pod); err == nil || fw.IsCancelled(err) {
		state.model = completed(plan.model, everything(pod))
	} else {
		state.model = observed(pod, plan.model, rec.Limited)
		state.Image = rec.image(state.Image)
	}
	out.save(ctx, state, rec)
	switch {
	case fw.IsCancelled(err):
		fw.AddCancelled(&resp.Diagnostics, plan.key().ref(), "take up its change")
	case err != nil:
		fw.AddError(&resp.Diagnostics, "update the instance "+plan.key().String(), err, path.Empty())
	}
}

// Delete removes that very Pod and waits until it is gone.
func (r *instanceResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := withTimeout(ctx, state.Timeouts.Delete, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.store.Delete(ctx, state.key().ref(), state.UID.ValueString()); err != nil {
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
	Private     privateWriter
	Diagnostics *diag.Diagnostics
}

func (s saving) save(ctx context.Context, state resourceModel, rec record) {
	s.Diagnostics.Append(s.State.Set(ctx, state)...)
	s.identify(ctx, state.key())
	saveRecord(ctx, s.Private, rec, s.Diagnostics)
}

func (s saving) identify(ctx context.Context, k key) {
	if s.Identity != nil {
		s.Diagnostics.Append(s.Identity.Set(ctx, k.identity())...)
	}
}
