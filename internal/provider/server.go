package provider

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns the provider as Terraform's plugin protocol has it.
func NewServer(version string) (tfprotov6.ProviderServer, error) {
	inner, ok := providerserver.NewProtocol6(New(version)())().(protocolServer)
	if !ok {
		return nil, errors.New("the plugin framework's server lacks a part of the protocol")
	}
	return &server{protocolServer: inner}, nil
}

// protocolServer is every part of the protocol. The later parts are found by
// type assertion, and so would vanish from a wrapper that only has the first.
type protocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// server keeps Terraform from losing state when creates fail together.
type server struct {
	protocolServer
	failures gate
}

func (s *server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if losesState(req.TerraformVersion) {
		s.failures.close()
	}
	return s.protocolServer.ConfigureProvider(ctx, req)
}

func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := s.protocolServer.ApplyResourceChange(ctx, req)
	if err == nil && hasError(resp.Diagnostics) {
		s.failures.pass(ctx)
	}
	return resp, err
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
// file, when several creates return their state with an error at the same moment:
// 1.16 does (seen in 1.16.0, the code is the same in 1.16.4), for it writes the
// state before it taints the object. Earlier ones taint first, and OpenTofu, which
// says that it is a 1.13, isn't affected.
func losesState(terraformVersion string) bool {
	v, err := version.NewVersion(terraformVersion)
	return err == nil && v.Core().GreaterThanOrEqual(version.Must(version.NewVersion("1.16.0")))
}

// spacing is how far apart failures are answered: enough for core to finish with
// one before the next, as trials with 60 creates failing together showed.
const spacing = 60 * time.Millisecond

// gate lets one caller pass in each spacing. An open gate, the zero value, lets
// all pass at once.
type gate struct {
	mu     sync.Mutex
	closed bool
	next   time.Time
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// pass blocks until it is the caller's turn, or the context ends.
func (g *gate) pass(ctx context.Context) {
	wait, closed := g.turn(time.Now())
	if !closed {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (g *gate) turn(now time.Time) (wait time.Duration, closed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next.Before(now) {
		g.next = now
	}
	wait = g.next.Sub(now)
	g.next = g.next.Add(spacing)
	return wait, g.closed
}
