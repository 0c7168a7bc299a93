package functions

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// precision is the precision of Terraform's numbers, in bits.
const precision = 512

// numberOf returns the amount as Terraform reads a number with these digits.
func numberOf(q resource.Quantity) (*big.Float, error) {
	number, _, err := big.ParseFloat(q.AsDec().String(), 10, precision, big.ToNearestEven)
	if err != nil {
		return nil, err
	}
	if back, err := fromNumber(number); err != nil || back.Cmp(fwtypes.Rat(q)) != 0 {
		return nil, fmt.Errorf("%s has more digits than Terraform's numbers, which hold about 150", q.String())
	}
	return number, nil
}

// fromNumber returns the multiple of a billionth that is meant. Most decimal fractions aren't
// binary ones, and arithmetic increases the difference. So a difference smaller than anybody could
// mean counts as equal.
func fromNumber(number *big.Float) (*big.Rat, error) {
	const digits = 120
	shortest := number.Text('f', -1)
	if number.IsInf() || len(shortest) > 1000 {
		return nil, errors.New("the number is out of the range that Kubernetes can store")
	}
	written, ok := new(big.Rat).SetString(shortest)
	if !ok {
		return nil, fmt.Errorf("%s is not a number", shortest)
	}
	near := nearestNano(written)
	off := new(big.Rat).Sub(written, near)
	tolerable := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil))
	if off.Abs(off).Cmp(tolerable) > 0 {
		return nil, fmt.Errorf("%s is finer than a billionth, the smallest unit of Kubernetes; round it, for example to thousandths: ceil(x * 1000) / 1000", number.Text('g', 12))
	}
	return near, nil
}

func nearestNano(r *big.Rat) *big.Rat {
	nano := big.NewRat(1_000_000_000, 1)
	scaled := new(big.Rat).Mul(r, nano)
	twice := new(big.Int).Lsh(scaled.Num(), 1)
	// The floor of x + 1/2, with a denominator that is never negative.
	whole := new(big.Int).Div(twice.Add(twice, scaled.Denom()), new(big.Int).Lsh(scaled.Denom(), 1))
	return new(big.Rat).Quo(new(big.Rat).SetInt(whole), nano)
}

// canonical spells an amount as Kubernetes does in that format, or in the next one that can express
// it: binary suffixes have no fractions, and beyond E there are only exponents.
func canonical(amount *big.Rat, format resource.Format) (string, error) {
	plain, err := fwtypes.ParseExact(amount.FloatString(9))
	if err != nil {
		return "", err
	}
	for _, f := range []resource.Format{format, resource.DecimalSI, resource.DecimalExponent} {
		text := resource.NewDecimalQuantity(*plain.AsDec(), f).String()
		if back, err := fwtypes.ParseExact(text); err == nil && fwtypes.Rat(back).Cmp(amount) == 0 {
			return text, nil
		}
	}
	return "", fmt.Errorf("%s is out of the range that Kubernetes can store", amount.FloatString(0))
}

// spelt spells an amount of a quota's key for people. Kubernetes has no fractions of a binary unit,
// and would write 10.24Mi as 10737418240m.
func spelt(key corev1.ResourceName, amount *big.Rat, format resource.Format) (string, error) {
	isBytes := regexp.MustCompile(`(^|[.-])(memory|storage|hugepages-.*)$`).MatchString(string(key))
	if !isBytes || amount.IsInt() {
		return canonical(amount, format)
	}
	for i, suffix := range []string{"Ei", "Pi", "Ti", "Gi", "Mi", "Ki"} {
		unit := new(big.Int).Lsh(big.NewInt(1), uint(60-10*i))
		units := new(big.Rat).Quo(amount, new(big.Rat).SetInt(unit))
		if thousandths := new(big.Rat).Mul(units, big.NewRat(1000, 1)); units.Cmp(big.NewRat(1, 1)) >= 0 && thousandths.IsInt() {
			return strings.TrimRight(units.FloatString(3), "0") + suffix, nil
		}
	}
	return canonical(amount, format)
}
