package provider

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestNewServer_hasEveryPartOfTheProtocol(t *testing.T) {
	s, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.(tfprotov6.ActionServer); !ok {
		t.Error("actions have vanished")
	}
	if _, ok := s.(tfprotov6.ListResourceServer); !ok {
		t.Error("list resources have vanished")
	}
	schema, err := s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || hasError(schema.Diagnostics) {
		t.Fatalf("no schema: %v, %v", err, schema.Diagnostics)
	}
	for _, kind := range []string{"mar_cluster", "mar_instance"} {
		if schema.ResourceSchemas[kind] == nil || schema.DataSourceSchemas[kind] == nil {
			t.Errorf("%s isn't served", kind)
		}
		if schema.ListResourceSchemas[kind] == nil {
			t.Errorf("%s can't be listed", kind)
		}
	}
	for _, action := range []string{"mar_instance_start", "mar_instance_stop", "mar_instance_restart"} {
		if schema.ActionSchemas[action] == nil {
			t.Errorf("the action %s isn't served", action)
		}
	}
	if schema.EphemeralResourceSchemas["mar_cluster_credentials"] == nil {
		t.Error("mar_cluster_credentials isn't served")
	}
}

// The tests of a provider in a Pod give it another folder, so nothing else would notice.
func TestNewServer_findsItsPodsCredentials(t *testing.T) {
	made, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	const folder = "/var/run/secrets/kubernetes.io/serviceaccount"
	if s, ok := made.(*server); !ok || s.mar.serviceAccountFolder != folder {
		t.Errorf("the server is %+v, want one that looks into %s", made, folder)
	}
}

// OpenTofu sends null as nothing at all, which the plugin library can't read.
func TestCallFunction_takesNothingForNull(t *testing.T) {
	s, err := NewServer("test")
	if err != nil {
		t.Fatal(err)
	}
	none, err := tfprotov6.NewDynamicValue(tftypes.DynamicPseudoType, tftypes.NewValue(tftypes.Tuple{ElementTypes: []tftypes.Type{}}, []tftypes.Value{}))
	if err != nil {
		t.Fatal(err)
	}
	for name, quota := range map[string]*tfprotov6.DynamicValue{"an empty value": {}, "no value": nil} {
		resp, err := s.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: "quota_fits", Arguments: []*tfprotov6.DynamicValue{quota, &none}})
		if err != nil || resp.Error != nil {
			t.Errorf("%s: %v, %+v", name, err, resp.Error)
		}
	}
}

func TestLosesState(t *testing.T) {
	for version, want := range map[string]bool{
		"1.8.5": false, "1.13.0": false, "1.15.9": false, "1.16.0": true, "1.16.4": true, "1.17.0-beta1": true, "": false,
	} {
		if got := losesState(version); got != want {
			t.Errorf("%q: got %t", version, got)
		}
	}
}

func TestGate(t *testing.T) {
	const ok, failed = false, true
	for name, c := range map[string]struct {
		open    bool
		answers []bool
		// want is when each passes, in spacings after they all arrived.
		want []int
	}{
		"successes pass together":            {answers: []bool{ok, ok, ok}, want: []int{0, 0, 0}},
		"failures pass one by one":           {answers: []bool{failed, failed, failed}, want: []int{0, 1, 2}},
		"a failure waits for a success":      {answers: []bool{ok, failed}, want: []int{0, 1}},
		"a success waits for a failure":      {answers: []bool{failed, ok, ok}, want: []int{0, 1, 1}},
		"mixed":                              {answers: []bool{ok, failed, ok, failed, ok}, want: []int{0, 1, 2, 3, 4}},
		"an open one doesn't hold anyone up": {open: true, answers: []bool{failed, failed, ok}, want: []int{0, 0, 0}},
	} {
		var g gate
		if !c.open {
			g.close()
		}
		now := time.Now()
		for i, answer := range c.answers {
			if got := g.turn(now, answer); got != time.Duration(c.want[i])*spacing {
				t.Errorf("%s: answer %d waits %s, want %d spacings", name, i, got, c.want[i])
			}
		}
	}
}

func TestGate_pass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		g.close()
		start := time.Now()
		g.pass(t.Context(), true)
		g.pass(t.Context(), true)
		if took := time.Since(start); took != spacing {
			t.Errorf("took %s, want %s", took, spacing)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		g.pass(cancelled, true)
		if took := time.Since(start); took != spacing {
			t.Errorf("a cancelled run still waited: %s", took)
		}
	})
}

func TestIsCreate(t *testing.T) {
	value := func(v any) *tfprotov6.DynamicValue {
		d, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, v))
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	if !isCreate(&tfprotov6.ApplyResourceChangeRequest{PriorState: value(nil)}) || isCreate(&tfprotov6.ApplyResourceChangeRequest{PriorState: value("x")}) {
		t.Error("isCreate is wrong")
	}
}
