package keycheck

import (
	"math/big"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// literal is a value in a block without references, which Terraform always knows.
type literal struct {
	path *tftypes.AttributePath
	text string
	// absent is set for an attribute that a literal object doesn't set.
	absent bool
}

// Of returns the block with that configuration: of the possible ones the one with the most
// literals. Sure is false if another block is possible too. A block without unknown keys is
// returned only if it is sure.
func Of(blocks []*Block, kind Kind, typeName string, config tftypes.Value) (block *Block, sure bool) {
	var best []*Block
	for _, b := range blocks {
		switch {
		case b.Kind != kind, b.Type != typeName, !b.fits(config):
		case len(best) > 0 && len(b.literals) < len(best[0].literals):
		case len(best) > 0 && len(b.literals) == len(best[0].literals):
			best = append(best, b)
		default:
			best = []*Block{b}
		}
	}
	if len(best) == 1 {
		return best[0], true
	}
	for _, b := range best {
		if len(b.Keys) > 0 {
			return b, false
		}
	}
	return nil, false
}

// fits reports whether the block may have that configuration: it sets the same attributes, and has
// the same literals. Its references may have any value, or an unknown one.
func (b *Block) fits(config tftypes.Value) bool {
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
		next, found := take(value, step)
		if !found {
			return false
		}
		value = next
	}
	if l.absent {
		return value.IsNull()
	}
	return value.IsKnown() && !value.IsNull() && l.equals(value)
}

// take follows one step into a value.
func take(value tftypes.Value, step tftypes.AttributePathStep) (tftypes.Value, bool) {
	if !value.IsKnown() || value.IsNull() {
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
