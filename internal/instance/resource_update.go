package instance

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/causes"
	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/planning"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Update sends what can be changed in place, and nothing where only the state
// changes.
func (r *instanceResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var u updateInput
	resp.Diagnostics.Append(req.Plan.Get(ctx, &u.Plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &u.Prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &u.Config)...)
	u.PrivateState = fw.LoadRecord(ctx, req.Private, planning.DefaultPrivateState(u.Prior), &resp.Diagnostics)
	ctx, cancel := withTimeout(ctx, u.Plan.Timeouts.Update, model.DefaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	u.Plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, u.Plan.Labels)
	u.Plan.AnnotationsAll = fw.LabelsAll(r.defaults.Annotations, u.Plan.Annotations)
	u.Decision = planning.Decide(u.Prior, u.Plan, u.Config, u.PrivateState, planning.Facts{Resizable: true, Differences: planning.DifferencesBetween(ctx, u.Prior.Instance, u.Plan.Instance)})
	u.Limited, u.PrivateState.Limited = u.PrivateState.Limited, planning.LimitedBy(u.Config.Instance)
	var diags diag.Diagnostics
	u.Objects, diags = planning.ObjectsOf(ctx, u.Plan, u.Config, u.Prior.SecretEnvVersion, u.PrivateState)
	u.Objects.DroppedKeys = manifest.DroppedBetween(u.Prior.Instance, u.Plan.Instance)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	out := output{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	ref := u.Plan.Key().Ref()
	sending, warnings := kube.WithWarnings(ctx)
	result, err := r.carryOut(sending, u)
	fw.AddServerWarnings(&resp.Diagnostics, ref, warnings)
	addWarnings(&resp.Diagnostics, result.Warnings)
	out.save(ctx, result.State, result.PrivateState)
	fw.SaveSeen(ctx, resp.Private, r.predictNext(ctx, result.State, u.Config, result.PrivateState, result.Existing), &resp.Diagnostics)
	switch {
	case fw.IsCancelled(err) && result.Complete:
		fw.AddInterrupted(&resp.Diagnostics, ref, err)
	case fw.IsCancelled(err):
		fw.AddCutShort(&resp.Diagnostics, "update the instance "+u.Plan.Key().String(), err)
	case err != nil:
		fw.AddError(&resp.Diagnostics, "update the instance "+u.Plan.Key().String(), err, planning.PathOf(err, u.Plan.Instance))
	}
}

// updateInput is what an update is made from.
type updateInput struct {
	Prior, Plan, Config model.Resource
	PrivateState        planning.PrivateState
	// Limited is from the private state before the update.
	Limited  []string
	Decision planning.Decision
	Objects  manifest.Objects
}

// updateResult is the instance after an update.
type updateResult struct {
	State        model.Resource
	PrivateState planning.PrivateState
	Warnings     []causes.Warning
	// Complete is set if everything was sent, though it may not be in force.
	Complete bool
	// Existing is what was last read of the instance, empty if nothing was.
	Existing power.Existing
}

// carryOut does what was decided. It returns what exists then, also with an error.
func (r *instanceResource) carryOut(ctx context.Context, u updateInput) (updateResult, error) {
	switch u.Decision.Step {
	case power.StepStop, power.StepStart, power.StepRestart:
		return r.changePower(ctx, u)
	case power.StepRefuse:
		return r.interrupted(ctx, u, planning.TakenError(u.Plan.Key()))
	case power.StepCleanUp:
		if err := r.cleanUp(ctx, u); err != nil {
			return r.interrupted(ctx, u, err)
		}
	}
	if u.PrivateState.LastSeen.State.Stopped() {
		return r.changeStopped(ctx, u)
	}
	return r.changeRunning(ctx, u)
}

// changePower stops, starts or restarts the instance, from the whole plan.
func (r *instanceResource) changePower(ctx context.Context, u updateInput) (updateResult, error) {
	have, err := r.store.Find(ctx, u.Plan.Key())
	if err != nil {
		return updateResult{State: u.Prior, PrivateState: u.PrivateState}, err
	}
	running := have.Pod
	if running != nil && !power.IsSame(u.Prior.Instance, running) {
		running = nil
	}
	var started power.Existing
	switch u.Decision.Step {
	case power.StepStop:
		have.Template, u.Objects, err = r.store.Stop(ctx, running, u.Objects, false)
		have.Pod = nil
	case power.StepRestart:
		started, u.Objects, err = r.store.Restart(ctx, running, u.Objects)
		have = power.Existing{Pod: started.Pod}
	default:
		started, u.Objects, err = r.store.Start(ctx, u.Objects)
		have = power.Existing{Pod: started.Pod}
	}
	if err != nil && have.Pod == nil {
		return r.interrupted(ctx, u, err)
	}
	if err != nil {
		have = r.store.WithLeftoverTemplate(ctx, have)
	}
	private, warnings := u.PrivateState.AfterCreate(u.Objects, have, u.Plan)
	private.Manager = r.store.ManagerUsed()
	if err == nil && have.Pod != nil {
		have.Pod, err = r.store.Await(ctx, have.Pod, waiting.GoalOf(u.Plan))
		left := err // of a wait that was cancelled: the next apply waits, and settles
		if !fw.IsCancelled(err) {
			left = r.store.FinishStart(ctx, started, u.Objects)
		}
		if left != nil {
			have.Template, err = started.Template, cmp.Or(err, left)
		}
	}
	return updateResult{State: planning.WithResult(u.Plan, have), PrivateState: private.WithLastSeen(have, u.Plan), Warnings: warnings, Complete: true, Existing: have}, err
}

// cleanUp finishes an interrupted start: it deletes the template and waits for the Pod.
func (r *instanceResource) cleanUp(ctx context.Context, u updateInput) error {
	have, err := r.store.Find(ctx, u.Plan.Key())
	if err != nil || have.Pod == nil || have.Template == nil {
		return err
	}
	if err := r.store.DeleteLeftovers(ctx, have.Pod, have.Template, u.PrivateState.Secret); err != nil || podhealth.IsOver(have.Pod) {
		return err
	}
	_, err = r.store.Await(ctx, have.Pod, waiting.GoalOf(u.Plan))
	return err
}

// changeStopped writes the plan into the template.
func (r *instanceResource) changeStopped(ctx context.Context, u updateInput) (updateResult, error) {
	before, diags := manifest.Desired(ctx, u.Prior.Instance, u.PrivateState.PodOptions())
	if !diags.HasError() && u.Objects.NewSecret == nil && u.Objects.OldSecret == nil && manifest.SameObjects(before, u.Objects.Pod) {
		return updateResult{State: u.Plan, PrivateState: u.PrivateState}, nil
	}
	template, objects, err := r.store.Stop(ctx, nil, u.Objects, false)
	u.Objects = objects
	if err != nil {
		return r.interrupted(ctx, u, err)
	}
	have := power.Existing{Template: template}
	private, warnings := u.PrivateState.AfterCreate(u.Objects, have, u.Plan)
	return updateResult{State: planning.WithResult(u.Plan, have), PrivateState: private.WithLastSeen(have, u.Plan), Warnings: warnings, Complete: true, Existing: have}, nil
}

// changeRunning sends what can be changed on the existing Pod.
func (r *instanceResource) changeRunning(ctx context.Context, u updateInput) (updateResult, error) {
	if u.Decision.Resize == nil && u.Decision.Change == nil && len(u.Decision.Unknown) == 0 {
		return updateResult{State: u.Plan, PrivateState: u.PrivateState}, nil
	}
	if u.Decision.Change != nil {
		u.Decision.Change.Spec = u.Objects.Pod.Annotations[mar.AnnotationSpec]
	}
	k := u.Plan.Key()
	done, err := r.store.WithManager(u.PrivateState.Manager).Update(ctx, k.Ref(), u.Prior.UID.ValueString(), waiting.GoalOf(u.Plan), u.Decision)
	if done.Pod == nil {
		return updateResult{State: u.Prior, PrivateState: u.PrivateState}, err
	}
	if done.Changed {
		u.PrivateState.Manager = r.store.ManagerUsed()
	}
	if err != nil && (!done.Changed || !fw.IsCancelled(err)) {
		return u.held(done), err
	}
	have := power.Existing{Pod: done.Pod}
	private := u.PrivateState.AfterUpdate(u.Decision, done, false)
	return updateResult{State: planning.WithResult(u.Plan, have), PrivateState: private.WithLastSeen(have, u.Plan), Complete: true, Existing: have}, err
}

// interrupted is the result of an update that failed midway: the prior state, updated with what
// exists, so that the next plan shows what is left to do.
func (r *instanceResource) interrupted(ctx context.Context, u updateInput, cause error) (updateResult, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), model.DefaultReadTimeout)
	defer cancel()
	have, err := r.store.Find(ctx, u.Prior.Key())
	if err != nil {
		return updateResult{State: u.Prior, PrivateState: u.PrivateState}, cause
	}
	seen := power.StateIn(have, u.Prior, false)
	if seen.Gone() {
		return updateResult{State: u.Prior, PrivateState: u.PrivateState}, cause
	}
	state, private := u.Prior, u.PrivateState
	if err := r.read(ctx, &state, &private, have, seen, false, &diag.Diagnostics{}); err != nil {
		return updateResult{State: u.Prior, PrivateState: u.PrivateState}, cause
	}
	return updateResult{State: state, PrivateState: private}, cause
}
