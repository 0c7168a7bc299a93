package keycheck

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// walk collects the keys of a block that its shape lacks, and the literals by which the block is
// recognised.
type walk struct{ block *Block }

// place is the position of a walk. Exact is set if path leads there; it isn't in a set, in the
// result of a for-expression, or in one arm of a conditional.
type place struct {
	path  *tftypes.AttributePath
	name  string
	exact bool
}

func (p place) attribute(name string) place {
	if p.name != "" {
		p.name += "."
	}
	p.name += name
	if p.exact {
		p.path = p.path.WithAttributeName(name)
	}
	return p
}

func (p place) key(key string) place {
	p.name += fmt.Sprintf("[%q]", key)
	if p.exact {
		p.path = p.path.WithElementKeyString(key)
	}
	return p
}

func (p place) index(i int) place {
	p.name += fmt.Sprintf("[%d]", i)
	if p.exact {
		p.path = p.path.WithElementKeyInt(i)
	}
	return p
}

func (p place) somewhere() place {
	p.exact = false
	return p
}

// any is some element.
func (p place) any() place {
	p.name += "[…]"
	return p.somewhere()
}

func (w walk) body(attributes hcl.Attributes, s shape) {
	for name, attribute := range attributes {
		w.block.sets[name] = true
		at := place{path: tftypes.NewAttributePath(), exact: true}
		w.expression(attribute.Expr, s.attributes[name], at.attribute(name))
	}
	slices.SortFunc(w.block.Keys, compare)
}

func (w walk) expression(expr hcl.Expression, s shape, at place) {
	if s.scalar {
		w.scalar(expr, at)
		return
	}
	if !s.object && s.element == nil {
		return
	}
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		w.expression(e.Expression, s, at)
	case *hclsyntax.TemplateWrapExpr:
		w.expression(e.Wrapped, s, at)
	case *hclsyntax.ConditionalExpr:
		w.expression(e.TrueResult, s, at.somewhere())
		w.expression(e.FalseResult, s, at.somewhere())
	case *hclsyntax.ForExpr:
		if s.element != nil {
			w.expression(e.ValExpr, *s.element, at.any())
		}
	case *hclsyntax.FunctionCallExpr:
		w.call(e, s, at)
	default:
		w.literal(expr, s, at)
	}
}

// call follows functions whose result has the keys of all their arguments.
func (w walk) call(e *hclsyntax.FunctionCallExpr, s shape, at place) {
	switch e.Name {
	case "coalesce", "concat", "ephemeralasnull", "merge", "nonsensitive", "sensitive", "tolist", "tomap", "toset", "try":
	default:
		return
	}
	args := e.Args
	if e.ExpandFinal && len(args) > 0 {
		args = args[:len(args)-1]
	}
	for _, arg := range args {
		w.expression(arg, s, at.somewhere())
	}
}

// literal reads an object or a list as written, in either syntax.
func (w walk) literal(expr hcl.Expression, s shape, at place) {
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		w.object(pairs, s, at)
		return
	}
	if s.element == nil {
		return
	}
	elements, diags := hcl.ExprList(expr)
	if diags.HasErrors() {
		return
	}
	for i, element := range elements {
		if s.unordered {
			w.expression(element, *s.element, at.any())
		} else {
			w.expression(element, *s.element, at.index(i))
		}
	}
}

func (w walk) object(pairs []hcl.KeyValuePair, s shape, at place) {
	keys := make([]string, len(pairs))
	for i, pair := range pairs {
		key, ok := text(pair.Key)
		if !ok {
			// While one key is unknown, Terraform knows nothing about the object.
			at = at.somewhere()
		}
		keys[i] = key
	}
	for i, pair := range pairs {
		if keys[i] != "" {
			w.pair(keys[i], pair, s, at)
		}
	}
	for name := range s.attributes {
		if at.exact && !slices.Contains(keys, name) {
			w.block.literals = append(w.block.literals, literal{path: at.path.WithAttributeName(name), absent: true})
		}
	}
}

func (w walk) pair(key string, pair hcl.KeyValuePair, s shape, at place) {
	if s.element != nil {
		w.expression(pair.Value, *s.element, at.key(key))
		return
	}
	if attribute, found := s.attributes[key]; found {
		w.expression(pair.Value, attribute, at.attribute(key))
		return
	}
	// In JSON, people use such keys for comments.
	if key == "//" {
		return
	}
	where := pair.Key.Range()
	unknown := Key{Name: key, In: at.name, Has: s.names(), Nearest: nearest(key, s.names()), File: where.Filename, Line: where.Start.Line, Path: at.path}
	if at.exact {
		unknown.Path = at.path.WithAttributeName(key)
	}
	w.block.Keys = append(w.block.Keys, unknown)
}

func (w walk) scalar(expr hcl.Expression, at place) {
	if !at.exact {
		return
	}
	if value, ok := text(expr); ok {
		w.block.literals = append(w.block.literals, literal{path: at.path, text: value})
	}
}

// text returns the value of an expression without references, if that is a scalar.
func text(expr hcl.Expression) (string, bool) {
	// Without a context, JSON reads "${var.x}" as a literal.
	value, diags := expr.Value(&hcl.EvalContext{})
	if diags.HasErrors() || !value.IsWhollyKnown() || value.IsNull() {
		return "", false
	}
	asText, err := convert.Convert(value, cty.String)
	if err != nil || asText.IsNull() || asText.IsMarked() {
		return "", false
	}
	return asText.AsString(), true
}
