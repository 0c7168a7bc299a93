// Package texts keeps the texts that a person meets in a terminal in one golden file: errors, warnings
// and advice, as the code has them. A change of a text is a change of that file, to be read with fresh
// eyes. Descriptions of attributes aren't in it: they are in docs.
package texts

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// TestTexts_areInTheGoldenFile finds each prose literal of the packages that speak to people.
func TestTexts_areInTheGoldenFile(t *testing.T) {
	var all bytes.Buffer
	for _, of := range []string{"cluster", "credentials", "functions", "fw", "fwtypes", "instance", "kube", "podhealth", "podspec", "provider", "serve", "validate"} {
		files, err := filepath.Glob(filepath.Join("..", "..", of, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no files: %v", of, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			texts := textsOf(t, file)
			if len(texts) == 0 {
				continue
			}
			fmt.Fprintf(&all, "## %s/%s\n\n", of, filepath.Base(file))
			for _, text := range texts {
				fmt.Fprintf(&all, "%s\n\n", text)
			}
		}
	}
	assert.Check(t, golden.String(all.String(), "texts.txt"))
}

// textsOf are the prose literals of a file, in their order, those that are joined by + as one.
func textsOf(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			return false
		case *ast.KeyValueExpr:
			return !isDescription(n.Key)
		case *ast.ValueSpec:
			return !slices.ContainsFunc(n.Names, func(name *ast.Ident) bool { return isDescription(name) })
		case *ast.CallExpr:
			return !isPattern(n)
		case *ast.BinaryExpr:
			if text, ok := joined(n); ok {
				texts = appendProse(texts, text)
				return false
			}
		case *ast.BasicLit:
			if text, ok := joined(n); ok {
				texts = appendProse(texts, text)
			}
		}
		return true
	})
	return texts
}

func isDescription(key ast.Expr) bool {
	name, ok := key.(*ast.Ident)
	return ok && strings.HasSuffix(strings.ToLower(name.Name), "description")
}

func isPattern(call *ast.CallExpr) bool {
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	in, ok := of.X.(*ast.Ident)
	return ok && in.Name == "regexp"
}

// joined is the text of literals and what is between them, which is shown as ….
func joined(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, isLeft := joined(e.X)
		right, isRight := joined(e.Y)
		if !isLeft && !isRight {
			return "", false
		}
		if !isLeft {
			left = "…"
		}
		if !isRight {
			right = "…"
		}
		return left + right, true
	}
	return "", false
}

// appendProse adds a text that has three words or more.
func appendProse(texts []string, text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' })
	letters := slices.DeleteFunc(words, func(word string) bool {
		return !strings.ContainsAny(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	})
	if len(letters) < 3 {
		return texts
	}
	return append(texts, strings.TrimSpace(text))
}
