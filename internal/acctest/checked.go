package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewCheckedCLI is NewCLI, with a provider whose every answer that may have been given at
// once, without looking, is compared with the one that it gives after looking: a read or a
// plan that leaves all as it is. The test fails where the two differ.
func NewCheckedCLI(t *testing.T) *CLI {
	t.Helper()
	c := NewCLI(t)
	server, err := Providers()["mar"]()
	if err != nil {
		t.Fatal(err)
	}
	whole, ok := server.(wholeServer)
	if !ok {
		t.Fatal("the provider lacks a part of the protocol")
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	c.Serve(source, &checked{wholeServer: whole, t: t, schemas: schemas.ResourceSchemas})
	return c
}

type wholeServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

type checked struct {
	wholeServer
	t       *testing.T
	schemas map[string]*tfprotov6.Schema
}

func (c *checked) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := c.wholeServer.ReadResource(ctx, req)
	private, marked := unmarked(req.Private)
	if err != nil || !marked || len(resp.Diagnostics) > 0 || !bytes.Equal(resp.NewState.MsgPack, req.CurrentState.MsgPack) {
		return resp, err
	}
	looking := *req
	looking.Private = private
	looked, err := c.wholeServer.ReadResource(ctx, &looking)
	if err != nil {
		return nil, err
	}
	c.compare("read", req.TypeName, resp.NewState, looked.NewState, looked.Diagnostics)
	return resp, nil
}

func (c *checked) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp, err := c.wholeServer.PlanResourceChange(ctx, req)
	private, marked := unmarked(req.PriorPrivate)
	if err != nil || !marked || len(resp.Diagnostics) > 0 || !bytes.Equal(resp.PlannedState.MsgPack, req.PriorState.MsgPack) {
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
	c.compare("plan", req.TypeName, resp.PlannedState, looked.PlannedState, looked.Diagnostics)
	return resp, nil
}

// compare fails the test where a look has found another state, or something to say.
func (c *checked) compare(call, typeName string, atOnce, looked *tfprotov6.DynamicValue, said []*tfprotov6.Diagnostic) {
	for _, d := range said {
		c.t.Errorf("a %s of %s was answered at once, and has this to say: %s: %s", call, typeName, d.Summary, d.Detail)
	}
	same, err := c.same(typeName, atOnce, looked)
	if err != nil || !same {
		c.t.Errorf("a %s of %s was answered at once, and finds another state (%v)", call, typeName, err)
	}
}

func (c *checked) same(typeName string, a, b *tfprotov6.DynamicValue) (bool, error) {
	schema, found := c.schemas[typeName]
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

// unmarked is private state without what an answer at once is known by, and whether there
// was any.
func unmarked(private []byte) ([]byte, bool) {
	keys := map[string][]byte{}
	if err := json.Unmarshal(private, &keys); err != nil || keys["unchanged"] == nil {
		return private, false
	}
	delete(keys, "unchanged")
	rest, err := json.Marshal(keys)
	return rest, err == nil
}
