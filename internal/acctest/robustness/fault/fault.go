// Package fault has what can go wrong with a request: one value for each kind, in one table.
package fault

import (
	"net/http"
	"syscall"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// Fault is one kind of what goes wrong.
type Fault struct {
	// Name is the kind's, in the name of a run.
	Name string
	// About says it for people.
	About string
	// Applies reports whether the fault can befall such a request.
	Applies func(witness.Request) bool
	// Ridden reports whether the operation has to end well all the same.
	Ridden func(witness.Request) bool
	// Act is what becomes of the request.
	Act func(Hit)
	// Lasting says that every request from this one on is hit, until the operation ends.
	Lasting bool
	// Slow says that it takes long, most of it waiting.
	Slow bool
	// Kills says that nothing of what was under way gets into the state.
	Kills bool
}

// Hit is a request that a fault is put on.
type Hit struct {
	witness.Request
	W http.ResponseWriter
	R *http.Request
	// Server is the API server.
	Server http.Handler
	// Signal sends a signal to Terraform and its provider, as a terminal or a CI system does.
	Signal func(syscall.Signal)
	// KillCore kills Terraform, and leaves the provider alone.
	KillCore func()
}

// All is the table of kinds.
func All() []Fault {
	var all []Fault
	all = append(all, connections()...)
	all = append(all, answers()...)
	all = append(all, conflicts()...)
	all = append(all, watches()...)
	return append(all, endings()...)
}

// Find returns the fault of that name.
func Find(name string) (Fault, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return Fault{}, false
}

func always(witness.Request) bool { return true }

func never(witness.Request) bool { return false }

func writes(r witness.Request) bool { return r.Writes() }

// answered are requests that have one answer, which a watch hasn't.
func answered(r witness.Request) bool { return !r.Watches() }

func watching(r witness.Request) bool { return r.Watches() }
