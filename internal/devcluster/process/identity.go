// Package process starts detached processes, and tells them from others that were given the same process ID later.
package process

// Identity names one process for all time. A bare process ID doesn't: the system gives it out again.
type Identity struct {
	PID int `json:"pid"`
	// Started is when the process started, in the system's own terms; only equality means anything.
	Started string `json:"started"`
}

// Alive tells whether this very process still runs. One that has exited and only waits to be reaped doesn't.
func (i Identity) Alive() bool {
	if i.PID <= 0 || i.Started == "" {
		return false
	}
	current, err := Identify(i.PID)
	return err == nil && current == i
}
