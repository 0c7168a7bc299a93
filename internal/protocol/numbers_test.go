package protocol

import (
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestWithNumbersAsText_isTheSameValue(t *testing.T) {
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"count": tftypes.Number, "ratio": tftypes.Number, "huge": tftypes.Number, "below": tftypes.Number, "text": tftypes.String, "no": tftypes.String,
		"yes": tftypes.Bool, "list": tftypes.List{ElementType: tftypes.Number}, "map": tftypes.Map{ElementType: tftypes.Number}, "any": tftypes.DynamicPseudoType,
	}}
	number := func(n any) tftypes.Value { return tftypes.NewValue(tftypes.Number, n) }
	want := tftypes.NewValue(object, map[string]tftypes.Value{
		"count": number(5), "ratio": number(0.5), "huge": number(new(big.Float).SetUint64(math.MaxUint64)), "below": number(int64(math.MinInt64)),
		"text": tftypes.NewValue(tftypes.String, "5"), "no": tftypes.NewValue(tftypes.String, nil), "yes": tftypes.NewValue(tftypes.Bool, true),
		"list": tftypes.NewValue(object.AttributeTypes["list"], []tftypes.Value{number(200), number(70000), number(-1)}),
		"map":  tftypes.NewValue(object.AttributeTypes["map"], map[string]tftypes.Value{"a": number(int64(math.MaxInt64))}),
		"any":  tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"port": tftypes.Number}}, map[string]tftypes.Value{"port": number(80)}),
	})
	plain, err := tfprotov6.NewDynamicValue(object, want)
	if err != nil {
		t.Fatal(err)
	}
	text, err := withNumbersAsText(&plain)
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(plain.MsgPack, text.MsgPack) {
		t.Error("nothing was written as text")
	}
	got, err := text.Unmarshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if diff, err := want.Diff(got); err != nil || len(diff) > 0 {
		t.Errorf("%v, %v", diff, err)
	}
}

func TestWithNumbersAsText_leavesOutWhatIsNotThere(t *testing.T) {
	for _, value := range []*tfprotov6.DynamicValue{nil, {}, {JSON: []byte("1")}} {
		if got, err := withNumbersAsText(value); err != nil || got != value {
			t.Errorf("%v became %v, %v", value, got, err)
		}
	}
}

func TestTellsNumbersApart_beforeTheVersionThatMendedIt(t *testing.T) {
	for version, want := range map[string]bool{"1.8.5": true, "1.11.4": true, "1.14.9": true, "1.15.0": false, "1.16.4": false, "1.15.0-rc1": false, "": false} {
		if got := tellsNumbersApart(version); got != want {
			t.Errorf("%q: %t", version, got)
		}
	}
}
