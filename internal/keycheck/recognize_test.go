package keycheck_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/keycheck"
)

// A block is recognised by the attributes that it sets and by its literals, so a warning is about
// the block with the key.
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
		"a literal isn't known":    {with("name", tftypes.UnknownValue), false},
		"nothing is known":         {tftypes.NewValue(of, tftypes.UnknownValue), false},
		"nothing is there":         {tftypes.NewValue(of, nil), false},
		"another name":             {with("name", "prod"), false},
		"another bool":             {with("force_destroy", false), false},
		"another amount":           {with("quota", parts(quota, map[string]any{"cpu": "5", "instances": 3})), false},
		"another number":           {with("quota", parts(quota, map[string]any{"cpu": "4", "instances": 4})), false},
		"a quota that isn't known": {with("quota", tftypes.UnknownValue), false},
		"a key that isn't set":     {with("quota", parts(quota, map[string]any{"cpu": "4", "instances": 3, "memory": "8Gi"})), false},
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
			if got, sure := keycheck.Of(blocks, keycheck.Resource, "mar_cluster", c.config); (got != nil) != c.want || sure != c.want {
				t.Errorf("recognized: %t, surely: %t, want %t", got != nil, sure, c.want)
			}
		})
	}
}

// If several blocks may have a configuration, it is the one with the most literals, with or without
// unknown keys.
func TestOf_prefersTheBlockWithTheMostLiterals(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	of, ok := all[keycheck.Resource]["mar_cluster"].ValueType().(tftypes.Object)
	if !ok {
		t.Fatal("a cluster isn't an object")
	}
	quotas, ok := of.AttributeTypes["quota"].(tftypes.Object)
	if !ok {
		t.Fatal("a quota isn't an object")
	}
	// A configuration with that name and CPU limit, either of which may be unknown.
	config := func(name, cpu any) tftypes.Value {
		values, quota := map[string]tftypes.Value{}, map[string]tftypes.Value{}
		for attribute, kind := range of.AttributeTypes {
			values[attribute] = tftypes.NewValue(kind, nil)
		}
		for attribute, kind := range quotas.AttributeTypes {
			quota[attribute] = tftypes.NewValue(kind, nil)
		}
		quota["cpu"] = tftypes.NewValue(tftypes.String, cpu)
		values["name"], values["quota"] = tftypes.NewValue(tftypes.String, name), tftypes.NewValue(quotas, quota)
		if cpu == tftypes.UnknownValue {
			values["quota"] = tftypes.NewValue(quotas, tftypes.UnknownValue)
		}
		return tftypes.NewValue(of, values)
	}
	const guilty = `quota = { cpu = "1", memry = "2" }`
	for name, c := range map[string]struct {
		blocks map[string]string
		config tftypes.Value
		// want is the block's unknown key, or empty.
		want string
		sure bool
	}{
		"the innocent one has the name":           {map[string]string{"a": "name = \"a\"\nquota = var.q", "b": "name = var.n\n" + guilty}, config("a", tftypes.UnknownValue), "", true},
		"the guilty one has the quota":            {map[string]string{"a": "name = \"a\"\nquota = var.q", "b": "name = var.n\n" + guilty}, config(tftypes.UnknownValue, "1"), "memry", true},
		"neither name is known":                   {map[string]string{"a": "name = var.m\nquota = var.q", "b": "name = var.n\n" + guilty}, config(tftypes.UnknownValue, tftypes.UnknownValue), "", true},
		"both names are written":                  {map[string]string{"a": "name = \"a\"\n" + guilty, "b": "name = \"b\"\nquota = { cpu = \"1\", cpuz = \"2\" }"}, config("b", "1"), "cpuz", true},
		"both look the same":                      {map[string]string{"a": "name = var.m\nquota = { cpu = \"1\" }", "b": "name = var.n\n" + guilty}, config(tftypes.UnknownValue, "1"), "memry", false},
		"an innocent one says more than a guilty": {map[string]string{"a": "name = \"a\"\nquota = { cpu = \"1\" }", "b": "name = var.n\n" + guilty}, config("a", "1"), "", true},
		"a key of the object isn't known":         {map[string]string{"a": "name = \"a\"\nquota = { cpu = \"1\", (var.k) = 1, memry = 2 }"}, config("a", tftypes.UnknownValue), "memry", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text strings.Builder
			for _, label := range slices.Sorted(maps.Keys(c.blocks)) {
				fmt.Fprintf(&text, "resource \"mar_cluster\" %q {\n%s\n}\n", label, c.blocks[label])
			}
			folder := write(t, map[string]string{"main.tf": text.String()})
			block, sure := keycheck.Of(keycheck.Read(folder, filepath.Join(folder, ".terraform"), all), keycheck.Resource, "mar_cluster", c.config)
			if block == nil {
				t.Fatal("no block has it")
			}
			var got string
			if len(block.Keys) > 0 {
				got = block.Keys[0].Name
			}
			if got != c.want || sure != c.sure {
				t.Errorf("%q, surely: %t", got, sure)
			}
		})
	}
}
