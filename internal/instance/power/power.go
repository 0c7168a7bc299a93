package power

import (
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// State is what there is under an instance's name. Both a Pod and a template
// are there between two requests of a stop, a start or a restart, and when one
// of those was interrupted.
type State struct {
	Pod      PodState `json:"pod,omitempty"`
	Template bool     `json:"template,omitempty"`
	// Starting is set when the template is the first half of a create, a start or a
	// restart: the instance has no Pod, and isn't meant to stay so.
	Starting bool `json:"starting,omitempty"`
}

type PodState string

const (
	PodNone     PodState = ""
	PodAlive    PodState = "alive"
	PodFinished PodState = "finished"
	// PodLeaving is a Pod that is being deleted.
	PodLeaving PodState = "leaving"
	// PodForeign is a Pod that the instance didn't make.
	PodForeign PodState = "foreign"
)

// Stopped reports whether the instance counts as stopped: its template is there,
// and no Pod that could still be it.
func (p State) Stopped() bool {
	return p.Template && (p.Pod == PodNone || p.Pod == PodLeaving || p.Pod == PodForeign)
}

// Gone reports whether nothing is left of the instance. A Pod of its name that
// somebody else made is none of it.
func (p State) Gone() bool {
	return !p.Template && (p.Pod == PodNone || p.Pod == PodForeign)
}

// Step is what is to be done about an instance's power.
type Step int

const (
	// StepNone leaves it as it is; whether a finished Pod may stay is for
	// replace_on to say.
	StepNone Step = iota
	// StepStart makes the Pod from the template, and then removes that.
	StepStart
	// StepStop writes the template, and then deletes the Pod.
	StepStop
	// StepRestart is a stop, then a start.
	StepRestart
	// StepTidy removes a template that an interrupted start has left beside the
	// running Pod.
	StepTidy
	// StepReplace waits until the Pod is gone and makes the instance anew.
	StepReplace
	// StepCreate makes the instance anew.
	StepCreate
	// StepRefuse leaves it to a person: a stranger has the name.
	StepRefuse
)

func (m Step) String() string {
	return [...]string{"none", "start", "stop", "restart", "tidy", "replace", "create", "refuse"}[m]
}

// transition is what is to be done by what is wanted.
type transition struct {
	Running, Stopped, Unmanaged Step
}

// transitions is all there is to know about power. An interrupted create with
// secrets, stop, start or restart leaves one of these presences behind, and doing
// the same again ends as if it hadn't been interrupted: of Pod and template at
// least one is always there. A template says whether it is on its way to a Pod, so
// an unfinished create or restart isn't taken for a stopped instance.
func transitions() map[State]transition {
	return map[State]transition{
		{Pod: PodNone}:                                    {StepCreate, StepCreate, StepCreate},
		{Pod: PodNone, Template: true}:                    {StepStart, StepNone, StepNone},
		{Pod: PodNone, Template: true, Starting: true}:    {StepStart, StepStop, StepStart},
		{Pod: PodAlive}:                                   {StepNone, StepStop, StepNone},
		{Pod: PodAlive, Template: true}:                   {StepTidy, StepStop, StepTidy},
		{Pod: PodFinished}:                                {StepNone, StepStop, StepNone},
		{Pod: PodFinished, Template: true}:                {StepTidy, StepStop, StepTidy},
		{Pod: PodLeaving}:                                 {StepReplace, StepStop, StepReplace},
		{Pod: PodLeaving, Template: true}:                 {StepStart, StepNone, StepNone},
		{Pod: PodLeaving, Template: true, Starting: true}: {StepStart, StepStop, StepStart},
		{Pod: PodForeign}:                                 {StepRefuse, StepRefuse, StepRefuse},
		{Pod: PodForeign, Template: true}:                 {StepRefuse, StepNone, StepNone},
	}
}

// Next decides what is to be done about an instance that was found so. Want
// is a value of desired_status, empty where power isn't managed. A restart that
// was asked for starts a stopped instance, unless it is wanted stopped: that is
// also how an interrupted restart goes on.
func Next(want string, found State, restart bool) Step {
	t := transitions()[found]
	next := t.Unmanaged
	switch want {
	case model.PowerRunning:
		next = t.Running
	case model.PowerStopped:
		return t.Stopped
	}
	if !restart {
		return next
	}
	switch {
	case found.Stopped() && found.Pod == PodForeign:
		return StepRefuse
	case found.Stopped():
		return StepStart
	case found.Pod == PodAlive, found.Pod == PodFinished:
		return StepRestart
	}
	return next
}
