package fw_test

import (
	"context"
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
	for key := range state {
		state[key] = []byte(`{"Adopted": 1}`)
	}
	fw.LoadRecord[record](t.Context(), state, &diags)
	if !diags.HasError() || !strings.Contains(diags[0].Detail(), "newer version") {
		t.Errorf("a record of another kind says %v", diags)
	}
}
