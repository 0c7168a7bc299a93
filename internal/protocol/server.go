package protocol

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// Provider is what a server needs of the provider that it serves, beside the framework's part.
type Provider interface {
	provider.Provider
	// Conduct stands for everything that reads and plans depend on beside a resource's own
	// values and the API server: this build of the provider, and what its block sets.
	Conduct() string
	// IsStill reports whether the API server's object of a resource with that identity has a
	// version that is the one; of kinds that don't keep any it isn't known.
	IsStill(ctx context.Context, typeName string, identity map[string]any, isTheOne func(version string) bool) bool
	// NoteState takes note of an object that the state has, in JSON.
	NoteState(typeName string, state []byte)
	// PlanValidation is how plans find out what is refused, once the provider is configured.
	PlanValidation() fw.PlanValidation
}

// New returns the server of a provider in a process that nobody else shares the answers of.
func New(mar Provider) (tfprotov6.ProviderServer, error) { return serverOf(mar) }

// NewPlugin returns the server of a provider in a process that Terraform has started: there may
// be others beside it, one for each provider configuration.
func NewPlugin(mar Provider) (tfprotov6.ProviderServer, error) {
	s, err := serverOf(mar)
	if err != nil {
		return nil, err
	}
	s.hasSiblings = true
	s.keys = newUnknownKeys(s.Inner)
	return s, nil
}

// Wrapped is New with something between it and the framework's server, for tests that count its calls.
func Wrapped(mar Provider, wrap func(Inner) Inner) (tfprotov6.ProviderServer, error) {
	s, err := serverOf(mar)
	if err != nil {
		return nil, err
	}
	s.Inner = wrap(s.Inner)
	return s, nil
}

func serverOf(mar Provider) (*server, error) {
	inner, ok := providerserver.NewProtocol6(mar)().(Inner)
	if !ok {
		return nil, errors.New("the plugin framework's server lacks a part of the protocol")
	}
	return &server{
		Inner: inner, mar: mar,
		schemas: sync.OnceValues(func() (map[string]resourceSchema, error) { return resourceSchemas(context.Background(), inner) }),
	}, nil
}

// Inner is every part of the protocol. The later parts are found by
// type assertion, and so would vanish from a wrapper that only has the first.
type Inner interface {
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
	Inner
	answers       gate
	numbersAsText atomic.Bool
	mar           Provider
	// hasSiblings is that Terraform may have started more such processes.
	hasSiblings bool
	schemas     func() (map[string]resourceSchema, error)
	// keys is nil in a process that Terraform hasn't started: it may have any folder.
	keys *unknownKeys
}

func (s *server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if losesState(req.TerraformVersion) {
		s.answers.close(s.hasSiblings)
	}
	s.numbersAsText.Store(tellsNumbersApart(req.TerraformVersion))
	s.keys.stop()
	return s.Inner.ConfigureProvider(ctx, req)
}

func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := during(ctx, req, func(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
		resp, err := s.Inner.ApplyResourceChange(ctx, req)
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
