package protocol

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/keycheck"
)

// unknownKeys warns of keys in the configuration's files that the schemas don't have.
//
// It does so while Terraform validates. Terraform validates every block once in each command
// that reads the configuration, before it plans, by processes that it never configures. In a
// plan or an apply it validates again, by processes that it has configured. So a process warns
// until it is configured, and each warning comes once a run.
type unknownKeys struct {
	configured atomic.Bool
	read       func() ([]*keycheck.Block, keycheck.Schemas)

	mu   sync.Mutex
	told map[*keycheck.Block]bool
}

// newUnknownKeys reads the files at the first use. The working directory of a process that
// Terraform has started is the root module's folder, also with -chdir.
func newUnknownKeys(of tfprotov6.ProviderServer) *unknownKeys {
	return &unknownKeys{
		told: map[*keycheck.Block]bool{},
		read: sync.OnceValues(func() ([]*keycheck.Block, keycheck.Schemas) {
			all, err := of.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
			if err != nil {
				return nil, nil
			}
			schemas := keycheck.SchemasOf(all)
			return keycheck.Read(".", keycheck.DataFolder("."), schemas), schemas
		}),
	}
}

// stop ends the warnings, because the process is being configured.
func (u *unknownKeys) stop() {
	if u != nil {
		u.configured.Store(true)
	}
}

// warnings are those about the block that has this configuration, once each. A nil
// receiver has none.
func (u *unknownKeys) warnings(kind keycheck.Kind, typeName string, config *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	if u == nil || u.configured.Load() || config == nil {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	blocks, schemas := u.read()
	if len(blocks) == 0 {
		return nil
	}
	value, err := config.Unmarshal(schemas[kind][typeName].ValueType())
	if err != nil {
		return nil
	}
	block, sure := keycheck.Of(blocks, kind, typeName, value)
	if block == nil || u.told[block] {
		return nil
	}
	u.told[block] = true
	var warnings []*tfprotov6.Diagnostic
	for _, key := range block.Keys {
		warnings = append(warnings, unknownKeyWarning(key, sure))
	}
	return warnings
}

func unknownKeyWarning(key keycheck.Key, sure bool) *tfprotov6.Diagnostic {
	summary, detail := fw.UnknownKey{Name: key.Name, In: key.In, Has: key.Has, Nearest: key.Nearest, File: key.File, Line: key.Line, Unsure: !sure}.Warning()
	return &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: summary, Detail: detail, Attribute: key.Path}
}

func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := during(ctx, req, s.Inner.ValidateResourceConfig)
	if err == nil {
		resp.Diagnostics = sayWholeNumbers(resp.Diagnostics)
		resp.Diagnostics = append(resp.Diagnostics, s.keys.warnings(keycheck.Resource, req.TypeName, req.Config)...)
	}
	return resp, err
}

func (s *server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	resp, err := during(ctx, req, s.Inner.ValidateDataResourceConfig)
	if err == nil {
		resp.Diagnostics = sayWholeNumbers(resp.Diagnostics)
		resp.Diagnostics = append(resp.Diagnostics, s.keys.warnings(keycheck.DataSource, req.TypeName, req.Config)...)
	}
	return resp, err
}

// ValidateEphemeralResourceConfig is of the provider's ephemeral resources.
func (s *server) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	resp, err := s.Inner.ValidateEphemeralResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = sayWholeNumbers(resp.Diagnostics)
		resp.Diagnostics = append(resp.Diagnostics, s.keys.warnings(keycheck.Ephemeral, req.TypeName, req.Config)...)
	}
	return resp, err
}

// ValidateActionConfig is of the provider's actions.
func (s *server) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	resp, err := s.Inner.ValidateActionConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = sayWholeNumbers(resp.Diagnostics)
		resp.Diagnostics = append(resp.Diagnostics, s.keys.warnings(keycheck.Action, req.ActionType, req.Config)...)
	}
	return resp, err
}

// ValidateListResourceConfig is of the provider's list resources.
func (s *server) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	resp, err := s.Inner.ValidateListResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = sayWholeNumbers(resp.Diagnostics)
		resp.Diagnostics = append(resp.Diagnostics, s.keys.warnings(keycheck.List, req.TypeName, req.Config)...)
	}
	return resp, err
}
