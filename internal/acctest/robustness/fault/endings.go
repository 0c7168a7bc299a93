package fault

import (
	"syscall"
	"time"
)

// endings are the ways in which a run is ended from outside.
func endings() []Fault {
	return []Fault{
		{Name: "sigint", About: "SIGINT to Terraform and provider while the API server carries the request out", Applies: always, Ridden: never, Act: interrupt(syscall.SIGINT)},
		{Name: "sigterm", About: "SIGTERM to both", Applies: always, Ridden: never, Act: interrupt(syscall.SIGTERM)},
		{Name: "sigkill", About: "SIGKILL of both, after the API server has carried the request out", Applies: writes, Ridden: never, Kills: true, Act: kill},
		{Name: "sigkill-core", About: "SIGKILL of Terraform alone; the provider has to end by itself", Applies: writes, Ridden: never, Kills: true, Act: orphan},
	}
}

// interrupt asks the run to end, and lets the request go on a moment later, when the signal
// has been heard.
func interrupt(signal syscall.Signal) func(Hit) {
	const heard = 150 * time.Millisecond
	return func(h Hit) {
		h.Signal(signal)
		time.Sleep(heard)
		h.Server.ServeHTTP(h.W, h.R)
	}
}

func kill(h Hit) {
	commit(h)
	h.Signal(syscall.SIGKILL)
	drop(h)
}

func orphan(h Hit) {
	commit(h)
	h.KillCore()
	drop(h)
}
