package podspec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// rewritten is a text in which as little as possible is changed to say what was
// seen: single values in their places; or else it is written anew from what was
// read, with its comments and the order of its keys; or, where that says something
// else because one part stands in several places, from what it means.
func rewritten(text string, s *seen) string {
	isJSON := json.Valid([]byte(text))
	want := s.tree()
	attempts := []func() (string, bool){
		func() (string, bool) { return spliced(text, s) },
		func() (string, bool) { return reencoded(text, s, isJSON) },
	}
	for _, attempt := range attempts {
		if candidate, ok := attempt(); ok && means(candidate, want) {
			return candidate
		}
	}
	anew, err := sigsyaml.Marshal(want)
	if isJSON {
		anew, err = json.Marshal(want)
	}
	if err != nil {
		return text
	}
	return string(anew)
}

// means is whether a text declares a tree.
func means(text string, want any) bool {
	d, faults := Decode(types.DynamicValue(types.StringValue(text)))
	return len(faults) == 0 && !d.IsNull() && podSpec().same(d.written.tree(), want)
}

// patch puts other bytes in the place of some.
type patch struct {
	from, to int
	with     string
}

// spliced changes single values where they stand.
func spliced(text string, s *seen) (string, bool) {
	var patches []patch
	if !s.patches(text, &patches) {
		return "", false
	}
	slices.SortFunc(patches, func(a, b patch) int { return b.from - a.from })
	for _, p := range patches {
		text = text[:p.from] + p.with + text[p.to:]
	}
	return text, true
}

func (s *seen) patches(text string, to *[]patch) bool {
	if !s.differs {
		return true
	}
	if s.gone || s.order != nil {
		return false
	}
	if s.leaf == nil {
		for _, part := range s.parts {
			if !part.patches(text, to) {
				return false
			}
		}
		return true
	}
	source, ok := s.node.source.(*yaml.Node)
	if !ok || source.Kind != yaml.ScalarNode {
		return false
	}
	from, length := token(text, source)
	if length == 0 {
		return false
	}
	*to = append(*to, patch{from, from + length, spelt(s.leaf, source.Style)})
	return true
}

// token finds the bytes of a scalar of one line.
func token(text string, n *yaml.Node) (from, length int) {
	for range n.Line - 1 {
		_, rest, _ := strings.Cut(text[from:], "\n")
		from = len(text) - len(rest)
	}
	for range n.Column - 1 {
		if from >= len(text) {
			return 0, 0
		}
		from += len(string([]rune(text[from:min(len(text), from+4)])[0]))
	}
	rest, _, _ := strings.Cut(text[from:], "\n")
	switch n.Style &^ (yaml.TaggedStyle | yaml.FlowStyle) {
	case 0:
		if strings.HasPrefix(rest, n.Value) {
			return from, len(n.Value)
		}
	case yaml.DoubleQuotedStyle:
		return from, quotedLength(rest, '"', '\\')
	case yaml.SingleQuotedStyle:
		return from, quotedLength(rest, '\'', '\'')
	}
	return 0, 0
}

// quotedLength is the length of a quoted text with its quotes; the escape takes
// the byte after it along.
func quotedLength(s string, quote, escape byte) int {
	if s == "" || s[0] != quote {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == escape && (escape != quote || i+1 < len(s) && s[i+1] == quote):
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return 0
}

// spelt is a value as YAML has it, in quotes where the one before it was.
func spelt(leaf any, style yaml.Style) string {
	wasQuoted := style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	text, isText := leaf.(string)
	if !isText {
		text = fmt.Sprint(leaf)
		if wasQuoted {
			return strconv.Quote(text)
		}
		return text
	}
	plain, err := sigsyaml.Marshal(text)
	trimmed := strings.TrimSuffix(string(plain), "\n")
	if wasQuoted || err != nil || strings.Contains(trimmed, "\n") {
		return quoted(text)
	}
	return trimmed
}

func quoted(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return strconv.Quote(text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// reencoded changes what was read, and writes that.
func reencoded(text string, s *seen, isJSON bool) (string, bool) {
	top, ok := s.node.source.(*yaml.Node)
	if !ok || !s.edit() {
		return "", false
	}
	if isJSON {
		return jsonLike(text, top)
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(top); err != nil {
		return "", false
	}
	return b.String(), true
}

// edit changes the nodes that the declaration was read from.
func (s *seen) edit() bool {
	if !s.differs {
		return true
	}
	n, ok := s.node.source.(*yaml.Node)
	if !ok {
		return false
	}
	if s.leaf != nil {
		comment, style := n.LineComment, n.Style
		if n.Kind == yaml.ScalarNode {
			style &^= yaml.LiteralStyle | yaml.FoldedStyle
		}
		if err := n.Encode(s.leaf); err != nil {
			return false
		}
		n.LineComment, n.Style = comment, style
		return true
	}
	for _, part := range s.parts {
		if !part.gone && !part.edit() {
			return false
		}
	}
	if s.node.shape.kind == list {
		s.editItems(n)
	} else {
		s.editMembers(n)
	}
	return true
}

func (s *seen) editItems(n *yaml.Node) {
	n.Content = nil
	for _, part := range s.inOrder() {
		if item, ok := part.node.source.(*yaml.Node); ok {
			n.Content = append(n.Content, item)
		}
	}
}

func (s *seen) editMembers(n *yaml.Node) {
	for i, part := range s.parts {
		if !part.gone {
			continue
		}
		for at := 0; at+1 < len(n.Content); at += 2 {
			if n.Content[at].Value == s.node.members[i].name {
				n.Content = slices.Delete(n.Content, at, at+2)
				break
			}
		}
	}
}

// jsonLike writes JSON with the indentation that a text has.
func jsonLike(text string, top *yaml.Node) (string, bool) {
	var b, indented bytes.Buffer
	if !writeJSON(&b, top) {
		return "", false
	}
	_, second, lines := strings.Cut(strings.TrimSpace(text), "\n")
	if !lines {
		return b.String(), true
	}
	indent := second[:len(second)-len(strings.TrimLeft(second, " \t"))]
	if err := json.Indent(&indented, b.Bytes(), "", indent); err != nil {
		return "", false
	}
	if strings.HasSuffix(text, "\n") {
		indented.WriteByte('\n')
	}
	return indented.String(), true
}

func writeJSON(b *bytes.Buffer, n *yaml.Node) bool {
	switch n.Kind {
	case yaml.MappingNode:
		return writeAll(b, n.Content, "{", "}", func(i int) string { return ",:"[i%2 : i%2+1] })
	case yaml.SequenceNode:
		return writeAll(b, n.Content, "[", "]", func(int) string { return "," })
	case yaml.ScalarNode:
		if n.ShortTag() == "!!str" {
			b.WriteString(quoted(n.Value))
		} else {
			b.WriteString(n.Value)
		}
		return true
	}
	return false
}

// writeAll writes nodes, each but the first with what is between it and the one
// before.
func writeAll(b *bytes.Buffer, nodes []*yaml.Node, start, end string, between func(int) string) bool {
	b.WriteString(start)
	for i, n := range nodes {
		if i > 0 {
			b.WriteString(between(i))
		}
		if !writeJSON(b, n) {
			return false
		}
	}
	b.WriteString(end)
	return true
}
