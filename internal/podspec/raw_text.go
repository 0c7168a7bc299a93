package podspec

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"go.yaml.in/yaml/v3"
)

// maxDepth and maxNodes limit the memory of a text whose aliases multiply.
const (
	maxDepth = 64
	maxNodes = 100_000
)

// textReader turns a text's YAML nodes into raw values.
type textReader struct {
	faults []Fault
	nodes  int
}

// parse reads a text, which must be one document of YAML.
func parse(s string) (*yaml.Node, error) {
	if strings.HasPrefix(strings.TrimSpace(s), "{") {
		s = asYAML(s)
	}
	decoder := yaml.NewDecoder(strings.NewReader(s))
	var document, another yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}, nil
	case err != nil:
		return nil, errors.New("the text is neither YAML nor JSON: " + strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := decoder.Decode(&another); !errors.Is(err, io.EOF) {
		return nil, errors.New("the text has several documents; give one, the content of a Pod's spec")
	}
	top := document.Content[0]
	if document.HeadComment != "" {
		top.HeadComment = document.HeadComment
	}
	if document.FootComment != "" {
		top.FootComment = document.FootComment
	}
	return top, nil
}

// asYAML converts JSON to YAML. They differ in tabs, escaped slashes and characters that are
// escaped as two halves.
func asYAML(s string) string {
	s = strings.ReplaceAll(s, "\t", " ")
	if !strings.Contains(strings.ToLower(s), `\ud`) && !strings.Contains(s, `\/`) {
		return s
	}
	escapes := regexp.MustCompile(`\\\\|\\/|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})`)
	return escapes.ReplaceAllStringFunc(s, func(escape string) string {
		if escape == `\/` {
			return "/"
		}
		if len(escape) < len(`\ud83d\ude00`) {
			return escape
		}
		high, errHigh := strconv.ParseUint(escape[2:6], 16, 32)
		low, errLow := strconv.ParseUint(escape[8:12], 16, 32)
		if errHigh != nil || errLow != nil {
			return escape
		}
		return fmt.Sprintf(`\U%08X`, utf16.DecodeRune(rune(high), rune(low)))
	})
}

func (t *textReader) fault(f Fault) { t.faults = append(t.faults, f) }

func (t *textReader) read(n *yaml.Node, at *place, depth int) raw {
	t.nodes++
	if depth > maxDepth || t.nodes > maxNodes {
		if t.nodes <= maxNodes+1 {
			t.fault(at.fault("the text is nested too deeply, or its aliases expand too far"))
			t.nodes = maxNodes + 1
		}
		return raw{at: at}
	}
	r := raw{at: at, source: n}
	switch n.Kind {
	case yaml.AliasNode:
		aliased := t.read(n.Alias, at, depth+1)
		return aliased
	case yaml.MappingNode:
		r.kind, r.entries = rawObject, t.mapping(n, at, depth)
	case yaml.SequenceNode:
		r.kind = rawList
		for i, item := range n.Content {
			r.items = append(r.items, t.read(item, at.onLine(path.PathStepElementKeyInt(i), item.Line), depth+1))
		}
	default:
		r.text = n.Value
		r.kind, r.plain = scalarKind(n), n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	}
	return r
}

func scalarKind(n *yaml.Node) rawKind {
	switch n.ShortTag() {
	case "!!null":
		return rawNull
	case "!!bool":
		return rawBool
	case "!!int", "!!float":
		return rawNumber
	}
	return rawString
}

// mapping reads the entries: the mapping's own, then those merged by <<.
func (t *textReader) mapping(n *yaml.Node, at *place, depth int) []entry {
	var own, merged []entry
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		inner := at.onLine(path.PathStepAttributeName(key.Value), key.Line)
		switch {
		case key.ShortTag() == "!!merge":
			merged = append(merged, t.merged(value, at, depth)...)
		case key.Kind != yaml.ScalarNode:
			t.fault(at.fault("a key must be text"))
		case seen[key.Value] > 0:
			t.fault(inner.fault("the key occurs twice; it is also on line %d", seen[key.Value]))
		default:
			seen[key.Value] = key.Line
			own = append(own, entry{key.Value, t.read(value, inner, depth+1)})
		}
	}
	for _, e := range merged {
		if seen[e.key] == 0 {
			seen[e.key] = n.Line
			own = append(own, e)
		}
	}
	return own
}

func (t *textReader) merged(value *yaml.Node, at *place, depth int) []entry {
	r := t.read(value, at, depth+1)
	entries := r.entries
	for _, item := range r.items {
		entries = append(entries, item.entries...)
	}
	return entries
}
