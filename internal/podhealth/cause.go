package podhealth

// Cause is what is wrong with a Pod. Each has a row in rules().
type Cause string

const (
	// None means that nothing is wrong, or that nothing is known.
	None Cause = ""

	// The Pod is being deleted; Overdue is past its time.
	Overdue  Cause = "overdue"
	Deleting Cause = "deleting"

	// The Pod has ended and doesn't run again.
	VolumeFull    Cause = "volume-full"
	StorageFull   Cause = "storage-full"
	Evicted       Cause = "evicted"
	Preempted     Cause = "preempted"
	Deadline      Cause = "deadline"
	Shutdown      Cause = "shutdown"
	NodeLost      Cause = "node-lost"
	Rejected      Cause = "rejected"
	EndedByMemory Cause = "ended-by-memory"
	EndedByCheck  Cause = "ended-by-check"
	Failed        Cause = "failed"
	Finished      Cause = "finished"

	// The Pod has no node, or one that doesn't answer.
	NodeSilent    Cause = "node-silent"
	Unschedulable Cause = "unschedulable"
	Gated         Cause = "scheduling-gated"

	// A container ends again and again.
	LoopByMemory   Cause = "loop-by-memory"
	LoopByLiveness Cause = "loop-by-liveness"
	LoopByStartup  Cause = "loop-by-startup"
	Loop           Cause = "loop"

	// A container can't be started.
	ImagePull Cause = "image-pull"
	ImageName Cause = "image-name"
	RootUser  Cause = "root-user"
	Config    Cause = "config"
	Volumes   Cause = "volumes"
	Sandbox   Cause = "sandbox"
	Held      Cause = "held"

	// A container has ended for good while others run.
	EndedBeside Cause = "ended-beside"

	// The containers run, and the Pod isn't ready.
	StartupCheck   Cause = "startup-check"
	NoLongerReady  Cause = "no-longer-ready"
	ReadinessCheck Cause = "readiness-check"
	ReadinessGate  Cause = "readiness-gate"

	// The Pod works, and doesn't have the size that was asked for.
	ResizeInfeasible Cause = "resize-infeasible"
	ResizeDeferred   Cause = "resize-deferred"
	ResizeError      Cause = "resize-error"
)

// Waiting says whether waiting helps.
type Waiting int

const (
	// Helps means that it may come right at any time.
	Helps Waiting = iota
	// HelpsBriefly means that it may come right within Patience, and hardly later.
	HelpsBriefly
	// Useless means that it doesn't come right by itself.
	Useless
)

// IsEnd reports whether a Pod with this cause has ended and doesn't run again.
func (c Cause) IsEnd() bool {
	switch c {
	case VolumeFull, StorageFull, Evicted, Preempted, Deadline, Shutdown, NodeLost, Rejected, EndedByMemory, EndedByCheck, Failed, Finished:
		return true
	}
	return false
}

// IsLoop reports whether a container of a Pod with this cause ends again and again.
func (c Cause) IsLoop() bool {
	switch c {
	case LoopByMemory, LoopByLiveness, LoopByStartup, Loop:
		return true
	}
	return false
}

// IsUnready reports whether all containers of a Pod with this cause run, and it isn't ready.
func (c Cause) IsUnready() bool {
	switch c {
	case StartupCheck, NoLongerReady, ReadinessCheck, ReadinessGate:
		return true
	}
	return false
}
