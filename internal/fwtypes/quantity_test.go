package fwtypes_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

func TestParseQuantity_accepts(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "2": "2", "2000m": "2", "0.5": "500m", "0.5k": "500", "4096Mi": "4Gi", "1.5Gi": "1536Mi",
		"1e3": "1e3", "1m": "1m", "7Ei": "7Ei", "9E": "9E", "9223372036854775807": "9223372036854775807", ".5": "500m",
		"+100": "+100", "0100": "0100", "00100m": "00100m", "1e+3": "1e+3", "1e03": "1e03",
	} {
		q, err := fwtypes.ParseQuantity(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if got := q.String(); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestParseQuantity_refuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                      "is empty",
		"4GB":                   `perhaps "4G" is meant`,
		"512 MiB":               `perhaps "512Mi" is meant`,
		"lots":                  "not a Kubernetes quantity",
		"-1":                    "negative",
		"-0.5":                  "negative",
		"1e999":                 "out of the range",
		"1e999999999":           "out of the range",
		"1e19":                  "out of the range",
		"8Ei":                   "out of the range",
		"10E":                   "out of the range",
		"0.5n":                  "out of the range",
		"1n":                    "finer than a thousandth",
		"1500u":                 "finer than a thousandth",
		"0.0005":                "finer than a thousandth",
		"0.0000000001":          "out of the range",
		"9223372036854775808":   "out of the range",
		strings.Repeat("9", 99): "out of the range",
	} {
		if _, err := fwtypes.ParseQuantity(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want one with %q", in, err, want)
		}
	}
}

func TestParseExact(t *testing.T) {
	for in, want := range map[string]string{
		"2000m": "2", "-1": "-1", "-118": "-118", "-1.5Gi": "-1536Mi", "9223372036854775808": "9223372036854775808",
		"10E": "10E", "1e19": "10e18", "1n": "1n", "1500u": "1500u", strings.Repeat("9", 99): strings.Repeat("9", 99),
	} {
		q, err := fwtypes.ParseExact(in)
		if err != nil || q.String() != want {
			t.Errorf("%q: got %s (%v), want %s", in, q.String(), err, want)
		}
	}
	for in, want := range map[string]string{
		"": "not a Kubernetes quantity", "4GB": `perhaps "4G" is meant`, "8Ei": "not held unchanged", "-8.5Ei": "not held unchanged",
		"0.5n": "not held unchanged", "1e999999999": "not held unchanged", strings.Repeat("9", 300): "not held unchanged",
	} {
		if _, err := fwtypes.ParseExact(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want one with %q", in, err, want)
		}
	}
}

func TestQuantity_equalAmountsAreEqualValues(t *testing.T) {
	for _, c := range []struct {
		a, b  fwtypes.Quantity
		equal bool
	}{
		{fwtypes.NewQuantity("2000m"), fwtypes.NewQuantity("2"), true},
		{fwtypes.NewQuantity("4096Mi"), fwtypes.NewQuantity("4Gi"), true},
		{fwtypes.NewQuantity("0.5k"), fwtypes.NewQuantity("500"), true},
		{fwtypes.NewQuantity("1G"), fwtypes.NewQuantity("1Gi"), false},
		{fwtypes.NewQuantity("odd"), fwtypes.NewQuantity("odd"), true},
		{fwtypes.NewQuantity("odd"), fwtypes.NewQuantity("1"), false},
		{fwtypes.NewQuantityNull(), fwtypes.NewQuantityNull(), true},
		{fwtypes.NewQuantityNull(), fwtypes.NewQuantity("0"), false},
		{fwtypes.NewQuantityUnknown(), fwtypes.NewQuantity("0"), false},
	} {
		if got, _ := c.a.StringSemanticEquals(t.Context(), c.b); got != c.equal {
			t.Errorf("%s and %s: equal %t, want %t", c.a, c.b, got, c.equal)
		}
	}
}

func TestQuantityType_roundTrip(t *testing.T) {
	for _, in := range []tftypes.Value{
		tftypes.NewValue(tftypes.String, "2000m"),
		tftypes.NewValue(tftypes.String, nil),
		tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
	} {
		value, err := fwtypes.QuantityType{}.ValueFromTerraform(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := value.ToTerraformValue(t.Context())
		if err != nil || !out.Equal(in) {
			t.Errorf("%s came back as %s (%v)", in, out, err)
		}
		if !value.Type(t.Context()).Equal(attr.Type(fwtypes.QuantityType{})) {
			t.Errorf("%s lost its type", in)
		}
	}
}

func TestQuantity_validateAttribute(t *testing.T) {
	var resp xattr.ValidateAttributeResponse
	fwtypes.NewQuantity("4GB").ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("memory")}, &resp)
	if len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Summary() != "Invalid quantity" {
		t.Fatalf("got %v", resp.Diagnostics)
	}
	resp = xattr.ValidateAttributeResponse{}
	fwtypes.NewQuantityUnknown().ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("memory")}, &resp)
	if resp.Diagnostics.HasError() {
		t.Fatalf("an unknown quantity was refused: %v", resp.Diagnostics)
	}
}

func BenchmarkQuantity_semanticallyEqual(b *testing.B) {
	a, c := fwtypes.NewQuantity("4096Mi"), fwtypes.NewQuantity("4Gi")
	b.ReportAllocs()
	for b.Loop() {
		if !a.SemanticallyEqual(c) {
			b.Fatal("4096Mi isn't 4Gi")
		}
	}
}
