package power

import (
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// State is what exists under an instance's name. A Pod and a template exist together between two
// requests of a stop, start or restart, and after an interrupted one.
type State struct {
	Pod      PodState `json:"pod,omitempty"`
	Template bool     `json:"template,omitempty"`
	// Starting is set if the template is the first half of a create, start or restart: the instance
	// has no Pod yet, and should get one.
	Starting bool `json:"starting,omitempty"`
}

type PodState string

const (
	PodNone     PodState = ""
	PodAlive    PodState = "alive"
	PodFinished PodState = "finished"
	// PodLeaving is a Pod that is being deleted.
	PodTerminating PodState = "leaving"
	// PodForeign is a Pod that something else created.
	PodForeign PodState = "foreign"
)

// Stopped reports whether the instance is stopped: its template exists, and no Pod that could still
// be the instance.
func (s State) Stopped() bool {
	return s.Template && (s.Pod == PodNone || s.Pod == PodTerminating || s.Pod == PodForeign)
}

// Gone reports whether nothing is left of the instance. A Pod that something else created doesn't
// count.
func (s State) Gone() bool {
	return !s.Template && (s.Pod == PodNone || s.Pod == PodForeign)
}

// Step is the next change of an instance's power.
type Step int

const (
	// StepNone changes nothing. Whether a finished Pod is replaced is decided by replace_on.
	StepNone Step = iota
	// StepStart creates the Pod from the template, then deletes the template.
	StepStart
	// StepStop writes the template, then deletes the Pod.
	StepStop
	// StepRestart is a stop, then a start.
	StepRestart
	// StepCleanUp deletes the template that an interrupted start left beside the running Pod.
	StepCleanUp
	// StepReplace waits until the Pod is gone, then recreates the instance.
	StepReplace
	// StepCreate creates the instance.
	StepCreate
	// StepRefuse does nothing and reports an error: a foreign Pod has the name.
	StepRefuse
)

func (s Step) String() string {
	return [...]string{"none", "start", "stop", "restart", "clean up", "replace", "create", "refuse"}[s]
}

// transition holds the step for each value of desired_status. Unmanaged is for an omitted one.
type transition struct {
	Running, Stopped, Unmanaged Step
}

// transitions maps each State to its steps. An interrupted create, stop, start or restart leaves
// one of these States behind. The same operation, repeated, ends as if it hadn't been interrupted,
// because the Pod or the template exists at any time. A template says whether it is being started,
// so an unfinished create or restart isn't mistaken for a stopped instance.
func transitions() map[State]transition {
	return map[State]transition{
		{Pod: PodNone}:                                        {StepCreate, StepCreate, StepCreate},
		{Pod: PodNone, Template: true}:                        {StepStart, StepNone, StepNone},
		{Pod: PodNone, Template: true, Starting: true}:        {StepStart, StepStop, StepStart},
		{Pod: PodAlive}:                                       {StepNone, StepStop, StepNone},
		{Pod: PodAlive, Template: true}:                       {StepCleanUp, StepStop, StepCleanUp},
		{Pod: PodFinished}:                                    {StepNone, StepStop, StepNone},
		{Pod: PodFinished, Template: true}:                    {StepCleanUp, StepStop, StepCleanUp},
		{Pod: PodTerminating}:                                 {StepReplace, StepStop, StepReplace},
		{Pod: PodTerminating, Template: true}:                 {StepStart, StepNone, StepNone},
		{Pod: PodTerminating, Template: true, Starting: true}: {StepStart, StepStop, StepStart},
		{Pod: PodForeign}:                                     {StepRefuse, StepRefuse, StepRefuse},
		{Pod: PodForeign, Template: true}:                     {StepRefuse, StepNone, StepNone},
	}
}

// Next returns the next step for an instance in the State found. Want is the value of
// desired_status, empty if it is omitted. A restart starts a stopped instance unless Stopped is
// wanted, which is also how an interrupted restart continues.
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
