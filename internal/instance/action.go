package instance

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/instance/attributes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/instance/store"
	"github.com/headgym/terraform-provider-mar/internal/instance/validation"
	"github.com/headgym/terraform-provider-mar/internal/instance/waiting"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

var (
	_ action.ActionWithConfigure      = (*powerAction)(nil)
	_ action.ActionWithValidateConfig = (*powerAction)(nil)
)

// NewStartAction returns the action mar_instance_start.
func NewStartAction() action.Action { return &powerAction{action: power.ActionStart} }

// NewStopAction returns the action mar_instance_stop.
func NewStopAction() action.Action { return &powerAction{action: power.ActionStop} }

// NewRestartAction returns the action mar_instance_restart.
func NewRestartAction() action.Action { return &powerAction{action: power.ActionRestart} }

// powerAction starts, stops or restarts an instance that the provider created.
type powerAction struct {
	action power.Action
	store  *store.Store
}

type actionModel struct {
	Cluster  types.String   `tfsdk:"cluster"`
	Name     types.String   `tfsdk:"name"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// startingModel is the model of start and restart.
type startingModel struct {
	actionModel
	WaitFor         types.String `tfsdk:"wait_for"`
	MinReadySeconds types.Int64  `tfsdk:"min_ready_seconds"`
}

// goal is what the action waits for.
func (m startingModel) goal() waiting.Goal {
	return waiting.Goal{For: cmp.Or(m.WaitFor.ValueString(), model.WaitReady), Hold: time.Duration(m.MinReadySeconds.ValueInt64()) * time.Second}
}

func (m actionModel) key() model.Key {
	return model.Key{Cluster: m.Cluster.ValueString(), Name: m.Name.ValueString()}
}

func (a *powerAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + typeName + "_" + string(a.action)
}

func (a *powerAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: attributes.ActionDescription(a.action), Attributes: attributes.Action(ctx, a.action)}
}

func (a *powerAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	if data := fw.ProviderDataFrom(req.ProviderData, &resp.Diagnostics); data != nil {
		a.store = store.New(data.Client)
	}
}

// ValidateConfig refuses a wait that can't end well.
func (a *powerAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	if a.action == power.ActionStop {
		return
	}
	var config startingModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.WaitFor.IsUnknown() || config.Timeouts.IsUnknown() {
		return
	}
	if value, set := config.Timeouts.Attributes()["invoke"]; set && value.IsUnknown() {
		return
	}
	if allowed, more := config.Timeouts.Invoke(ctx, model.DefaultTimeout); !more.HasError() {
		resp.Diagnostics.Append(validation.Hold(config.WaitFor, config.MinReadySeconds, "timeouts.invoke", allowed)...)
	}
}

// Invoke reads the instance and carries out the step from the table in package power. So an
// interrupted invocation continues when it is repeated.
func (a *powerAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config startingModel
	if a.action == power.ActionStop {
		resp.Diagnostics.Append(req.Config.Get(ctx, &config.actionModel)...)
	} else {
		resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	}
	ctx, cancel := withTimeout(ctx, config.Timeouts.Invoke, model.DefaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	reporting := a.store.Reporting(func(text string) { resp.SendProgress(action.InvokeProgressEvent{Message: text}) })
	sending, warnings := kube.WithWarnings(ctx)
	k := config.key()
	err := a.carryOut(sending, reporting, config, &resp.Diagnostics)
	fw.AddServerWarnings(&resp.Diagnostics, k.Ref(), warnings)
	switch {
	case fw.IsCancelled(err):
		resp.Diagnostics.AddError(fmt.Sprintf("Could not %s the instance %s", a.action, k),
			"The run was cancelled before this was finished. "+a.left(ctx, k))
	case err != nil:
		fw.AddError(&resp.Diagnostics, fmt.Sprintf("%s the instance %s", a.action, k), err, path.Empty())
		resp.Diagnostics.AddWarning(fmt.Sprintf("State of the instance %s", k), a.left(ctx, k))
	}
}

// left describes the instance after a failed action. There is no state to show it.
func (a *powerAction) left(ctx context.Context, k model.Key) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	have, err := a.store.Find(ctx, k)
	if err != nil {
		return "Its present state couldn't be read. Nothing is lost. Invoke the action again: it goes on from there."
	}
	return a.action.Left(power.StateByName(have, k), k)
}

func (a *powerAction) carryOut(ctx context.Context, s *store.Store, config startingModel, diags *diag.Diagnostics) error {
	k := config.key()
	have, err := s.Find(ctx, k)
	if err != nil {
		return err
	}
	seen := power.StateByName(have, k)
	next := a.action.StepFor(seen)
	switch next {
	case power.StepCreate:
		addMissing(diags, k)
		return nil
	case power.StepRefuse:
		return power.ForeignError(have)
	}
	if already := a.action.Already(seen); already != "" {
		s.Report(k.Ref(), already)
	}
	if a.action.Finished(seen) {
		diags.AddWarning("Instance has finished",
			fmt.Sprintf("%s has ended, so it is neither stopped nor running, and there is nothing to start. The action `mar_instance_restart` runs it again.", k.Ref()))
		return nil
	}
	if have, err = s.ApplyStep(ctx, next, have, seen); err != nil || a.action == power.ActionStop {
		return err
	}
	_, err = s.Await(ctx, have.Pod, config.goal())
	return err
}
