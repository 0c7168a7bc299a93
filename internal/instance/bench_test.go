package instance_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// planning is the provider as core asks it for plans: one of what doesn't change asks
// the API server nothing.
type planning struct {
	tfprotov6.ProviderServer
	kind tftypes.Object
}

func newPlanning(b *testing.B) planning {
	b.Helper()
	provider, err := acctest.Providers()["mar"]()
	if err != nil {
		b.Fatal(err)
	}
	schemas, err := provider.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		b.Fatal(err)
	}
	own, isOwn := schemas.Provider.ValueType().(tftypes.Object)
	kind, isKind := schemas.ResourceSchemas["mar_instance"].ValueType().(tftypes.Object)
	if !isOwn || !isKind {
		b.Fatal("a schema is no object")
	}
	configured, err := provider.ConfigureProvider(b.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: packed(b, own, filled(own, map[string]tftypes.Value{"host": text(versionOnly(b)), "token": text("none"), "plan_validation": text("off")})),
	})
	if err != nil || len(configured.Diagnostics) > 0 {
		b.Fatal(err, texts(configured.Diagnostics))
	}
	return planning{provider, kind}
}

// versionOnly is the address of an API server that says which version it is, as a
// provider that is configured asks for it, and nothing else.
func versionOnly(b *testing.B) string {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/version" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"major": "1", "minor": "36", "gitVersion": "v1.36.0"}`)
	}))
	b.Cleanup(server.Close)
	return server.URL
}

// filled is an object of the given attributes, and nulls.
func filled(kind tftypes.Type, given map[string]tftypes.Value) tftypes.Value {
	object, _ := kind.(tftypes.Object)
	return nulls(object, given)
}

func packed(b *testing.B, kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	b.Helper()
	d, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		b.Fatal(err)
	}
	return &d
}

// minimal is an image, a size and what identifies the instance.
func (p planning) minimal() map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"cluster": text("dev"), "name": text("web"), "image": text("web:1"), "cpu": text("1"), "memory": text("1Gi"),
	}
}

// full has something in each attribute that the schema has.
func (p planning) full() map[string]tftypes.Value {
	number := func(n int) tftypes.Value { return tftypes.NewValue(tftypes.Number, n) }
	objects := func(attribute string, byKey map[string]map[string]tftypes.Value) tftypes.Value {
		kind, known := p.kind.AttributeTypes[attribute].(tftypes.Map)
		if !known {
			return tftypes.Value{}
		}
		values := map[string]tftypes.Value{}
		for key, given := range byKey {
			values[key] = filled(kind.ElementType, given)
		}
		return tftypes.NewValue(kind, values)
	}
	all := p.minimal()
	for name, value := range map[string]tftypes.Value{
		"env": textMap("LOG_LEVEL", "info"), "labels": textMap("team", "shop"), "annotations": textMap("a", "b"), "requests": textMap("cpu", "500m"),
		"ports":           objects("ports", map[string]map[string]tftypes.Value{"http": {"port": number(8080), "protocol": text("TCP")}}),
		"service_account": text("deployer"),
		"env_value_from": objects("env_value_from", map[string]map[string]tftypes.Value{
			"PASSWORD": {"secret": text("db"), "key": text("password")}, "POD_IP": {"field": text("status.podIP")},
		}),
		"health_checks": objects("health_checks", map[string]map[string]tftypes.Value{
			"liveness": {"http_path": text("/healthz"), "http_port": text("http")}, "readiness": {"tcp_port": text("8080"), "period": number(5)},
		}),
		"volumes": objects("volumes", map[string]map[string]tftypes.Value{
			"tmp": {"mount_path": text("/tmp"), "empty_dir": text("Disk")}, "conf": {"mount_path": text("/etc/web"), "config_map": text("web")},
		}),
	} {
		if _, has := p.kind.AttributeTypes[name]; has {
			all[name] = value
		}
	}
	return all
}

// BenchmarkPlanUnchanged is what a plan costs each instance that doesn't change:
// a validation and a plan.
func BenchmarkPlanUnchanged(b *testing.B) {
	p := newPlanning(b)
	for name, given := range map[string]map[string]tftypes.Value{"minimal": p.minimal(), "full": p.full()} {
		b.Run(name, func(b *testing.B) {
			config := packed(b, p.kind, filled(p.kind, given))
			made, err := p.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
				TypeName: "mar_instance", PriorState: packed(b, p.kind, tftypes.NewValue(p.kind, nil)), ProposedNewState: config, Config: config,
			})
			if err != nil || len(made.Diagnostics) > 0 {
				b.Fatal(err, texts(made.Diagnostics))
			}
			state := packed(b, p.kind, settled(b, p.kind, made.PlannedState))
			b.ReportAllocs()
			for b.Loop() {
				valid, err := p.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "mar_instance", Config: config})
				if err != nil || len(valid.Diagnostics) > 0 {
					b.Fatal(err, texts(valid.Diagnostics))
				}
				plan, err := p.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
					TypeName: "mar_instance", PriorState: state, ProposedNewState: state, Config: config,
				})
				if err != nil || len(plan.Diagnostics) > 0 || len(plan.RequiresReplace) > 0 {
					b.Fatal(err, texts(plan.Diagnostics), plan.RequiresReplace)
				}
			}
		})
	}
}

// BenchmarkSchema is what starting the provider costs core.
func BenchmarkSchema(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		provider, err := acctest.Providers()["mar"]()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := provider.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}

// settled is a planned state in which all that core would learn in an apply is
// known.
func settled(b *testing.B, kind tftypes.Type, planned *tfprotov6.DynamicValue) tftypes.Value {
	b.Helper()
	value, err := planned.Unmarshal(kind)
	if err != nil {
		b.Fatal(err)
	}
	known, err := tftypes.Transform(value, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		return tftypes.NewValue(v.Type(), "1"), nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return known
}
