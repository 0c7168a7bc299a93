package keycheck_test

import (
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/keycheck"
)

// A block is recognized by what it sets and by its literals, so that a warning is about the
// block that has the key.
func TestBlock_isRecognized(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	of, ok := all[keycheck.Resource]["mar_cluster"].ValueType().(tftypes.Object)
	if !ok {
		t.Fatal("a cluster isn't an object")
	}
	quota, ok := of.AttributeTypes["quota"].(tftypes.Object)
	if !ok {
		t.Fatal("a quota isn't an object")
	}
	object := func(of tftypes.Object, set map[string]any) tftypes.Value {
		values := map[string]tftypes.Value{}
		for name, attribute := range of.AttributeTypes {
			values[name] = tftypes.NewValue(attribute, set[name])
		}
		return tftypes.NewValue(of, values)
	}
	parts := func(of tftypes.Object, set map[string]any) map[string]tftypes.Value {
		values := map[string]tftypes.Value{}
		if err := object(of, set).As(&values); err != nil {
			t.Fatal(err)
		}
		return values
	}
	const block = "name = \"dev\"\nquota = {\n  cpu = 4\n  instances = \"3\"\n  memry = \"8Gi\"\n}\nregion = var.region\nforce_destroy = true"
	right := map[string]any{
		"name": "dev", "region": "eu", "force_destroy": true,
		"quota": parts(quota, map[string]any{"cpu": "4", "instances": 3}),
	}
	with := func(name string, value any) tftypes.Value {
		changed := map[string]any{name: value}
		for other, value := range right {
			if other != name {
				changed[other] = value
			}
		}
		return object(of, changed)
	}
	for name, c := range map[string]struct {
		config tftypes.Value
		want   bool
	}{
		"itself":                   {object(of, right), true},
		"a reference is null":      {with("region", nil), true},
		"a reference isn't known":  {with("region", tftypes.UnknownValue), true},
		"a literal isn't known":    {with("name", tftypes.UnknownValue), true},
		"nothing is known":         {tftypes.NewValue(of, tftypes.UnknownValue), false},
		"nothing is there":         {tftypes.NewValue(of, nil), false},
		"another name":             {with("name", "prod"), false},
		"another bool":             {with("force_destroy", false), false},
		"another amount":           {with("quota", parts(quota, map[string]any{"cpu": "5", "instances": 3})), false},
		"another number":           {with("quota", parts(quota, map[string]any{"cpu": "4", "instances": 4})), false},
		"a quota that isn't known": {with("quota", tftypes.UnknownValue), true},
		"no quota":                 {with("quota", nil), false},
		"one attribute more":       {with("pod_security", tftypes.UnknownValue), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := write(t, map[string]string{"main.tf": cluster(block)})
			blocks := keycheck.Read(folder, filepath.Join(folder, ".terraform"), all)
			if len(blocks) != 1 {
				t.Fatalf("%d blocks", len(blocks))
			}
			if got := blocks[0].Is(c.config); got != c.want {
				t.Errorf("recognized: %t, want %t", got, c.want)
			}
		})
	}
}
