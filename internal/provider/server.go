package provider

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns the provider as Terraform's plugin protocol has it.
func NewServer(version string) (tfprotov6.ProviderServer, error) {
	return serverOf(newProvider(version))
}

func serverOf(mar *marProvider) (tfprotov6.ProviderServer, error) {
	inner, ok := providerserver.NewProtocol6(mar)().(protocolServer)
	if !ok {
		return nil, errors.New("the plugin framework's server lacks a part of the protocol")
	}
	return &server{
		protocolServer: inner, mar: mar,
		schemas: sync.OnceValues(func() (map[string]resourceSchema, error) { return resourceSchemas(context.Background(), inner) }),
	}, nil
}

// protocolServer is every part of the protocol. The later parts are found by
// type assertion, and so would vanish from a wrapper that only has the first.
type protocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// server works around what versions of Terraform make of a provider's answers: it
// keeps them from losing state when a create fails while others end, and from
// taking a number that was read again for a change. And it lets go of each call when
// it is over: those that Terraform makes once a resource pass through it by name.
type server struct {
	protocolServer
	answers       gate
	numbersAsText atomic.Bool
	mar           *marProvider
	schemas       func() (map[string]resourceSchema, error)
}

func (s *server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if losesState(req.TerraformVersion) {
		s.answers.close()
	}
	s.numbersAsText.Store(tellsNumbersApart(req.TerraformVersion))
	return s.protocolServer.ConfigureProvider(ctx, req)
}

func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := during(ctx, req, func(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
		resp, err := s.protocolServer.ApplyResourceChange(ctx, req)
		if err == nil {
			resp.Private = s.withMarks(ctx, req, resp)
		}
		return resp, err
	})
	if err == nil {
		s.answers.pass(ctx, isCreate(req) && hasError(resp.Diagnostics))
	}
	return resp, err
}

// isCreate reports whether there was no object before; what can't be read is
// taken for one.
func isCreate(req *tfprotov6.ApplyResourceChangeRequest) bool {
	isNull, err := req.PriorState.IsNull()
	return err != nil || isNull
}

func hasError(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// losesState reports whether that Terraform may panic, and leave an empty state
// file, when a create returns its state with an error while another resource is
// being saved: from 1.16.0 to at least 1.16.4 core writes such an object without a
// status, for a moment, before it taints it (managedResourceExecute), and saving
// any resource saves all. Earlier ones taint first, and OpenTofu, which says that
// it is a 1.13, isn't affected.
func losesState(terraformVersion string) bool {
	v, err := version.NewVersion(terraformVersion)
	return err == nil && v.Core().GreaterThanOrEqual(version.Must(version.NewVersion("1.16.0")))
}

// spacing is how long core is given to be done with an answer. With 60 creates
// that fail together 60 ms were enough on an idle machine and not on a busy one.
const spacing = 200 * time.Millisecond

// gate keeps failed creates apart, from one another and from every other answer.
// Other answers pass together. An open gate, the zero value, lets all pass at once.
type gate struct {
	mu     sync.Mutex
	closed bool
	// free is when the next answer may pass, last when the last one did or will.
	free, last time.Time
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// pass blocks until it is the caller's turn, or the context ends.
func (g *gate) pass(ctx context.Context, failedCreate bool) {
	wait := g.turn(time.Now(), failedCreate)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (g *gate) turn(now time.Time, failedCreate bool) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		return 0
	}
	at := later(now, g.free)
	if failedCreate {
		at = later(at, g.last.Add(spacing))
		g.free = at.Add(spacing)
	}
	g.last = later(g.last, at)
	return at.Sub(now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
