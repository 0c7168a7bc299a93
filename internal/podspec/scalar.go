package podspec

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
)

// scalar returns the API's value for what was written. Texts and numbers convert as everywhere in
// Terraform.
func (s *shape) scalar(r raw) (any, error) {
	if r.kind == rawObject || r.kind == rawList {
		return nil, fmt.Errorf("must be %s, but is %s", s.words(), r.kind.words())
	}
	switch s.kind {
	case integer:
		return s.integer(r)
	case boolean:
		return truth(r)
	case quantity:
		q, err := fwtypes.ParseQuantity(r.text)
		if err != nil {
			return nil, err
		}
		return q.String(), nil
	case intOrString:
		if i, err := number(r); err == nil {
			return i, inRange(i, math.MinInt32, math.MaxInt32)
		}
		return r.text, nil
	}
	return r.text, nil
}

func (s *shape) words() string {
	switch s.kind {
	case text:
		return "a text"
	case integer:
		return "a whole number"
	case boolean:
		return "true or false"
	case quantity:
		return "an amount such as \"500m\" or \"4Gi\""
	case intOrString:
		return "a number or a name"
	case list:
		return "a list"
	}
	return "an object"
}

func (s *shape) integer(r raw) (any, error) {
	i, err := number(r)
	if err != nil {
		return nil, err
	}
	if s.of.Kind() == reflect.Int32 {
		return i, inRange(i, math.MinInt32, math.MaxInt32)
	}
	return i, nil
}

// number reads a whole number. In a YAML text it may be octal, as file modes are.
func number(r raw) (int64, error) {
	wrong := fmt.Errorf("must be a whole number, but is %q", r.text)
	if r.kind == rawBool || len(r.text) > 64 {
		return 0, wrong
	}
	if r.plain && r.kind == rawNumber {
		if i, err := strconv.ParseInt(r.text, 0, 64); err == nil {
			return i, nil
		}
	}
	if i, err := strconv.ParseInt(r.text, 10, 64); err == nil {
		return i, nil
	}
	f, _, err := big.ParseFloat(r.text, 10, 512, big.ToNearestEven)
	if err != nil || !f.IsInt() {
		return 0, wrong
	}
	i, accuracy := f.Int64()
	if accuracy != big.Exact {
		return 0, fmt.Errorf("%s is out of the API's range", r.text)
	}
	return i, nil
}

// octal reads the text of a file's mode, such as "0440", and leaves everything else unchanged. A
// YAML text itself shows which of its numbers are octal.
func (r raw) octal(f *field) (raw, error) {
	isMode := f.shape.kind == integer && (f.name == "mode" || f.name == "defaultMode")
	digits, leadingZero := strings.CutPrefix(r.text, "0")
	if !isMode || !leadingZero || digits == "" || r.kind != rawString {
		return r, nil
	}
	mode, err := strconv.ParseInt(strings.TrimPrefix(digits, "o"), 8, 32)
	if err != nil {
		return r, fmt.Errorf("with a leading zero it is octal, as in \"0440\", but %q isn't", r.text)
	}
	r.text = strconv.FormatInt(mode, 10)
	return r, nil
}

func inRange(i, from, to int64) error {
	if i < from || i > to {
		return fmt.Errorf("%d is out of the API's range: %d to %d", i, from, to)
	}
	return nil
}

func truth(r raw) (any, error) {
	switch r.text {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	// The words that Kubernetes' own YAML uses for them.
	if r.plain {
		switch strings.ToLower(r.text) {
		case "true", "yes", "on":
			return true, nil
		case "false", "no", "off":
			return false, nil
		}
	}
	return nil, fmt.Errorf("must be true or false, but is %q", r.text)
}

func isResourceList(s *shape) bool { return s.of == reflect.TypeFor[corev1.ResourceList]() }
