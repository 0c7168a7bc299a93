package provider

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
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
	const callers = 5
	for name, c := range map[string]struct {
		closed bool
		want   time.Duration
	}{"open": {false, 0}, "closed": {true, (callers - 1) * spacing}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g gate
				if c.closed {
					g.close()
				}
				start := time.Now()
				var all sync.WaitGroup
				for range callers {
					all.Go(func() { g.pass(t.Context()) })
				}
				all.Wait()
				if took := time.Since(start); took != c.want {
					t.Errorf("%d callers took %s, want %s", callers, took, c.want)
				}
			})
		})
	}
}
