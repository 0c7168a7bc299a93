package keycheck

import (
	"math/big"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// literal is a value in a block that refers to nothing.
type literal struct {
	path *tftypes.AttributePath
	text string
}

// Is reports whether the block may be the one that has that configuration: it sets the same
// attributes, and its literals are there. What isn't known yet is no difference.
func (b *Block) Is(config tftypes.Value) bool {
	var values map[string]tftypes.Value
	if config.IsNull() || !config.IsKnown() || config.As(&values) != nil {
		return false
	}
	for name, value := range values {
		if !b.sets[name] && (!value.IsKnown() || !value.IsNull()) {
			return false
		}
	}
	for _, l := range b.literals {
		if !l.isIn(config) {
			return false
		}
	}
	return true
}

func (l literal) isIn(value tftypes.Value) bool {
	for _, step := range l.path.Steps() {
		if !value.IsKnown() {
			return true
		}
		next, found := take(value, step)
		if !found {
			return false
		}
		value = next
	}
	return !value.IsKnown() || !value.IsNull() && l.equals(value)
}

// take follows one step into a value that is known.
func take(value tftypes.Value, step tftypes.AttributePathStep) (tftypes.Value, bool) {
	if value.IsNull() {
		return tftypes.Value{}, false
	}
	next, err := value.ApplyTerraform5AttributePathStep(step)
	if err != nil {
		return tftypes.Value{}, false
	}
	found, ok := next.(tftypes.Value)
	return found, ok
}

func (l literal) equals(value tftypes.Value) bool {
	switch {
	case value.Type().Is(tftypes.String):
		var got string
		return value.As(&got) == nil && got == l.text
	case value.Type().Is(tftypes.Bool):
		var got bool
		want, err := strconv.ParseBool(l.text)
		return err == nil && value.As(&got) == nil && got == want
	case value.Type().Is(tftypes.Number):
		got := new(big.Float)
		want, err := strconv.ParseFloat(l.text, 64)
		if err != nil || value.As(&got) != nil {
			return false
		}
		near, _ := got.Float64()
		return near == want
	}
	return false
}
