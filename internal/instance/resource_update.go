package instance

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/podhealth"
)

// Update sends what can be changed in place, and nothing where only the state
// changes.
func (r *instanceResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var u upkeep
	resp.Diagnostics.Append(req.Plan.Get(ctx, &u.Plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &u.Prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &u.Config)...)
	u.Record = fw.LoadRecord(ctx, req.Private, usualRecord(u.Prior), &resp.Diagnostics)
	ctx, cancel := withTimeout(ctx, u.Plan.Timeouts.Update, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	u.Plan.LabelsAll = fw.LabelsAll(r.defaults.Labels, u.Plan.Labels)
	u.Plan.AnnotationsAll = fw.LabelsAll(r.defaults.Annotations, u.Plan.Annotations)
	u.Todo = decide(u.Prior, u.Plan, u.Config, u.Record, facts{Resizable: true, Differs: differencesBetween(ctx, u.Prior.model, u.Plan.model)})
	u.Limited, u.Record.Limited = u.Record.Limited, limitedBy(u.Config.model)
	var diags diag.Diagnostics
	u.Parts, diags = partsOf(ctx, u.Plan, u.Config, u.Prior.SecretEnvVersion, u.Record)
	u.Parts.Dropped = droppedBetween(u.Prior.model, u.Plan.model)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	out := saving{State: &resp.State, Identity: resp.Identity, Private: resp.Private, Diagnostics: &resp.Diagnostics}
	ref := u.Plan.key().ref()
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
		fw.AddCutShort(&resp.Diagnostics, "update the instance "+u.Plan.key().String(), err)
	case err != nil:
		fw.AddError(&resp.Diagnostics, "update the instance "+u.Plan.key().String(), err, placeOf(err, u.Plan.model))
	}
}

// upkeep is all that an update is made of.
type upkeep struct {
	Prior, Plan, Config resourceModel
	Record              record
	// Limited is the record's of before the update.
	Limited []string
	Todo    decision
	Parts   parts
}

// outcome is what there is after an update.
type outcome struct {
	State  resourceModel
	Record record
	Notes  []note
	// Whole is set when all was carried out, though it may not have taken effect.
	Whole bool
	// Have is what was last seen of the instance, nothing where it wasn't looked at.
	Have found
}

// carryOut does what was decided, and returns what there is then, also when it
// errs.
func (r *instanceResource) carryOut(ctx context.Context, u upkeep) (outcome, error) {
	switch u.Todo.Move {
	case moveStop, moveStart, moveRestart:
		return r.movePower(ctx, u)
	case moveRefuse:
		return r.interrupted(ctx, u, takenError(u.Plan.key()))
	case moveTidy:
		if err := r.tidy(ctx, u); err != nil {
			return r.interrupted(ctx, u, err)
		}
	}
	if u.Record.Standing.Presence.stopped() {
		return r.changeStopped(ctx, u)
	}
	return r.changeRunning(ctx, u)
}

// movePower stops, starts or restarts the instance, from the plan as a whole.
func (r *instanceResource) movePower(ctx context.Context, u upkeep) (outcome, error) {
	have, err := r.store.Find(ctx, u.Plan.key())
	if err != nil {
		return outcome{State: u.Prior, Record: u.Record}, err
	}
	running := have.Pod
	if running != nil && !isSame(u.Prior.model, running) {
		running = nil
	}
	var started found
	switch u.Todo.Move {
	case moveStop:
		have.Template, u.Parts, err = r.store.Stop(ctx, running, u.Parts, false)
		have.Pod = nil
	case moveRestart:
		started, u.Parts, err = r.store.Restart(ctx, running, u.Parts)
		have = found{Pod: started.Pod}
	default:
		started, u.Parts, err = r.store.Start(ctx, u.Parts)
		have = found{Pod: started.Pod}
	}
	if err != nil && have.Pod == nil {
		return r.interrupted(ctx, u, err)
	}
	if err != nil {
		have = r.store.leftBeside(ctx, have)
	}
	rec, notes := u.Record.made(u.Parts, have, u.Plan)
	rec.Manager = r.store.Written()
	if err == nil && have.Pod != nil {
		have.Pod, err = r.store.Await(ctx, have.Pod, goalOf(u.Plan))
		left := err // of a wait that was cancelled: the next apply waits, and settles
		if !fw.IsCancelled(err) {
			left = r.store.Settle(ctx, started, u.Parts)
		}
		if left != nil {
			have.Template, err = started.Template, cmp.Or(err, left)
		}
	}
	return outcome{State: withResult(u.Plan, have), Record: rec.found(have, u.Plan), Notes: notes, Whole: true, Have: have}, err
}

// tidy ends a start that was interrupted: it takes the template away, and waits for the Pod as
// the start would have.
func (r *instanceResource) tidy(ctx context.Context, u upkeep) error {
	have, err := r.store.Find(ctx, u.Plan.key())
	if err != nil || have.Pod == nil || have.Template == nil {
		return err
	}
	if err := r.store.Tidy(ctx, have.Pod, have.Template, u.Record.Secret); err != nil || podhealth.IsOver(have.Pod) {
		return err
	}
	_, err = r.store.Await(ctx, have.Pod, goalOf(u.Plan))
	return err
}

// changeStopped writes what is planned into the template.
func (r *instanceResource) changeStopped(ctx context.Context, u upkeep) (outcome, error) {
	before, diags := desired(ctx, u.Prior.model, u.Record.making())
	if !diags.HasError() && u.Parts.Make == nil && u.Parts.Drop == nil && sameMaking(before, u.Parts.Pod) {
		return outcome{State: u.Plan, Record: u.Record}, nil
	}
	template, made, err := r.store.Stop(ctx, nil, u.Parts, false)
	u.Parts = made
	if err != nil {
		return r.interrupted(ctx, u, err)
	}
	have := found{Template: template}
	rec, notes := u.Record.made(u.Parts, have, u.Plan)
	return outcome{State: withResult(u.Plan, have), Record: rec.found(have, u.Plan), Notes: notes, Whole: true, Have: have}, nil
}

// changeRunning sends what can be changed on the Pod that is there.
func (r *instanceResource) changeRunning(ctx context.Context, u upkeep) (outcome, error) {
	if u.Todo.Resize == nil && u.Todo.Change == nil && len(u.Todo.Unknown) == 0 {
		return outcome{State: u.Plan, Record: u.Record}, nil
	}
	if u.Todo.Change != nil {
		u.Todo.Change.Spec = u.Parts.Pod.Annotations[kube.AnnotationSpec]
	}
	k := u.Plan.key()
	done, err := r.store.after(u.Record.Manager).Update(ctx, k.ref(), u.Prior.UID.ValueString(), goalOf(u.Plan), u.Todo)
	if done.Pod == nil {
		return outcome{State: u.Prior, Record: u.Record}, err
	}
	if done.Changed {
		u.Record.Manager = r.store.Written()
	}
	if err != nil && (!done.Changed || !fw.IsCancelled(err)) {
		return u.held(done), err
	}
	have := found{Pod: done.Pod}
	rec := u.Record.after(u.Todo, done, false)
	return outcome{State: withResult(u.Plan, have), Record: rec.found(have, u.Plan), Whole: true, Have: have}, err
}

// interrupted is the state after an update that broke off in the middle: as it
// was, so that the next plan shows what is still to be done, with what there is
// now.
func (r *instanceResource) interrupted(ctx context.Context, u upkeep, cause error) (outcome, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), defaultReadTimeout)
	defer cancel()
	have, err := r.store.Find(ctx, u.Prior.key())
	if err != nil {
		return outcome{State: u.Prior, Record: u.Record}, cause
	}
	seen := presenceIn(have, u.Prior, false)
	if seen.gone() {
		return outcome{State: u.Prior, Record: u.Record}, cause
	}
	state, rec := u.Prior, u.Record
	if err := r.read(ctx, &state, &rec, have, seen, false, &diag.Diagnostics{}); err != nil {
		return outcome{State: u.Prior, Record: u.Record}, cause
	}
	return outcome{State: state, Record: rec}, cause
}

// readSecret sees whether the instance's Secret is still the one that was made
// for it. Where it isn't, the state knows no version, so that the next plan makes
// another. InUse names the Secret that an imported instance has from here.
func (r *instanceResource) readSecret(ctx context.Context, state *resourceModel, rec *record, inUse string, importing bool) error {
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
	seen, err := r.store.Secret(ctx, state.key(), name)
	switch {
	case err != nil || seen.Hidden:
		return err
	case importing && seen.Ours:
		rec.Secret = &seen.secretRef
		state.SecretEnvVersion = types.Int64Value(seen.Version)
	case !importing && seen.secretRef != *rec.Secret:
		state.SecretEnvVersion = types.Int64Null()
	}
	return nil
}
