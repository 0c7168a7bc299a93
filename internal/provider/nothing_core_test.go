package provider_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// core speaks the plugin protocol as Terraform does, without its cost, and counts the
// requests to the API server that write.
type core struct {
	t       *testing.T
	server  tfprotov6.ProviderServer
	schemas map[string]*tfprotov6.Schema
	writes  *atomic.Int64
}

// held is a resource as Terraform holds it.
type held struct {
	typeName string
	state    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

func newCore(t *testing.T) *core {
	t.Helper()
	c := &core{t: t, writes: &atomic.Int64{}}
	block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if r.Method != http.MethodGet && r.URL.Query().Get("dryRun") == "" && !strings.HasPrefix(r.URL.Path, "/apis/authorization.k8s.io") {
			c.writes.Add(1)
		}
		return acctest.Pass
	})
	var err error
	if c.server, err = acctest.Providers()["mar"](); err != nil {
		t.Fatal(err)
	}
	described, err := c.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	c.schemas = described.ResourceSchemas
	arguments := map[string]any{"plan_validation": "off"}
	for _, argument := range regexp.MustCompile(`(\w+) += (".*")`).FindAllStringSubmatch(block, -1) {
		if arguments[argument[1]], err = strconv.Unquote(argument[2]); err != nil {
			t.Fatal(err)
		}
	}
	own := described.Provider.ValueType()
	configured, err := c.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.16.0", Config: c.dynamic(own, typed(own, arguments))})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatal(err, said(configured.Diagnostics))
	}
	return c
}

func (c *core) dynamic(kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	c.t.Helper()
	d, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		c.t.Fatal(err)
	}
	return &d
}

func said(diagnostics []*tfprotov6.Diagnostic) string {
	var lines []string
	for _, d := range diagnostics {
		lines = append(lines, d.Severity.String()+": "+d.Summary+": "+d.Detail)
	}
	return strings.Join(lines, "\n")
}

func failed(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// proposal is a plan of a configuration.
type proposal struct {
	*tfprotov6.PlanResourceChangeResponse
	config, state tftypes.Value
	refused       string
}

// plan validates a configuration and plans it as core does.
func (c *core) plan(h held, configuration map[string]any) proposal {
	c.t.Helper()
	schema := c.schemas[h.typeName]
	kind := schema.ValueType()
	p := proposal{config: typed(kind, configuration)}
	config := c.dynamic(kind, p.config)
	valid, err := c.server.ValidateResourceConfig(c.t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: h.typeName, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true}})
	if err != nil {
		c.t.Fatal(err)
	}
	if failed(valid.Diagnostics) {
		p.refused = said(valid.Diagnostics)
		return p
	}
	prior := h.state
	if prior.Type() == nil {
		prior = tftypes.NewValue(kind, nil)
	}
	p.PlanResourceChangeResponse, err = c.server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: h.typeName, Config: config, PriorState: c.dynamic(kind, prior), PriorPrivate: h.private, PriorIdentity: h.identity,
		ProposedNewState: c.dynamic(kind, proposed(schema.Block.Attributes, prior, p.config)),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if failed(p.Diagnostics) {
		p.refused = said(p.Diagnostics)
		return p
	}
	if p.state, err = p.PlannedState.Unmarshal(kind); err != nil {
		c.t.Fatal(err)
	}
	return p
}

// apply carries a plan out.
func (c *core) apply(h held, p proposal) (held, string) {
	c.t.Helper()
	kind := c.schemas[h.typeName].ValueType()
	prior := h.state
	if prior.Type() == nil {
		prior = tftypes.NewValue(kind, nil)
	}
	applied, err := c.server.ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: h.typeName, PriorState: c.dynamic(kind, prior), PlannedState: p.PlannedState, Config: c.dynamic(kind, p.config),
		PlannedPrivate: p.PlannedPrivate, PlannedIdentity: p.PlannedIdentity,
	})
	if err != nil {
		return h, err.Error()
	}
	if failed(applied.Diagnostics) {
		return h, said(applied.Diagnostics)
	}
	state, err := applied.NewState.Unmarshal(kind)
	if err != nil {
		c.t.Fatal(err)
	}
	return held{typeName: h.typeName, state: state, private: applied.Private, identity: applied.NewIdentity}, ""
}

// refresh reads a resource.
func (c *core) refresh(h held) held {
	c.t.Helper()
	kind := c.schemas[h.typeName].ValueType()
	read, err := c.server.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{TypeName: h.typeName, CurrentState: c.dynamic(kind, h.state), Private: h.private, CurrentIdentity: h.identity})
	if err != nil || failed(read.Diagnostics) {
		c.t.Fatal(err, said(read.Diagnostics))
	}
	if h.state, err = read.NewState.Unmarshal(kind); err != nil {
		c.t.Fatal(err)
	}
	h.private, h.identity = read.Private, read.NewIdentity
	return h
}

// imported imports a resource.
func (c *core) imported(typeName, id string) held {
	c.t.Helper()
	found, err := c.server.ImportResourceState(c.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
	if err != nil || failed(found.Diagnostics) {
		c.t.Fatal(err, said(found.Diagnostics))
	}
	resource := found.ImportedResources[0]
	state, err := resource.State.Unmarshal(c.schemas[typeName].ValueType())
	if err != nil {
		c.t.Fatal(err)
	}
	return c.refresh(held{typeName: typeName, state: state, private: resource.Private, identity: resource.Identity})
}

// proposed is what core proposes: the configuration, with the prior value of what is
// computed and not configured.
func proposed(attributes []*tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() {
		return config
	}
	before, written := fieldsOf(prior), fieldsOf(config)
	values := map[string]tftypes.Value{}
	for _, a := range attributes {
		value, was := written[a.Name], before[a.Name]
		switch {
		case value.IsNull() && a.Computed && was.Type() != nil:
			value = was
		case value.IsNull() || a.NestedType == nil || was.Type() == nil || was.IsNull():
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			value = proposed(a.NestedType.Attributes, was, value)
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeMap:
			entries, had := fieldsOf(value), fieldsOf(was)
			for key, entry := range entries {
				if had[key].Type() != nil {
					entries[key] = proposed(a.NestedType.Attributes, had[key], entry)
				}
			}
			value = tftypes.NewValue(value.Type(), entries)
		}
		values[a.Name] = value
	}
	return tftypes.NewValue(config.Type(), values)
}

// takenByCore names the attributes whose planned values core wouldn't take: neither the
// configured nor the prior one, nor one of what is computed and not configured.
func takenByCore(attributes []*tfprotov6.SchemaAttribute, prior, config, plan tftypes.Value, at string) []string {
	var wrong []string
	before, written, values := fieldsOf(prior), fieldsOf(config), fieldsOf(plan)
	for _, a := range attributes {
		value, was, is := values[a.Name], before[a.Name], written[a.Name]
		hasPrior := was.Type() != nil && !was.IsNull()
		switch {
		case value.Equal(is), hasPrior && !is.IsNull() && value.Equal(was), is.IsNull() && a.Computed, a.WriteOnly && value.IsNull():
		case a.NestedType == nil, is.IsNull(), value.IsNull():
			wrong = append(wrong, at+a.Name)
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			wrong = append(wrong, takenByCore(a.NestedType.Attributes, was, is, value, at+a.Name+".")...)
		case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeMap:
			entries, had, declared := fieldsOf(value), fieldsOf(was), fieldsOf(is)
			for key, entry := range entries {
				wrong = append(wrong, takenByCore(a.NestedType.Attributes, had[key], declared[key], entry, at+a.Name+"."+key+".")...)
			}
		}
	}
	return wrong
}

func fieldsOf(value tftypes.Value) map[string]tftypes.Value {
	fields := map[string]tftypes.Value{}
	if value.Type() == nil || value.IsNull() || !value.IsKnown() || value.As(&fields) != nil {
		return map[string]tftypes.Value{}
	}
	return fields
}

// typed is a value as HCL would make it of what is written, for a type.
func typed(kind tftypes.Type, written any) tftypes.Value {
	if written == nil {
		return tftypes.NewValue(kind, nil)
	}
	switch k := kind.(type) {
	case tftypes.Object:
		fields, _ := written.(map[string]any)
		values := map[string]tftypes.Value{}
		for name, inner := range k.AttributeTypes {
			values[name] = typed(inner, fields[name])
		}
		return tftypes.NewValue(kind, values)
	case tftypes.Map:
		values := map[string]tftypes.Value{}
		fields, _ := written.(map[string]any)
		for name, inner := range fields {
			values[name] = typed(k.ElementType, inner)
		}
		return tftypes.NewValue(kind, values)
	case tftypes.List:
		return tftypes.NewValue(kind, typedItems(k.ElementType, written))
	case tftypes.Set:
		return tftypes.NewValue(kind, typedItems(k.ElementType, written))
	}
	if kind.Is(tftypes.DynamicPseudoType) {
		return untyped(written)
	}
	if number, isNumber := written.(int); isNumber && kind.Is(tftypes.String) {
		written = strconv.Itoa(number)
	}
	return tftypes.NewValue(kind, written)
}

func typedItems(kind tftypes.Type, written any) []tftypes.Value {
	items, _ := written.([]any)
	values := make([]tftypes.Value, 0, len(items))
	for _, item := range items {
		values = append(values, typed(kind, item))
	}
	return values
}

// untyped is a value for an attribute of any type.
func untyped(written any) tftypes.Value {
	switch v := written.(type) {
	case map[string]any:
		kinds, values := map[string]tftypes.Type{}, map[string]tftypes.Value{}
		for name, inner := range v {
			values[name] = untyped(inner)
			kinds[name] = values[name].Type()
		}
		return tftypes.NewValue(tftypes.Object{AttributeTypes: kinds}, values)
	case []any:
		kinds, values := []tftypes.Type{}, []tftypes.Value{}
		for _, inner := range v {
			values = append(values, untyped(inner))
			kinds = append(kinds, values[len(values)-1].Type())
		}
		return tftypes.NewValue(tftypes.Tuple{ElementTypes: kinds}, values)
	case bool:
		return tftypes.NewValue(tftypes.Bool, v)
	case int:
		return tftypes.NewValue(tftypes.Number, v)
	case string:
		return tftypes.NewValue(tftypes.String, v)
	}
	return tftypes.NewValue(tftypes.DynamicPseudoType, nil)
}
