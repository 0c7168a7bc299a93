package provider

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns the provider as Terraform's plugin protocol has it.
func NewServer(version string) (tfprotov6.ProviderServer, error) {
	return serverOf(newProvider(version))
}

// NewPluginServer is NewServer for a process that Terraform has started: there may be others
// beside it, one for each provider configuration.
func NewPluginServer(version string) (tfprotov6.ProviderServer, error) {
	mar := newProvider(version)
	mar.hasSiblings = true
	s, err := serverOf(mar)
	if err != nil {
		return nil, err
	}
	s.keys = newUnknownKeys(s.protocolServer)
	return s, nil
}

func serverOf(mar *marProvider) (*server, error) {
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
	// keys is nil in a process that Terraform hasn't started: it may have any folder.
	keys *unknownKeys
}

func (s *server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if losesState(req.TerraformVersion) {
		s.answers.close(s.mar.hasSiblings)
	}
	s.numbersAsText.Store(tellsNumbersApart(req.TerraformVersion))
	s.keys.stop()
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
	s.answers.pass(err == nil && isAtRisk(req, resp))
	return resp, err
}

// isAtRisk reports whether an answer may make core lose state; gate.go says why.
func isAtRisk(req *tfprotov6.ApplyResourceChangeRequest, resp *tfprotov6.ApplyResourceChangeResponse) bool {
	return isCreate(req) && hasError(resp.Diagnostics) && hasValue(resp.NewState)
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
