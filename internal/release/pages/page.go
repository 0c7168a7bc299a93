// Package pages checks what people read: that every link of a page leads somewhere, and that its examples parse.
package pages

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// A Page is a Markdown document, taken apart.
type Page struct {
	Links   []string
	Fences  []Fence
	Anchors map[string]bool // what a link to the page may end in, without the #
}

// A Fence is a block of code, with the name of its language.
type Fence struct{ Language, Code string }

// Parse takes a document apart. Its front matter, between two lines "---", is no part of it.
func Parse(source []byte) Page {
	source = withoutFrontMatter(source)
	page := Page{Anchors: map[string]bool{}}
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	// Walk errs only where its function does.
	_ = ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			page.add(node, source)
		}
		return ast.WalkContinue, nil
	})
	return page
}

func (p *Page) add(node ast.Node, source []byte) {
	switch node := node.(type) {
	case *ast.Link:
		p.Links = append(p.Links, string(node.Destination))
	case *ast.Image:
		p.Links = append(p.Links, string(node.Destination))
	case *ast.AutoLink:
		p.Links = append(p.Links, string(node.URL(source)))
	case *ast.Heading:
		p.addHeading(slug(plain(node, source)))
	case *ast.RawHTML:
		p.addHTML(node.Segments, source)
	case *ast.HTMLBlock:
		p.addHTML(node.Lines(), source)
	case *ast.FencedCodeBlock:
		p.Fences = append(p.Fences, Fence{Language: string(node.Language(source)), Code: string(node.Lines().Value(source))})
	}
}

// addHeading numbers headings that are the same, as GitHub and the registries do.
func (p *Page) addHeading(name string) {
	anchor := name
	for n := 1; p.Anchors[anchor]; n++ {
		anchor = name + "-" + string(rune('0'+n))
	}
	p.Anchors[anchor] = true
}

// addHTML finds the anchors that tfplugindocs writes: <a id="nestedblock--exec"></a>.
func (p *Page) addHTML(segments *text.Segments, source []byte) {
	html := string(segments.Value(source))
	for {
		_, rest, ok := strings.Cut(html, `id="`)
		if !ok {
			return
		}
		id, rest, _ := strings.Cut(rest, `"`)
		p.Anchors[id] = true
		html = rest
	}
}

// plain is the text of a heading without its markup.
func plain(node ast.Node, source []byte) string {
	var words strings.Builder
	_ = ast.Walk(node, func(part ast.Node, entering bool) (ast.WalkStatus, error) {
		if leaf, ok := part.(*ast.Text); ok && entering {
			words.Write(leaf.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return words.String()
}

// slug is the anchor of a heading: https://github.com/gjtorikian/html-pipeline has the rule.
func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		default:
			return -1
		}
	}, heading)
}

func withoutFrontMatter(source []byte) []byte {
	const fence = "---\n"
	rest, ok := bytes.CutPrefix(source, []byte(fence))
	if !ok {
		return source
	}
	if _, body, ok := bytes.Cut(rest, []byte("\n"+fence)); ok {
		return body
	}
	return source
}
