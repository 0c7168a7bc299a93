package instance

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

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
	u.Record = fw.LoadRecord(ctx, req.Private, planning.DefaultPrivateState(u.Prior), &resp.Diagnostics)
	ctx, cancel := withTimeout(ctx, u.Plan.Timeouts.Update, model.DefaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	u.Plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, u.Plan.Labels)
	u.Plan.AnnotationsAll = fw.LabelsAll(r.defaults.Annotations, u.Plan.Annotations)
	u.Todo = planning.Decide(u.Prior, u.Plan, u.Config, u.Record, planning.Facts{Resizable: true, Differs: planning.DifferencesBetween(ctx, u.Prior.Instance, u.Plan.Instance)})
	u.Limited, u.Record.Limited = u.Record.Limited, planning.LimitedBy(u.Config.Instance)
	var diags diag.Diagnostics
	u.Parts, diags = planning.PartsOf(ctx, u.Plan, u.Config, u.Prior.SecretEnvVersion, u.Record)
	u.Parts.Dropped = manifest.DroppedBetween(u.Prior.Instance, u.Plan.Instance)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	out := saving{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	ref := u.Plan.Key().Ref()
	sending, warnings := kube.WithWarnings(ctx)
	done, err := r.carryOut(sending, u)
	fw.AddServerWarnings(&resp.Diagnostics, ref, warnings)
	addNotes(&resp.Diagnostics, done.Notes)
	out.save(ctx, done.State, done.Record)
	fw.SaveSeen(ctx, resp.Private, r.foresee(ctx, done.State, u.Config, done.Record, done.Have), &resp.Diagnostics)
	switch {
	case fw.IsCancelled(err) && done.Whole:
		fw.AddInterrupted(&resp.Diagnostics, ref, err)
	case fw.IsCancelled(err):
		fw.AddCutShort(&resp.Diagnostics, "update the instance "+u.Plan.Key().String(), err)
	case err != nil:
		fw.AddError(&resp.Diagnostics, "update the instance "+u.Plan.Key().String(), err, planning.PlaceOf(err, u.Plan.Instance))
	}
}

// updateInput is all that an update is made of.
type updateInput struct {
	Prior, Plan, Config model.Resource
	Record              planning.PrivateState
	// Limited is the record's of before the update.
	Limited []string
	Todo    planning.Decision
	Parts   manifest.Objects
}

// updateResult is what there is after an update.
type updateResult struct {
	State  model.Resource
	Record planning.PrivateState
	Notes  []causes.Warning
	// Whole is set when all was carried out, though it may not have taken effect.
	Whole bool
	// Have is what was last seen of the instance, nothing where it wasn't looked at.
	Have power.Existing
}

// carryOut does what was decided, and returns what there is then, also when it
// errs.
func (r *instanceResource) carryOut(ctx context.Context, u updateInput) (updateResult, error) {
	switch u.Todo.Step {
	case power.StepStop, power.StepStart, power.StepRestart:
		return r.movePower(ctx, u)
	case power.StepRefuse:
		return r.interrupted(ctx, u, planning.TakenError(u.Plan.Key()))
	case power.StepTidy:
		if err := r.tidy(ctx, u); err != nil {
			return r.interrupted(ctx, u, err)
		}
	}
	if u.Record.LastSeen.State.Stopped() {
		return r.changeStopped(ctx, u)
	}
	return r.changeRunning(ctx, u)
}

// movePower stops, starts or restarts the instance, from the plan as a whole.
func (r *instanceResource) movePower(ctx context.Context, u updateInput) (updateResult, error) {
	have, err := r.store.Find(ctx, u.Plan.Key())
	if err != nil {
		return updateResult{State: u.Prior, Record: u.Record}, err
	}
	running := have.Pod
	if running != nil && !power.IsSame(u.Prior.Instance, running) {
		running = nil
	}
	var started power.Existing
	switch u.Todo.Step {
	case power.StepStop:
		have.Template, u.Parts, err = r.store.Stop(ctx, running, u.Parts, false)
		have.Pod = nil
	case power.StepRestart:
		started, u.Parts, err = r.store.Restart(ctx, running, u.Parts)
		have = power.Existing{Pod: started.Pod}
	default:
		started, u.Parts, err = r.store.Start(ctx, u.Parts)
		have = power.Existing{Pod: started.Pod}
	}
	if err != nil && have.Pod == nil {
		return r.interrupted(ctx, u, err)
	}
	if err != nil {
		have = r.store.LeftBeside(ctx, have)
	}
	rec, notes := u.Record.Made(u.Parts, have, u.Plan)
	rec.Manager = r.store.Written()
	if err == nil && have.Pod != nil {
		have.Pod, err = r.store.Await(ctx, have.Pod, waiting.GoalOf(u.Plan))
		left := err // of a wait that was cancelled: the next apply waits, and settles
		if !fw.IsCancelled(err) {
			left = r.store.Settle(ctx, started, u.Parts)
		}
		if left != nil {
			have.Template, err = started.Template, cmp.Or(err, left)
		}
	}
	return updateResult{State: planning.WithResult(u.Plan, have), Record: rec.Found(have, u.Plan), Notes: notes, Whole: true, Have: have}, err
}

// tidy ends a start that was interrupted: it takes the template away, and waits for the Pod as
// the start would have.
func (r *instanceResource) tidy(ctx context.Context, u updateInput) error {
	have, err := r.store.Find(ctx, u.Plan.Key())
	if err != nil || have.Pod == nil || have.Template == nil {
		return err
	}
	if err := r.store.DeleteLeftovers(ctx, have.Pod, have.Template, u.Record.Secret); err != nil || podhealth.IsOver(have.Pod) {
		return err
	}
	_, err = r.store.Await(ctx, have.Pod, waiting.GoalOf(u.Plan))
	return err
}

// changeStopped writes what is planned into the template.
func (r *instanceResource) changeStopped(ctx context.Context, u updateInput) (updateResult, error) {
	before, diags := manifest.Desired(ctx, u.Prior.Instance, u.Record.Making())
	if !diags.HasError() && u.Parts.Make == nil && u.Parts.Drop == nil && manifest.SameObjects(before, u.Parts.Pod) {
		return updateResult{State: u.Plan, Record: u.Record}, nil
	}
	template, made, err := r.store.Stop(ctx, nil, u.Parts, false)
	u.Parts = made
	if err != nil {
		return r.interrupted(ctx, u, err)
	}
	have := power.Existing{Template: template}
	rec, notes := u.Record.Made(u.Parts, have, u.Plan)
	return updateResult{State: planning.WithResult(u.Plan, have), Record: rec.Found(have, u.Plan), Notes: notes, Whole: true, Have: have}, nil
}

// changeRunning sends what can be changed on the Pod that is there.
func (r *instanceResource) changeRunning(ctx context.Context, u updateInput) (updateResult, error) {
	if u.Todo.Resize == nil && u.Todo.Change == nil && len(u.Todo.Unknown) == 0 {
		return updateResult{State: u.Plan, Record: u.Record}, nil
	}
	if u.Todo.Change != nil {
		u.Todo.Change.Spec = u.Parts.Pod.Annotations[mar.AnnotationSpec]
	}
	k := u.Plan.Key()
	done, err := r.store.After(u.Record.Manager).Update(ctx, k.Ref(), u.Prior.UID.ValueString(), waiting.GoalOf(u.Plan), u.Todo)
	if done.Pod == nil {
		return updateResult{State: u.Prior, Record: u.Record}, err
	}
	if done.Changed {
		u.Record.Manager = r.store.Written()
	}
	if err != nil && (!done.Changed || !fw.IsCancelled(err)) {
		return u.held(done), err
	}
	have := power.Existing{Pod: done.Pod}
	rec := u.Record.After(u.Todo, done, false)
	return updateResult{State: planning.WithResult(u.Plan, have), Record: rec.Found(have, u.Plan), Whole: true, Have: have}, err
}

// interrupted is the state after an update that broke off in the middle: as it
// was, so that the next plan shows what is still to be done, with what there is
// now.
func (r *instanceResource) interrupted(ctx context.Context, u updateInput, cause error) (updateResult, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), model.DefaultReadTimeout)
	defer cancel()
	have, err := r.store.Find(ctx, u.Prior.Key())
	if err != nil {
		return updateResult{State: u.Prior, Record: u.Record}, cause
	}
	seen := power.StateIn(have, u.Prior, false)
	if seen.Gone() {
		return updateResult{State: u.Prior, Record: u.Record}, cause
	}
	state, rec := u.Prior, u.Record
	if err := r.read(ctx, &state, &rec, have, seen, false, &diag.Diagnostics{}); err != nil {
		return updateResult{State: u.Prior, Record: u.Record}, cause
	}
	return updateResult{State: state, Record: rec}, cause
}

// readSecret sees whether the instance's Secret is still the one that was made
// for it. Where it isn't, the state knows no version, so that the next plan makes
// another. InUse names the Secret that an imported instance has from here.
func (r *instanceResource) readSecret(ctx context.Context, state *model.Resource, rec *planning.PrivateState, inUse string, importing bool) error {
	name := inUse
	if !importing {
		if rec.Secret == nil {
			return nil
		}
		name = rec.Secret.Name
	}
	if name == "" {
		return nil
	}
	seen, err := r.store.Secret(ctx, state.Key(), name)
	switch {
	case err != nil || seen.Hidden:
		return err
	case importing && seen.Ours:
		rec.Secret = &seen.SecretRef
		state.SecretEnvVersion = types.Int64Value(seen.Version)
	case !importing && seen.SecretRef != *rec.Secret:
		state.SecretEnvVersion = types.Int64Null()
	}
	return nil
}
