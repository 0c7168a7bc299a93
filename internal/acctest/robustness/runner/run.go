package runner

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/fault"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// Strike is a fault on one request, which is known by its address.
type Strike struct {
	Address string
	Fault   fault.Fault
}

// Name is a strike's part of a test's name, in which a slash would part two tests.
func (s Strike) Name() string {
	return s.Fault.Name + "@" + strings.NewReplacer(" /", "-", " ", "-", "/", ".").Replace(s.Address)
}

// Usual is what a scenario comes to without a fault.
type Usual struct {
	Requests []witness.Request
	Wanted   map[string]string
}

// Dry runs the scenario's operation without a fault, and destroys what it has made.
func (w *World) Dry(ctx context.Context) (Usual, error) {
	h, err := w.begin(ctx, "dry")
	if err != nil {
		return Usual{}, err
	}
	if err := w.operate(ctx, &h, nil); err != nil {
		return Usual{}, err
	}
	if c := h.Commands[0]; c.Exit != 0 {
		return Usual{}, fmt.Errorf("without a fault %v ends with %d: %s", c.Args, c.Exit, c.Errors())
	}
	usual := Usual{Requests: h.Requests, Wanted: witness.Meanings(h.After.Objects, w.Cluster)}
	if w.Scenario.Command.Destroys() {
		return usual, nil
	}
	if err := w.heal(ctx, &h); err != nil {
		return Usual{}, err
	}
	for _, c := range h.Commands {
		if c.Exit != 0 {
			return Usual{}, fmt.Errorf("without a fault %s ends with %d: %s %s", c.Title, c.Exit, strings.Join(c.Changes, ", "), c.Errors())
		}
	}
	return usual, nil
}

// Run runs the operation with these strikes, heals what is left, and destroys it. Struck is how
// many of the strikes met a request.
func (w *World) Run(ctx context.Context, name string, usual Usual, strikes ...Strike) (h witness.History, struck int, err error) {
	if h, err = w.begin(ctx, name); err != nil {
		return h, 0, err
	}
	h.Wanted, h.UsualRequests, h.Ridden = usual.Wanted, len(usual.Requests), true
	for _, s := range strikes {
		request := requestAt(usual.Requests, s.Address)
		h.Ridden = h.Ridden && s.Fault.Ridden(request)
		h.Killed = h.Killed || s.Fault.Kills
	}
	if err := w.operate(ctx, &h, strikes); err != nil {
		return h, 0, err
	}
	for _, r := range h.Requests {
		if r.Hit {
			struck++
		}
	}
	if err := w.heal(ctx, &h); err != nil {
		return h, struck, err
	}
	h.Audit, err = w.Audit.Of(w.Cluster)
	w.Audit.Forget(w.Cluster)
	return h, struck, err
}

func requestAt(requests []witness.Request, address string) witness.Request {
	for _, r := range requests {
		if r.Address() == address {
			return r
		}
	}
	return witness.Request{}
}

func (w *World) begin(ctx context.Context, name string) (witness.History, error) {
	s := w.Scenario
	h := witness.History{
		Run: name, Cluster: w.Cluster, Addresses: s.Addresses, Secrets: s.Secrets,
		Destroys: s.Command.Destroys(), Unnamed: s.Unnamed, Strangers: w.strangers,
	}
	if err := w.Configure(s.After); err != nil {
		return h, err
	}
	before, err := w.Scene(ctx)
	h.Before = before
	return h, err
}

// operate runs the scenario's command under the strikes.
func (w *World) operate(ctx context.Context, h *witness.History, strikes []Strike) error {
	running := make(chan *process, 1)
	w.Proxy.Begin(interceptor(strikes, running, w.Meanwhile))
	p, err := w.start(witness.Operation, w.Scenario.Command...)
	if err != nil {
		return err
	}
	running <- p
	c, err := w.wait(p)
	if err != nil {
		return err
	}
	h.Requests = w.Proxy.Requests()
	w.Proxy.Begin(nil)
	c.Requests = len(h.Requests)
	h.Commands = append(h.Commands, c)
	if w.Settle != nil {
		if err := w.Settle(ctx, h); err != nil {
			return err
		}
	}
	h.After, err = w.Scene(ctx)
	return err
}

// interceptor returns what chooses the strike that is for a request. The process comes by the
// channel, for requests may come as soon as it was started.
func interceptor(strikes []Strike, running chan *process, otherwise func(witness.Request) witness.Intercept) func(witness.Request) witness.Intercept {
	lasting := make([]bool, len(strikes))
	return func(r witness.Request) witness.Intercept {
		for i, s := range strikes {
			here := r.Address() == s.Address
			lasting[i] = lasting[i] || here && s.Fault.Lasting
			if !here && !lasting[i] {
				continue
			}
			return func(w http.ResponseWriter, req *http.Request, server http.Handler) {
				p := <-running
				running <- p
				s.Fault.Act(fault.Hit{Request: r, W: w, R: req, Server: server, Signal: p.signal, KillCore: p.killCore})
			}
		}
		if otherwise != nil {
			return otherwise(r)
		}
		return nil
	}
}

// heal applies until all is as it should be, and then takes it away.
func (w *World) heal(ctx context.Context, h *witness.History) error {
	s := w.Scenario
	if err := w.Configure(s.Healed); err != nil {
		return err
	}
	args := []string(scenario.Apply())
	if s.Command.Destroys() {
		args = s.Command
	}
	if s.Command.Invokes() {
		if err := w.again(h, "invoke", s.Command...); err != nil {
			return err
		}
	}
	if err := w.again(h, witness.Heal, args...); err != nil {
		return err
	}
	if err := w.adopt(h, args); err != nil {
		return err
	}
	if !s.Command.Destroys() {
		if err := w.again(h, witness.Plan, "plan", "-detailed-exitcode", "-out=saved.plan"); err != nil {
			return err
		}
	}
	var err error
	if h.Healed, err = w.Scene(ctx); err != nil {
		return err
	}
	if !s.Command.Destroys() {
		if err := w.uproot(ctx); err != nil {
			return err
		}
		if err := w.again(h, witness.Destroy, scenario.Destroy()...); err != nil {
			return err
		}
	}
	h.Destroyed, err = w.Scene(ctx)
	return err
}

func (w *World) again(h *witness.History, title string, args ...string) error {
	c, err := w.Terraform(title, args...)
	h.Commands = append(h.Commands, c)
	return err
}

// adopt imports what the last apply has named as lost, as a person would do.
func (w *World) adopt(h *witness.History, args []string) error {
	heal := h.Commands[len(h.Commands)-1]
	ids := heal.Imports()
	if heal.Exit == 0 || len(ids) == 0 {
		return nil
	}
	var blocks strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", w.addressOf(id), id)
	}
	if err := w.put("import.tf", blocks.String()); err != nil {
		return err
	}
	if err := w.again(h, witness.Adopt, args...); err != nil {
		return err
	}
	return w.put("import.tf", "")
}

// addressOf is the resource that an ID belongs to.
func (w *World) addressOf(id string) string {
	if len(w.Scenario.Addresses) == 1 {
		return w.Scenario.Addresses[0]
	}
	number := id[strings.LastIndexByte(id, '-')+1:]
	if i := slices.IndexFunc(w.Scenario.Addresses, func(address string) bool { return strings.HasSuffix(address, "["+number+"]") }); i >= 0 {
		return w.Scenario.Addresses[i]
	}
	return w.Scenario.Addresses[0]
}
