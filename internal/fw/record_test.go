package fw_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// private is a private state.
type private map[string][]byte

func (p private) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return p[key], nil }

func (p private) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	p[key] = value
	return nil
}

func (p private) text() string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(p)) {
		if len(p[key]) > 0 {
			all = append(all, key+" "+string(p[key]))
		}
	}
	return strings.Join(all, ", ")
}

type record struct {
	Adopted string         `json:"adopted,omitempty"`
	Limited []string       `json:"limited,omitempty"`
	Sizes   map[string]int `json:"sizes,omitempty"`
}

// Only what differs from the usual record is stored, and the whole record is read back.
func TestRecord_isReadBackAsItWasWritten(t *testing.T) {
	usual := record{Adopted: "theirs", Limited: []string{"cpu", "memory"}, Sizes: map[string]int{"cpu": 1, "memory": 2}}
	for name, c := range map[string]struct {
		record, usual record
		kept          string
	}{
		"the usual one":      {usual, usual, `differs {}`},
		"nothing":            {record{}, usual, `differs {"adopted":null,"limited":null,"sizes":null}`},
		"nothing usual":      {usual, record{}, `differs {"adopted":"theirs","limited":["cpu","memory"],"sizes":{"cpu":1,"memory":2}}`},
		"another text":       {record{"ours", usual.Limited, usual.Sizes}, usual, `differs {"adopted":"ours"}`},
		"fewer in a list":    {record{usual.Adopted, []string{"memory"}, usual.Sizes}, usual, `differs {"limited":["memory"]}`},
		"another, one fewer": {record{usual.Adopted, usual.Limited, map[string]int{"cpu": 3}}, usual, `differs {"sizes":{"cpu":3,"memory":null}}`},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			state := private{"record": []byte(`{"adopted": "older"}`)}
			fw.SaveRecord(t.Context(), state, c.record, c.usual, &diags)
			if got := state.text(); got != c.kept {
				t.Errorf("kept %s, not %s", got, c.kept)
			}
			if got := fw.LoadRecord(t.Context(), state, c.usual, &diags); !reflect.DeepEqual(got, c.record) || diags.HasError() {
				t.Errorf("got %+v: %v", got, diags)
			}
		})
	}
	var diags diag.Diagnostics
	if got := fw.LoadRecord(t.Context(), private{}, usual, &diags); !reflect.DeepEqual(got, record{}) || diags.HasError() {
		t.Errorf("of nothing there is %v: %v", got, diags)
	}
}

// TestRecord_ofAnotherVersion holds how a record of another version of the provider is read: a
// missing field is unset or usual, an unknown field is dropped, and only a field with another
// meaning is an error.
func TestRecord_ofAnotherVersion(t *testing.T) {
	usual := record{Limited: []string{"memory"}}
	for name, c := range map[string]struct {
		key, text string
		want      record
		says      string
	}{
		"a whole one":                  {"record", `{"adopted": "theirs"}`, record{Adopted: "theirs"}, ""},
		"an empty one":                 {"record", `{}`, record{}, ""},
		"an older one":                 {"differs", `{"adopted": "theirs"}`, record{Adopted: "theirs", Limited: usual.Limited}, ""},
		"one of nothing unusual":       {"differs", `{}`, usual, ""},
		"a newer one":                  {"differs", `{"adopted": "theirs", "limited": ["cpu"], "later": {"a": 1}}`, record{Adopted: "theirs", Limited: []string{"cpu"}}, ""},
		"one with another type":        {"differs", `{"adopted": 1}`, record{}, "newer version"},
		"one that is no record":        {"differs", `[]`, record{}, "terraform state rm"},
		"one that is cut in the midst": {"differs", `{"adopted": "th`, record{}, "terraform state rm"},
		"a whole one that is cut":      {"record", `{"adopted": "th`, record{}, "terraform state rm"},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			got := fw.LoadRecord(t.Context(), private{c.key: []byte(c.text)}, usual, &diags)
			if c.says != "" {
				if !diags.HasError() || !strings.Contains(diags[0].Detail(), c.says) {
					t.Errorf("it says %v", diags)
				}
				return
			}
			if !reflect.DeepEqual(got, c.want) || diags.HasError() {
				t.Errorf("got %v: %v", got, diags)
			}
		})
	}
}
