package fwtypes

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// ParseQuantity reads a non-negative amount of a resource. It refuses what the API server would
// silently change: amounts above 2^63-1, which it caps, and amounts finer than a thousandth, which
// it rounds up (SetDefaults_ResourceList, in everything that it stores).
func ParseQuantity(s string) (resource.Quantity, error) {
	if s == "" {
		return resource.Quantity{}, fmt.Errorf("the quantity is empty; write an amount such as \"500m\" or \"4Gi\", or leave the attribute out")
	}
	outOfRange := fmt.Errorf("%q is out of the range that Kubernetes can store: amounts of a resource are multiples of 1m (a thousandth), up to 2^63-1", s)
	q, err := ParseExact(s)
	if errors.Is(err, errInexact) {
		return resource.Quantity{}, outOfRange
	}
	if err != nil {
		return resource.Quantity{}, err
	}
	if q.Sign() < 0 {
		return resource.Quantity{}, fmt.Errorf("%q is negative; an amount is zero or more", s)
	}
	if rounded := q.DeepCopy(); !rounded.RoundUp(resource.Milli) {
		return resource.Quantity{}, fmt.Errorf("%q is finer than a thousandth, which Kubernetes rounds up to", s)
	}
	if Rat(q).Cmp(new(big.Rat).SetInt64(math.MaxInt64)) > 0 {
		return resource.Quantity{}, outOfRange
	}
	return q, nil
}

// ParseExact reads every amount that Kubernetes' notation can express and its arithmetic keeps:
// also negative ones and those beyond 64 bits. It refuses what resource.ParseQuantity would round
// up (finer than a billionth) or cap (above 2^63-1 with a binary suffix).
func ParseExact(s string) (resource.Quantity, error) {
	if tooLong(s) {
		return resource.Quantity{}, inexact(s)
	}
	q, err := resource.ParseQuantity(s)
	if err != nil {
		return resource.Quantity{}, fmt.Errorf("%q is not a Kubernetes quantity: write a number with an optional suffix, m (thousandths), k, M, G, T, P, E (powers of 1000) or Ki, Mi, Gi, Ti, Pi, Ei (powers of 1024), such as \"500m\", \"2\" or \"4Gi\"%s", s, suffixHint(s))
	}
	if exact(s).Cmp(Rat(q)) != 0 {
		return resource.Quantity{}, inexact(s)
	}
	return q, nil
}

var errInexact = errors.New("not held unchanged by Kubernetes: its amounts are multiples of 1n (a billionth), and with a binary suffix (Ki … Ei) go up to 2^63-1")

func inexact(s string) error { return fmt.Errorf("%q: %w", s, errInexact) }

// Rat returns the amount as an exact fraction.
func Rat(q resource.Quantity) *big.Rat { return rat(q.AsDec().String()) }

// tooLong protects the exact arithmetic: a short text such as 1e999999999 would become a number of
// a gigabyte.
func tooLong(s string) bool {
	const maxDigits, maxExponentDigits = 256, 2
	if len(s) > maxDigits {
		return true
	}
	start := strings.LastIndexAny(s, "eE")
	if start < 0 {
		return false
	}
	exponent := strings.TrimLeft(s[start+1:], "+-0")
	return len(exponent) > maxExponentDigits && isDigits(exponent)
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// sameAmount compares two spellings. Texts that aren't quantities are the same if they are equal.
func sameAmount(a, b string) bool {
	if a == b {
		return true
	}
	if tooLong(a) || tooLong(b) {
		return false
	}
	x, errX := resource.ParseQuantity(a)
	y, errY := resource.ParseQuantity(b)
	return errX == nil && errY == nil && x.Cmp(y) == 0
}

// exact returns the amount as written, before Kubernetes rounds or caps it. The text has passed
// resource.ParseQuantity.
func exact(s string) *big.Rat {
	end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("+-.0123456789", r) })
	if end < 0 {
		end = len(s)
	}
	number, suffix := s[:end], s[end:]
	if i := strings.IndexByte("KMGTPE", first(suffix)); i >= 0 && strings.HasSuffix(suffix, "i") {
		factor := new(big.Int).Lsh(big.NewInt(1), uint(10*(i+1)))
		return new(big.Rat).Mul(rat(number), new(big.Rat).SetInt(factor))
	}
	if exponent, ok := map[string]string{
		"": "", "n": "e-9", "u": "e-6", "m": "e-3", "k": "e3",
		"M": "e6", "G": "e9", "T": "e12", "P": "e15", "E": "e18",
	}[suffix]; ok {
		return rat(number + exponent)
	}
	return rat(s)
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// rat reads a decimal number. Anything else is zero, which equals no written amount.
func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// suffixHint helps with everyday notations of bytes: "4GB" and "512 MiB".
func suffixHint(s string) string {
	trimmed := strings.TrimRight(strings.ReplaceAll(s, " ", ""), "Bb")
	if trimmed == s {
		return ""
	}
	if _, err := resource.ParseQuantity(trimmed); err != nil {
		return ""
	}
	return fmt.Sprintf("; perhaps %q is meant", trimmed)
}
