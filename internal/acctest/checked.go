package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/provider"
)

// newProven returns the provider under test. If an apply marks a resource so that its next plan may
// take the shortcut, that plan is also made in full, and the apply fails if it changes or reports
// something.
func newProven() (*proven, error) {
	server, err := provider.NewServer("test")
	if err != nil {
		return nil, err
	}
	whole, ok := server.(wholeServer)
	if !ok {
		return nil, errors.New("the provider lacks a part of the protocol")
	}
	schemas, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	return &proven{wholeServer: whole, schemas: schemas.ResourceSchemas}, nil
}

// NewCheckedCLI is NewCLI with a provider that compares each answer by a shortcut with the full
// answer: a read or a plan that changes nothing. The test fails if the two differ.
func NewCheckedCLI(t *testing.T) *CLI {
	t.Helper()
	c := NewCLI(t)
	server, err := newProven()
	if err != nil {
		t.Fatal(err)
	}
	c.Serve(source, &checked{proven: server, t: t})
	return c
}

type wholeServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

type proven struct {
	wholeServer
	schemas map[string]*tfprotov6.Schema
}

func (p *proven) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := p.wholeServer.ApplyResourceChange(ctx, req)
	if err != nil {
		return resp, err
	}
	private, marked := unmarked(resp.Private)
	if !marked.plan {
		return resp, nil
	}
	next, err := p.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: req.TypeName, Config: req.Config, PriorState: resp.NewState, ProposedNewState: resp.NewState,
		PriorPrivate: private, PriorIdentity: resp.NewIdentity, ProviderMeta: req.ProviderMeta,
	})
	if err != nil {
		return nil, err
	}
	if len(next.RequiresReplace) > 0 {
		return nil, fmt.Errorf("the next plan of %s would be answered at once, and replaces it for %v", req.TypeName, next.RequiresReplace)
	}
	return resp, p.differ("the next plan", req.TypeName, resp.NewState, next.PlannedState, next.Diagnostics)
}

// differ returns how the answer by a shortcut differs from the full one.
func (p *proven) differ(answer, typeName string, atOnce, looked *tfprotov6.DynamicValue, said []*tfprotov6.Diagnostic) error {
	var all []error
	for _, d := range said {
		all = append(all, fmt.Errorf("%s of %s is answered at once, and has this to say: %s: %s", answer, typeName, d.Summary, d.Detail))
	}
	same, err := p.same(typeName, atOnce, looked)
	if err == nil && !same {
		err = fmt.Errorf("%s of %s is answered at once, and finds another state", answer, typeName)
	}
	return errors.Join(append(all, err)...)
}

func (p *proven) same(typeName string, a, b *tfprotov6.DynamicValue) (bool, error) {
	schema, found := p.schemas[typeName]
	if !found {
		return false, fmt.Errorf("there is no schema of %s", typeName)
	}
	first, err := a.Unmarshal(schema.ValueType())
	if err != nil {
		return false, err
	}
	second, err := b.Unmarshal(schema.ValueType())
	return err == nil && first.Equal(second), err
}

type checked struct {
	*proven
	t *testing.T
}

func (c *checked) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := c.wholeServer.ReadResource(ctx, req)
	private, marked := unmarked(req.Private)
	if err != nil || !marked.read || len(resp.Diagnostics) > 0 || !bytes.Equal(resp.NewState.MsgPack, req.CurrentState.MsgPack) {
		return resp, err
	}
	looking := *req
	looking.Private = private
	looked, err := c.wholeServer.ReadResource(ctx, &looking)
	if err != nil {
		return nil, err
	}
	if err := c.differ("a read", req.TypeName, resp.NewState, looked.NewState, looked.Diagnostics); err != nil {
		c.t.Error(err)
	}
	return resp, nil
}

func (c *checked) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp, err := c.wholeServer.PlanResourceChange(ctx, req)
	private, marked := unmarked(req.PriorPrivate)
	if err != nil || !marked.plan || len(resp.Diagnostics) > 0 || !bytes.Equal(resp.PlannedState.MsgPack, req.PriorState.MsgPack) {
		return resp, err
	}
	looking := *req
	looking.PriorPrivate = private
	looked, err := c.wholeServer.PlanResourceChange(ctx, &looking)
	if err != nil {
		return nil, err
	}
	if len(looked.RequiresReplace) > 0 {
		c.t.Errorf("a plan of %s was answered at once, and replaces it for %v", req.TypeName, looked.RequiresReplace)
	}
	if err := c.differ("a plan", req.TypeName, resp.PlannedState, looked.PlannedState, looked.Diagnostics); err != nil {
		c.t.Error(err)
	}
	return resp, nil
}

// marks are what enables the shortcuts of a resource.
type marks struct{ read, plan bool }

// unmarked returns private state without the marks, and the marks.
func unmarked(private []byte) ([]byte, marks) {
	keys := map[string][]byte{}
	var text string
	if json.Unmarshal(private, &keys) != nil || json.Unmarshal(keys["unchanged"], &text) != nil {
		return private, marks{}
	}
	delete(keys, "unchanged")
	rest, err := json.Marshal(keys)
	if err != nil {
		return private, marks{}
	}
	read, plan, _ := strings.Cut(text, ".")
	return rest, marks{read: read != "", plan: plan != ""}
}
