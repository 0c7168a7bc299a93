package functions_test

import (
	"fmt"
	"math/big"
	"math/rand"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// number is a number as Terraform reads it.
func number(t *testing.T, digits string) types.Number {
	t.Helper()
	f, _, err := big.ParseFloat(digits, 10, 512, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	return types.NumberValue(f)
}

func parsed(t *testing.T, quantity string) types.Number {
	t.Helper()
	got, err := call(t, "quantity_parse", types.StringValue(quantity))
	n, ok := got.(types.Number)
	if err != nil || !ok {
		t.Fatalf("%s: %v, %v", quantity, got, err)
	}
	return n
}

func formatted(t *testing.T, n types.Number, suffix ...string) string {
	t.Helper()
	args := []attr.Value{n}
	for _, s := range suffix {
		args = append(args, types.StringValue(s))
	}
	got, err := call(t, "quantity_format", args...)
	text, ok := got.(types.String)
	if err != nil || !ok {
		t.Fatalf("%s %v: %v, %v", n, suffix, got, err)
	}
	return text.ValueString()
}

func TestQuantityParse(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "0Gi": "0", "1": "1", "+1": "1", "2000m": "2", "500m": "0.5", "100m": "0.1", ".5": "0.5", "1.": "1",
		"1n": "0.000000001", "1500u": "0.0015", "3u": "0.000003",
		"1k": "1000", "1M": "1000000", "1G": "1000000000", "1T": "1000000000000", "1P": "1000000000000000", "1E": "1000000000000000000",
		"1Ki": "1024", "1Mi": "1048576", "1Gi": "1073741824", "1Ti": "1099511627776", "1Pi": "1125899906842624", "1Ei": "1152921504606846976",
		"1.5Gi": "1610612736", "0.5Ki": "512", "1e3": "1000", "1E3": "1000", "1e-3": "0.001", "12E-1": "1.2", "1.5e6": "1500000",
		"9223372036854775807": "9223372036854775807", "7Ei": "8070450532247928832",
		// Beyond 64 bits.
		"9223372036854775808": "9223372036854775808", "1000E": "1000000000000000000000", "123456789012345678901234567890": "123456789012345678901234567890",
		"1e30": "1000000000000000000000000000000", "123456789012345678901.234567891": "123456789012345678901.234567891",
		"-1": "-1", "-500m": "-0.5", "-1.5Gi": "-1610612736",
	} {
		if got := parsed(t, in); !got.Equal(number(t, want)) {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestQuantityParse_refuses(t *testing.T) {
	for in, want := range map[string]string{
		"": "is not a Kubernetes quantity", "lots": "is not a Kubernetes quantity", "4GB": `perhaps "4G" is meant`, "1 Gi": `"1 Gi" is not`,
		"0.5n": "not held unchanged", "1.0000000001": "not held unchanged", "8Ei": "not held unchanged", "-9Ei": "not held unchanged",
		"1e999999999": "not held unchanged", "1e100": "not held unchanged", strings.Repeat("9", 200): "more digits than Terraform's numbers",
	} {
		_, err := call(t, "quantity_parse", types.StringValue(in))
		refused(t, err, 0, want)
	}
}

func TestQuantityFormat(t *testing.T) {
	for _, c := range []struct{ in, decimal, binary string }{
		{"0", "0", "0"},
		{"1", "1", "1"},
		{"0.5", "500m", "500m"},
		{"0.1", "100m", "100m"},
		{"0.0000015", "1500n", "1500n"},
		{"1000", "1k", "1k"},
		{"1024", "1024", "1Ki"},
		{"1500000", "1500k", "1500000"},
		{"4294967296", "4294967296", "4Gi"},
		{"1536", "1536", "1536"},
		{"1572864", "1572864", "1536Ki"},
		{"1023", "1023", "1023"},
		{"1024.5", "1024500m", "1024500m"},
		{"-0.5", "-500m", "-500m"},
		{"-4294967296", "-4294967296", "-4Gi"},
		{"9223372036854775807", "9223372036854775807", "9223372036854775807"},
		// Binary suffixes end at 2^63-1, decimal ones with E.
		{"9223372036854775808", "9223372036854775808", "9223372036854775808"},
		{"1000000000000000000", "1E", "976562500000000Ki"},
		{"1000000000000000000000", "1e21", "1e21"},
		{"1500000000000000000000", "1500E", "1500E"},
	} {
		if got := formatted(t, number(t, c.in)); got != c.decimal {
			t.Errorf("%s: got %s, want %s", c.in, got, c.decimal)
		}
		if got := formatted(t, number(t, c.in), "decimal"); got != c.decimal {
			t.Errorf("%s, decimal: got %s, want %s", c.in, got, c.decimal)
		}
		if got := formatted(t, number(t, c.in), "binary"); got != c.binary {
			t.Errorf("%s, binary: got %s, want %s", c.in, got, c.binary)
		}
	}
}

// Terraform's arithmetic is binary: three times a tenth isn't quite three tenths.
func TestQuantityFormat_meansWhatWasComputed(t *testing.T) {
	tenth := number(t, "0.1").ValueBigFloat()
	sum := new(big.Float).SetPrec(512)
	for range 3 {
		sum.Add(sum, tenth)
	}
	product := new(big.Float).SetPrec(512).Mul(tenth, big.NewFloat(7))
	for want, f := range map[string]*big.Float{"300m": sum, "700m": product, "100m": big.NewFloat(0.1)} {
		if got := formatted(t, types.NumberValue(f)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestQuantityFormat_refuses(t *testing.T) {
	third := types.NumberValue(new(big.Float).SetPrec(512).Quo(big.NewFloat(1), big.NewFloat(3)))
	_, err := call(t, "quantity_format", third)
	refused(t, err, 0, "0.333333333333 is finer than a billionth")
	_, err = call(t, "quantity_format", number(t, "0.00000000001"))
	refused(t, err, 0, "1e-11 is finer than a billionth")
	_, err = call(t, "quantity_format", number(t, "1e5000"))
	refused(t, err, 0, "out of the range that Kubernetes can store")
	_, err = call(t, "quantity_format", number(t, "1"), types.StringValue("binary"), types.StringValue("decimal"))
	refused(t, err, 2, "one suffix")
}

func TestQuantitySum(t *testing.T) {
	for want, in := range map[string][]string{
		"0": {}, "2500m": {"1500m", "1"}, "1536Mi": {"1Gi", "512Mi"}, "2073741824": {"1G", "1Gi"}, "2001Ki": {"1Mi", "1M", "448"},
		"3": {"0Gi", "1", "2"}, "1Ki": {"1Ki", "0"}, "600m": {"0.1", "0.2", "300m"}, "1000000001n": {"1", "1n"},
		"3e3": {"1e3", "2e3"}, "18446744073709551614": {"9223372036854775807", "9223372036854775807"}, "1": {"2", "-1"}, "1500u": {"1m", "500u"},
		// Kubernetes would cap 14Ei.
		"16140901064495857664": {"7Ei", "7Ei"},
	} {
		var values []attr.Value
		for _, quantity := range in {
			values = append(values, types.StringValue(quantity))
		}
		got, err := call(t, "quantity_sum", types.ListValueMust(types.StringType, values))
		if err != nil {
			t.Errorf("%v: %v", in, err)
			continue
		}
		if !got.Equal(types.StringValue(want)) {
			t.Errorf("%v: got %s, want %s", in, got, want)
		}
	}
}

func TestQuantitySum_refuses(t *testing.T) {
	list := func(values ...attr.Value) attr.Value { return types.ListValueMust(types.StringType, values) }
	_, err := call(t, "quantity_sum", list(types.StringValue("1"), types.StringNull()))
	refused(t, err, 0, "[1]: it is null")
	_, err = call(t, "quantity_sum", list(types.StringValue("1"), types.StringValue("4GB")))
	refused(t, err, 0, `[1]: "4GB" is not a Kubernetes quantity`)
}

func TestQuantityCompare(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int64
	}{
		{"1", "2", -1},
		{"2000m", "2", 0},
		{"2", "1999m", 1},
		{"4096Mi", "4Gi", 0},
		{"1G", "1Gi", -1},
		{"0.5k", "500", 0},
		{"1n", "0", 1},
		{"9223372036854775808", "9223372036854775807", 1},
		{"1000000000000000000001", "1000E", 1},
		{"1e21", "1000E", 0},
		{"-1", "-2", 1},
	} {
		got, err := call(t, "quantity_compare", types.StringValue(c.a), types.StringValue(c.b))
		if err != nil || !got.Equal(types.Int64Value(c.want)) {
			t.Errorf("%s and %s: %v, %v", c.a, c.b, got, err)
		}
		back, err := call(t, "quantity_compare", types.StringValue(c.b), types.StringValue(c.a))
		if err != nil || !back.Equal(types.Int64Value(-c.want)) {
			t.Errorf("%s and %s: %v, %v", c.b, c.a, back, err)
		}
	}
	_, err := call(t, "quantity_compare", types.StringValue("1"), types.StringValue("x"))
	refused(t, err, 1, `"x" is not`)
	_, err = call(t, "quantity_compare", types.StringValue("x"), types.StringValue("1"))
	refused(t, err, 0, `"x" is not`)
}

// Reading, writing and reading an amount again changes nothing, with either suffix, and the sum of
// two is that of their numbers.
func TestQuantities_roundTrip(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	suffixes := strings.Split("n u m . k M G T P E Ki Mi Gi Ti Pi Ei e3 E-2 e15", " ")
	for range 3000 {
		suffix := strings.Trim(suffixes[r.Intn(len(suffixes))], ".")
		quantity := fmt.Sprintf("%d%s", r.Int63n(1<<uint(1+r.Intn(20))), suffix)
		if r.Intn(3) == 0 && suffix != "n" {
			quantity = fmt.Sprintf("%d.%d%s", r.Intn(100), r.Intn(10), suffix)
		}
		in, err := call(t, "quantity_parse", types.StringValue(quantity))
		if err != nil {
			if !strings.HasSuffix(suffix, "i") {
				t.Errorf("%s: %v", quantity, err)
			}
			continue
		}
		n, _ := in.(types.Number)
		for _, format := range []string{"decimal", "binary"} {
			text := formatted(t, n, format)
			if back := parsed(t, text); !back.Equal(n) {
				t.Fatalf("%s is %s, written as %s, which is %s", quantity, n, text, back)
			}
			if again := formatted(t, parsed(t, text), format); again != text {
				t.Fatalf("%s is written as %s, and that as %s", quantity, text, again)
			}
		}
		sum, err := call(t, "quantity_sum", types.ListValueMust(types.StringType, []attr.Value{types.StringValue(quantity), types.StringValue("-" + quantity)}))
		if err != nil || !sum.Equal(types.StringValue("0")) {
			t.Fatalf("%s less itself is %v, %v", quantity, sum, err)
		}
	}
}
