package fw_test

import (
	"context"
	"reflect"
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

func TestRecord_isReadBackAsItWasWritten(t *testing.T) {
	type record struct{ Adopted string }
	var diags diag.Diagnostics
	state := private{}
	if got := fw.LoadRecord[record](t.Context(), state, &diags); got != (record{}) || diags.HasError() {
		t.Errorf("of nothing there is %v: %v", got, diags)
	}
	fw.SaveRecord(t.Context(), state, record{"theirs"}, &diags)
	if got := fw.LoadRecord[record](t.Context(), state, &diags); got != (record{"theirs"}) || diags.HasError() {
		t.Errorf("got %v: %v", got, diags)
	}
}

// TestRecord_ofAnotherVersion holds what becomes of a record that another version
// of the provider has written: what isn't in it is unset, what isn't known is left
// out, and only what means something else is an error.
func TestRecord_ofAnotherVersion(t *testing.T) {
	type record struct {
		Adopted string   `json:"adopted"`
		Limited []string `json:"limited"`
	}
	for name, c := range map[string]struct {
		text string
		want record
		says string
	}{
		"an older one":                 {`{"adopted": "theirs"}`, record{Adopted: "theirs"}, ""},
		"an empty one":                 {`{}`, record{}, ""},
		"a newer one":                  {`{"adopted": "theirs", "limited": ["cpu"], "later": {"a": 1}}`, record{"theirs", []string{"cpu"}}, ""},
		"one with another type":        {`{"adopted": 1}`, record{}, "newer version"},
		"one that is no record":        {`[]`, record{}, "terraform state rm"},
		"one that is cut in the midst": {`{"adopted": "th`, record{}, "terraform state rm"},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			state := private{}
			fw.SaveRecord(t.Context(), state, record{}, &diags)
			for key := range state {
				state[key] = []byte(c.text)
			}
			got := fw.LoadRecord[record](t.Context(), state, &diags)
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
