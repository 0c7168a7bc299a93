package instance

// The values of desired_status. Left out, power isn't managed here.
const (
	powerRunning = "Running"
	powerStopped = "Stopped"
)

// statusStopped is the status of an instance that has no Pod, but a PodTemplate
// from which it is started again.
const statusStopped = "Stopped"

// presence is what there is under an instance's name. Both a Pod and a template
// are there between two requests of a stop, a start or a restart, and when one
// of those was interrupted.
type presence struct {
	Pod      podPresence `json:"pod,omitempty"`
	Template bool        `json:"template,omitempty"`
	// Starting is set when the template is the first half of a create, a start or a
	// restart: the instance has no Pod, and isn't meant to stay so.
	Starting bool `json:"starting,omitempty"`
}

type podPresence string

const (
	podNone     podPresence = ""
	podAlive    podPresence = "alive"
	podFinished podPresence = "finished"
	// podLeaving is a Pod that is being deleted.
	podLeaving podPresence = "leaving"
	// podForeign is a Pod that the instance didn't make.
	podForeign podPresence = "foreign"
)

// stopped reports whether the instance counts as stopped: its template is there,
// and no Pod that could still be it.
func (p presence) stopped() bool {
	return p.Template && (p.Pod == podNone || p.Pod == podLeaving || p.Pod == podForeign)
}

// gone reports whether nothing is left of the instance. A Pod of its name that
// somebody else made is none of it.
func (p presence) gone() bool {
	return !p.Template && (p.Pod == podNone || p.Pod == podForeign)
}

// move is what is to be done about an instance's power.
type move int

const (
	// moveNone leaves it as it is; whether a finished Pod may stay is for
	// replace_on to say.
	moveNone move = iota
	// moveStart makes the Pod from the template, and then removes that.
	moveStart
	// moveStop writes the template, and then deletes the Pod.
	moveStop
	// moveRestart is a stop, then a start.
	moveRestart
	// moveTidy removes a template that an interrupted start has left beside the
	// running Pod.
	moveTidy
	// moveReplace waits until the Pod is gone and makes the instance anew.
	moveReplace
	// moveCreate makes the instance anew.
	moveCreate
	// moveRefuse leaves it to a person: a stranger has the name.
	moveRefuse
)

func (m move) String() string {
	return [...]string{"none", "start", "stop", "restart", "tidy", "replace", "create", "refuse"}[m]
}

// transition is what is to be done by what is wanted.
type transition struct {
	Running, Stopped, Unmanaged move
}

// transitions is all there is to know about power. An interrupted create with
// secrets, stop, start or restart leaves one of these presences behind, and doing
// the same again ends as if it hadn't been interrupted: of Pod and template at
// least one is always there. A template says whether it is on its way to a Pod, so
// an unfinished create or restart isn't taken for a stopped instance.
func transitions() map[presence]transition {
	return map[presence]transition{
		{Pod: podNone}:                                    {moveCreate, moveCreate, moveCreate},
		{Pod: podNone, Template: true}:                    {moveStart, moveNone, moveNone},
		{Pod: podNone, Template: true, Starting: true}:    {moveStart, moveStop, moveStart},
		{Pod: podAlive}:                                   {moveNone, moveStop, moveNone},
		{Pod: podAlive, Template: true}:                   {moveTidy, moveStop, moveTidy},
		{Pod: podFinished}:                                {moveNone, moveStop, moveNone},
		{Pod: podFinished, Template: true}:                {moveTidy, moveStop, moveTidy},
		{Pod: podLeaving}:                                 {moveReplace, moveStop, moveReplace},
		{Pod: podLeaving, Template: true}:                 {moveStart, moveNone, moveNone},
		{Pod: podLeaving, Template: true, Starting: true}: {moveStart, moveStop, moveStart},
		{Pod: podForeign}:                                 {moveRefuse, moveRefuse, moveRefuse},
		{Pod: podForeign, Template: true}:                 {moveRefuse, moveNone, moveNone},
	}
}

// nextMove decides what is to be done about an instance that was found so. Want
// is a value of desired_status, empty where power isn't managed. A restart that
// was asked for starts a stopped instance, unless it is wanted stopped: that is
// also how an interrupted restart goes on.
func nextMove(want string, found presence, restart bool) move {
	t := transitions()[found]
	next := t.Unmanaged
	switch want {
	case powerRunning:
		next = t.Running
	case powerStopped:
		return t.Stopped
	}
	if !restart {
		return next
	}
	switch {
	case found.stopped() && found.Pod == podForeign:
		return moveRefuse
	case found.stopped():
		return moveStart
	case found.Pod == podAlive, found.Pod == podFinished:
		return moveRestart
	}
	return next
}
