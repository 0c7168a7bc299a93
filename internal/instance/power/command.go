package power

import (
	"fmt"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// Action is what an action of Terraform does to an instance.
type Action string

const (
	ActionStart   Action = "start"
	ActionStop    Action = "stop"
	ActionRestart Action = "restart"
)

// StepFor returns the step that carries out the action. An instance whose Pod is already being
// deleted is restarted.
func (a Action) StepFor(seen State) Step {
	next := StepNone
	switch a {
	case ActionStart:
		next = Next(model.PowerRunning, seen, false)
	case ActionStop:
		next = Next(model.PowerStopped, seen, false)
	case ActionRestart:
		next = Next("", seen, true)
	}
	if next == StepReplace {
		return StepRestart
	}
	return next
}

// Already says that the instance is already as the action wants it. It returns an empty text if it
// isn't.
func (a Action) Already(seen State) string {
	switch {
	case a == ActionStop && seen.Stopped() && !seen.Starting:
		return "it is already stopped"
	case a == ActionStart && seen.Pod == PodAlive:
		return "it already runs"
	}
	return ""
}

// Finished reports whether a start was asked of an instance whose program has ended. Such an
// instance is neither stopped nor running.
func (a Action) Finished(seen State) bool { return a == ActionStart && seen.Pod == PodFinished }

// Left describes the instance after an action that failed or was cancelled, and says how to go on.
func (a Action) Left(seen State, k model.Key) string {
	again := "Invoke the action again: it goes on from there."
	template := manifest.TemplateRef(k.Cluster, k.Name)
	switch {
	case seen == State{Pod: PodForeign}:
		return fmt.Sprintf("The instance is gone, and %s is now another tool's Pod. Give the instance another name, or delete that Pod; then apply.", k.Ref())
	case seen.Starting:
		return fmt.Sprintf("It doesn't run now, and nothing is lost: %s keeps its whole configuration. Invoke the action again: it goes on from there. The next apply of its resource does the same, unless `desired_status` is \"Stopped\".", template)
	case seen.Stopped():
		return fmt.Sprintf("It is stopped now: %s keeps its whole configuration. %s", template, again)
	case seen.Gone():
		return fmt.Sprintf("Neither %s nor %s exists now, so it was deleted in the meantime. The next apply of its resource recreates it.", k.Ref(), template)
	case seen.Pod == PodTerminating:
		return fmt.Sprintf("%s is being deleted, and still exists. %s", k.Ref(), again)
	case seen.Template:
		return fmt.Sprintf("%s exists, and so does %s, which keeps its configuration while it is stopped. %s", k.Ref(), template, again)
	}
	return fmt.Sprintf("%s exists, with the configuration of its last apply. %s", k.Ref(), again)
}
